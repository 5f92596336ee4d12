mod rule;

use {
    crate::{
        act::{Acts, Failure, Inquiry, Look, Probe, Program, Question, Spawn, Thing},
        module::{Module, user::group::State},
        wire::{Diff, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::collections::BTreeMap,
};

/// Manage rules of the kernel's packet filter, one at a time. They are gone after a restart, unless something keeps them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Iptables {
    /// The table.
    #[serde(default)]
    table: Table,
    /// Whether the rule, or with `chain_management` the chain, shall be there.
    #[serde(default)]
    state: State,
    /// Where a new rule goes: behind or before all others.
    #[serde(default)]
    action: Action,
    /// With `insert`: the number that a new rule gets.
    rule_num: Option<String>,
    /// For which version of IP.
    #[serde(default)]
    ip_version: IpVersion,
    /// The chain. Needed, but for `flush`.
    chain: Option<String>,
    /// Extensions that match.
    #[serde(default)]
    r#match: Vec<String>,
    /// Flags of TCP: `flags` that are looked at, and of these `flags_set`.
    tcp_flags: Option<TcpFlags>,
    /// Destination ports, or ranges.
    #[serde(default)]
    destination_ports: Vec<String>,
    /// The states of a connection.
    #[serde(default)]
    ctstate: Vec<String>,
    /// Packets that begin a connection, or all others.
    #[serde(default)]
    syn: Syn,
    /// Remove all rules of the chain, or of all chains of the table.
    #[serde(default)]
    flush: bool,
    /// What becomes of a packet that no rule of the chain matches.
    policy: Option<Policy>,
    /// How many seconds to wait for others that change rules.
    wait: Option<String>,
    /// Without a rule: make the chain, or remove it.
    #[serde(default)]
    chain_management: bool,
    /// Has no effect: no names are asked for here.
    #[serde(default)]
    #[expect(dead_code, reason = "rules are listed without names anyway")]
    numeric: bool,
    /// The protocol: `tcp`, `udp`, `icmp`, a number.
    protocol: Option<String>,
    /// The source: an address, a network, a name. `!` before it means all others, as in most arguments here.
    source: Option<String>,
    /// The destination.
    destination: Option<String>,
    /// What becomes of a packet that matches: `ACCEPT`, `DROP`, a chain.
    jump: Option<String>,
    /// With the target `TEE`: where copies go.
    gateway: Option<String>,
    /// What stands before what is logged.
    log_prefix: Option<String>,
    /// How important what is logged is.
    log_level: Option<LogLevel>,
    /// The chain to go on in, without coming back.
    goto: Option<String>,
    /// The interface that a packet came by.
    in_interface: Option<String>,
    /// The interface that a packet leaves by.
    out_interface: Option<String>,
    /// Only fragments after the first.
    fragment: Option<String>,
    /// The counters of a new rule: packets and bytes.
    set_counters: Option<String>,
    /// The source port, or a range.
    source_port: Option<String>,
    /// The destination port, or a range.
    destination_port: Option<String>,
    /// The ports that packets are redirected to.
    to_ports: Option<String>,
    /// The destination that packets get.
    to_destination: Option<String>,
    /// The source that packets get.
    to_source: Option<String>,
    /// The DSCP mark that packets get.
    set_dscp_mark: Option<String>,
    /// The class of DSCP marks that packets get.
    set_dscp_mark_class: Option<String>,
    /// A comment.
    comment: Option<String>,
    /// A range of sources.
    src_range: Option<String>,
    /// A range of destinations.
    dst_range: Option<String>,
    /// The set, as ipset knows it.
    match_set: Option<String>,
    /// What of a packet is looked for in the set.
    match_set_flags: Option<SetFlags>,
    /// So many matches at most: `10/second`.
    limit: Option<String>,
    /// So many matches before the limit counts.
    limit_burst: Option<String>,
    /// The user that a packet comes from.
    uid_owner: Option<String>,
    /// The group that a packet comes from.
    gid_owner: Option<String>,
    /// The error that senders are told.
    reject_with: Option<String>,
    /// The type of ICMP packets.
    icmp_type: Option<String>,
}

/// A choice, by the names as they are written; the first is the default.
macro_rules! choices {
    ($name:ident: $first:ident = $own:literal $(, $variant:ident = $text:literal)+) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
        enum $name {
            #[default]
            #[serde(rename = $own)]
            $first,
            $(#[serde(rename = $text)] $variant),+
        }

        impl $name {
            fn name(self) -> &'static str {
                match self {
                    Self::$first => $own,
                    $(Self::$variant => $text),+
                }
            }
        }
    };
}

