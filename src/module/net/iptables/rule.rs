use super::{IpVersion, Iptables, LogLevel, SetFlags, Syn};

/// The words of a rule.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    /// An option with its value; `!` before the value stands before the option.
    fn option(&mut self, flag: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        match value.strip_prefix('!') {
            Some(value) => self.all(&["!", flag, value]),
            None => self.all(&[flag, value]),
        }
    }

    fn list(&mut self, flag: &str, values: &[String]) {
        if !values.is_empty() {
            self.all(&[flag, &values.join(",")]);
        }
    }

    fn all(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(|word| (*word).to_owned()));
    }

    fn all_if(&mut self, wanted: bool, words: &[&str]) {
        if wanted {
            self.all(words);
        }
    }
}

impl Iptables {
    /// The rule as iptables takes it, in the order in which Ansible gives it.
    pub(super) fn rule(&self, jump: Option<&str>) -> Vec<String> {
        let mut words = Words::default();
        self.addresses(&mut words, jump);
        self.ports(&mut words);
        self.marks(&mut words, jump);
        self.matches(&mut words);
        self.rest(&mut words, jump);
        words.0
    }

    fn addresses(&self, words: &mut Words, jump: Option<&str>) {
        words.option("-p", self.protocol.as_deref());
        words.option("-s", self.source.as_deref());
        words.option("-d", self.destination.as_deref());
        for extension in &self.r#match {
            words.option("-m", Some(extension));
        }
        let flags = self.tcp_flags.as_ref();
        let flags = flags.and_then(|tcp| tcp.flags.as_ref().zip(tcp.flags_set.as_ref()));
        if let Some((flags, set)) = flags {
            words.all(&["--tcp-flags", &flags.join(","), &set.join(",")]);
        }
        words.option("-j", jump);
        if jump.is_some_and(|jump| jump.eq_ignore_ascii_case("tee")) {
            words.option("--gateway", self.gateway.as_deref());
        }
        words.option("--log-prefix", self.log_prefix.as_deref());
        words.option("--log-level", self.log_level.map(LogLevel::name));
        words.option("--to-destination", self.to_destination.as_deref());
    }

    fn ports(&self, words: &mut Words) {
        words.all_if(!self.destination_ports.is_empty(), &["-m", "multiport"]);
        words.list("--dports", &self.destination_ports);
        words.option("--to-source", self.to_source.as_deref());
        words.option("-g", self.goto.as_deref());
        words.option("-i", self.in_interface.as_deref());
        words.option("-o", self.out_interface.as_deref());
        words.option("-f", self.fragment.as_deref());
        words.option("-c", self.set_counters.as_deref());
        words.option("--source-port", self.source_port.as_deref());
        words.option("--destination-port", self.destination_port.as_deref());
        words.option("--to-ports", self.to_ports.as_deref());
    }

    fn marks(&self, words: &mut Words, jump: Option<&str>) {
        let other = jump.is_some_and(|jump| !jump.eq_ignore_ascii_case("dscp"));
        for (flag, mark) in [
            ("--set-dscp", &self.set_dscp_mark),
            ("--set-dscp-class", &self.set_dscp_mark_class),
        ] {
            words.option(flag, mark.as_deref());
            words.all_if(mark.is_some() && other, &["-j", "DSCP"]);
        }
        match self.syn {
            Syn::Ignore => {}
            Syn::Match => words.all(&["--syn"]),
            Syn::Negate => words.all(&["!", "--syn"]),
        }
    }

    fn named(&self, extension: &str) -> bool {
        self.r#match.iter().any(|known| known == extension)
    }

    fn matches(&self, words: &mut Words) {
        let old = self.named("state") && !self.named("conntrack");
        let has = !self.ctstate.is_empty();
        words.all_if(
            has && !old && !self.named("conntrack"),
            &["-m", "conntrack"],
        );
        words.list(if old { "--state" } else { "--ctstate" }, &self.ctstate);
        let ranges = self.src_range.is_some() || self.dst_range.is_some();
        words.all_if(ranges && !self.named("iprange"), &["-m", "iprange"]);
        words.option("--src-range", self.src_range.as_deref());
        words.option("--dst-range", self.dst_range.as_deref());
        if let Some(set) = &self.match_set {
            words.all_if(!self.named("set"), &["-m", "set"]);
            words.option("--match-set", Some(set));
            let flags = self.match_set_flags.map(SetFlags::name);
            flags.into_iter().for_each(|flags| words.all(&[flags]));
        }
    }

    fn rest(&self, words: &mut Words, jump: Option<&str>) {
        let limited = self.limit.is_some() || self.limit_burst.is_some();
        words.all_if(limited, &["-m", "limit"]);
        words.option("--limit", self.limit.as_deref());
        words.option("--limit-burst", self.limit_burst.as_deref());
        for (flag, owner) in [
            ("--uid-owner", &self.uid_owner),
            ("--gid-owner", &self.gid_owner),
        ] {
            words.all_if(owner.is_some(), &["-m", "owner"]);
            words.option(flag, owner.as_deref());
        }
        words.all_if(
            jump.is_none() && self.reject_with.is_some(),
            &["-j", "REJECT"],
        );
        words.option("--reject-with", self.reject_with.as_deref());
        let flag = match self.ip_version {
            IpVersion::V6 => "--icmpv6-type",
            IpVersion::V4 | IpVersion::Both => "--icmp-type",
        };
        words.option(flag, self.icmp_type.as_deref());
        words.all_if(self.comment.is_some(), &["-m", "comment"]);
        // A comment may begin with anything.
        if let Some(comment) = &self.comment {
            words.all(&["--comment", comment]);
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        serde_json::{Value, json},
    };

    fn rule(arguments: Value) -> String {
        let module: Iptables = serde_json::from_value(arguments).unwrap();
        module.rule(module.jump.as_deref()).join(" ")
    }

    #[test]
    fn writes_rules_as_ansible_does() {
        assert_eq!(
            rule(
                json!({"protocol": "tcp", "source": "!10.0.0.0/8", "destination_port": "5000", "jump": "ACCEPT", "ctstate": ["NEW", "ESTABLISHED"], "comment": "a b"})
            ),
            "-p tcp ! -s 10.0.0.0/8 -j ACCEPT --destination-port 5000 -m conntrack --ctstate NEW,ESTABLISHED -m comment --comment a b"
        );
        assert_eq!(
            rule(
                json!({"protocol": "tcp", "destination_ports": ["80", "8000:8010"], "reject_with": "tcp-reset", "syn": "negate"})
            ),
            "-p tcp -m multiport --dports 80,8000:8010 ! --syn -j REJECT --reject-with tcp-reset"
        );
        assert_eq!(
            rule(
                json!({"match": ["state", "set"], "ctstate": ["NEW"], "match_set": "admins", "match_set_flags": "src,dst", "limit": "1/s", "uid_owner": "!ada"})
            ),
            "-m state -m set --state NEW --match-set admins src,dst -m limit --limit 1/s -m owner ! --uid-owner ada"
        );
        assert_eq!(
            rule(
                json!({"ip_version": "ipv6", "icmp_type": "echo-request", "tcp_flags": {"flags": ["SYN", "ACK"], "flags_set": ["SYN"]}})
            ),
            "--tcp-flags SYN,ACK SYN --icmpv6-type echo-request"
        );
    }
}