choices!(Table: Filter = "filter", Nat = "nat", Mangle = "mangle", Raw = "raw", Security = "security");
choices!(IpVersion: V4 = "ipv4", V6 = "ipv6", Both = "both");
choices!(Policy: Accept = "ACCEPT", Drop = "DROP", Queue = "QUEUE", Return = "RETURN");
choices!(LogLevel: L0 = "0", L1 = "1", L2 = "2", L3 = "3", L4 = "4", L5 = "5", L6 = "6", L7 = "7", Emergency = "emerg",
    Alert = "alert", Critical = "crit", Error = "error", Warning = "warning", Notice = "notice", Info = "info", Debug = "debug");
choices!(SetFlags: Src = "src", Dst = "dst", SrcDst = "src,dst", DstSrc = "dst,src", SrcSrc = "src,src", DstDst = "dst,dst");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    #[default]
    Append,
    Insert,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Syn {
    #[default]
    Ignore,
    Match,
    Negate,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TcpFlags {
    flags: Option<Vec<String>>,
    flags_set: Option<Vec<String>>,
}

impl Module for Iptables {
    const NAME: &'static str = "iptables";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let told = self.rule(self.jump.as_deref());
        let jump = self.target()?;
        let rule = self.rule(jump.as_deref());
        let mut acts = Acts::new();
        acts.value("ip_version", self.ip_version.name());
        acts.value("table", self.table.name());
        acts.value("chain", self.chain.clone());
        acts.value("flush", self.flush);
        acts.value("rule", told.join(" "));
        acts.value("state", self.state.name());
        acts.value("chain_management", self.chain_management);
        acts.value("wait", self.wait.clone());
        let programs: &[&'static str] = match self.ip_version {
            IpVersion::V4 => &["iptables"],
            IpVersion::V6 => &["ip6tables"],
            IpVersion::Both => &["iptables", "ip6tables"],
        };
        for program in programs {
            let act = if self.flush {
                self.flushing(probe, program)?
            } else if let Some(policy) = self.policy {
                self.policing(probe, program, policy)?
            } else if rule.is_empty() {
                self.chaining(probe, program)?
            } else {
                self.ruling(probe, program, &rule)?
            };
            acts.extend(act);
        }
        Ok(acts.into_look())
    }
}

impl Iptables {
    fn check(&self) -> Result<(), Failure> {
        let tee = self
            .jump
            .as_deref()
            .is_some_and(|jump| jump.eq_ignore_ascii_case("tee"));
        let odd = self
            .chain
            .as_ref()
            .is_some_and(|chain| chain.starts_with('-') || chain.is_empty());
        let fault = if self.set_dscp_mark.is_some() && self.set_dscp_mark_class.is_some() {
            "parameters are mutually exclusive: set_dscp_mark|set_dscp_mark_class"
        } else if self.flush && self.policy.is_some() {
            "parameters are mutually exclusive: flush|policy"
        } else if self.set_dscp_mark.is_some() && self.jump.is_none() {
            "missing parameter(s) required by 'set_dscp_mark': jump"
        } else if self.set_dscp_mark_class.is_some() && self.jump.is_none() {
            "missing parameter(s) required by 'set_dscp_mark_class': jump"
        } else if tee && self.gateway.is_none() {
            "jump is TEE but all of the following are missing: gateway"
        } else if !self.flush && self.chain.is_none() {
            "flush is False but all of the following are missing: chain"
        } else if odd {
            "chain is no name of a chain"
        } else {
            return Ok(());
        };
        Err(Failure::refused(fault))
    }

    /// What becomes of packets: logging options alone say that, too.
    fn target(&self) -> Result<Option<String>, Failure> {
        let logs = self.log_prefix.is_some() || self.log_level.is_some();
        match self.jump.as_deref() {
            None if logs => Ok(Some("LOG".into())),
            Some(jump) if logs && jump != "LOG" => Err(Failure::refused(
                "Logging options can only be used with the LOG jump target.",
            )),
            jump => Ok(jump.map(Into::into)),
        }
    }

    fn words(&self, action: &str) -> Vec<String> {
        let mut words = vec!["-t".to_owned(), self.table.name().into(), action.into()];
        words.extend(self.chain.clone());
        if action == "-I" {
            words.extend(self.rule_num.clone());
        }
        if let Some(wait) = self.wait.as_ref().filter(|wait| !wait.is_empty()) {
            words.extend(["-w".into(), wait.clone()]);
        }
        words
    }

    fn program(&self, program: &str, action: &str, rest: &[String]) -> Program {
        let words = [vec![program.to_owned()], self.words(action), rest.to_vec()].concat();
        Program::new(words).env("LC_ALL", "C.UTF-8")
    }

    /// The rules of the chain, or of all, as commands; `None`: there is no such chain.
    fn listed(&self, probe: &Probe, program: &'static str) -> Result<Option<String>, Failure> {
        let question = Inquiry::PacketRules(program, self.words("-S"));
        let finished = probe.ask(&Question::Inquiry(question))?;
        Ok(finished.success().then(|| finished.text()))
    }

    fn spawn(
        &self,
        program: Program,
        what: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Spawn {
        let side = |value: Option<&str>| match value {
            None => Side::Absent,
            Some(value) => Side::State(BTreeMap::from([(what.to_owned(), value.to_owned())])),
        };
        let chain = self.chain.as_deref().unwrap_or("all chains");
        let name = program.argv.first().cloned().unwrap_or_default();
        Spawn {
            diff: Some(Diff {
                what: format!("{name} {} {chain}", self.table.name()),
                before: side(before),
                after: side(after),
            }),
            program,
            effects: Vec::new(),
        }
    }

    fn flushing(&self, probe: &Probe, program: &'static str) -> Result<Option<Spawn>, Failure> {
        let listed = self.listed(probe, program)?.unwrap_or_default();
        let rules: Vec<&str> = listed
            .lines()
            .filter(|line| line.starts_with("-A "))
            .collect();
        let before = rules.join("; ");
        let call = self.program(program, "-F", &[]);
        Ok((!rules.is_empty()).then(|| self.spawn(call, "rules", Some(&before), Some(""))))
    }

    fn policing(
        &self,
        probe: &Probe,
        program: &'static str,
        policy: Policy,
    ) -> Result<Option<Spawn>, Failure> {
        let listed = self.listed(probe, program)?.unwrap_or_default();
        let line = listed.lines().find(|line| line.starts_with("-P "));
        let Some(before) = line.and_then(|line| line.split(' ').nth(2)) else {
            return Err(Failure::refused("Can't detect current policy"));
        };
        let after = policy.name();
        let call = self.program(program, "-P", &[after.to_owned()]);
        Ok((before != after).then(|| self.spawn(call, "policy", Some(before), Some(after))))
    }

    fn chaining(&self, probe: &Probe, program: &'static str) -> Result<Option<Spawn>, Failure> {
        let there = self.listed(probe, program)?.is_some();
        let wanted = self.state == State::Present;
        if !self.chain_management || there == wanted {
            return Ok(None);
        }
        let state = |there: bool| there.then_some("present");
        let call = self.program(program, if wanted { "-N" } else { "-X" }, &[]);
        Ok(Some(self.spawn(call, "chain", state(there), state(wanted))))
    }

    fn ruling(
        &self,
        probe: &Probe,
        program: &'static str,
        rule: &[String],
    ) -> Result<Option<Spawn>, Failure> {
        let words = [self.words("-C"), rule.to_vec()].concat();
        let finished = probe.ask(&Question::Inquiry(Inquiry::PacketRules(program, words)))?;
        let wanted = self.state == State::Present;
        if finished.rc == 2 && wanted {
            // What the rule says is wrong, or names what is not there yet.
            return Err(match probe.pending() {
                Some(_) => Failure::missing(Thing::Path, finished.complaint()),
                None => Failure::refused(finished.complaint()),
            });
        }
        if finished.success() == wanted {
            return Ok(None);
        }
        let action = match (wanted, self.action) {
            (false, _) => "-D",
            (true, Action::Insert) => "-I",
            (true, Action::Append) => "-A",
        };
        let call = self.program(program, action, rule);
        let text = rule.join(" ");
        let state = |there: bool| there.then_some(text.as_str());
        Ok(Some(self.spawn(
            call,
            "rule",
            state(!wanted),
            state(wanted),
        )))
    }
}

#[cfg(test)]
mod tests {
    use {crate::module::trial::Trial, serde_json::json};

    #[test]
    fn says_what_contradicts() {
        for (arguments, words) in [
            (
                json!({"jump": "DROP"}),
                "flush is False but all of the following are missing: chain",
            ),
            (
                json!({"flush": true, "policy": "DROP"}),
                "mutually exclusive: flush|policy",
            ),
            (json!({"chain": "INPUT", "jump": "TEE"}), "gateway"),
            (
                json!({"chain": "INPUT", "set_dscp_mark": "8"}),
                "required by 'set_dscp_mark': jump",
            ),
            (json!({"chain": "-F"}), "no name of a chain"),
            (
                json!({"chain": "INPUT", "jump": "DROP", "log_prefix": "x"}),
                "Logging options",
            ),
        ] {
            let msg = Trial::new().look("iptables", arguments).msg.unwrap();
            assert!(msg.contains(words), "{msg}");
        }
    }
}
