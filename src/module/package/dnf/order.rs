use {
    super::{super::nearest::nearest, Dnf},
    crate::act::{Failure, Finished, Host, Probe, Program, Thing},
    std::{
        path::Path,
        time::{Duration, Instant},
    },
};

/// One call of dnf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub program: &'static str,
    /// Options and the verb.
    pub head: Vec<String>,
    pub names: Vec<String>,
    /// Seconds.
    pub lock_timeout: u64,
}

impl Order {
    /// The arguments of dnf.
    pub fn arguments(&self) -> Vec<String> {
        [self.head.as_slice(), &self.names].concat()
    }

    /// Adds the names of another order of the same kind; gives it back if it is of another.
    pub fn join(&mut self, other: Self) -> Option<Self> {
        if self.head != other.head || self.program != other.program {
            return Some(other);
        }
        self.lock_timeout = self.lock_timeout.max(other.lock_timeout);
        for name in other.names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        None
    }

    pub fn perform(&self, host: &mut Host) -> Result<Finished, Failure> {
        let arguments = self.arguments();
        let yes = ["-y", "--setopt=exit_on_lock=True"].map(String::from);
        let argv = [self.program.to_owned()]
            .into_iter()
            .chain(yes)
            .chain(arguments);
        let program = Program::new(argv).env("LC_ALL", "C.UTF-8");
        let begin = Instant::now();
        loop {
            let finished = host.spawn(&program)?;
            if finished.success() {
                return Ok(finished);
            }
            let waited = begin.elapsed() >= Duration::from_secs(self.lock_timeout);
            if waited || !is_locked(&finished.complaint()) {
                return Err(explain(host, &program.argv, &finished, self.lock_timeout));
            }
            host.pause(Duration::from_secs(1))?;
        }
    }
}

impl Dnf {
    /// A call of dnf with the options that the arguments ask for.
    pub(super) fn order(
        &self,
        probe: &Probe,
        verb: &str,
        names: Vec<String>,
    ) -> Result<Order, Failure> {
        let mut head = self.choices();
        head.extend(self.places(probe)?);
        if self.removes() && !self.autoremove {
            head.push("--setopt=clean_requirements_on_remove=False".into());
        }
        head.push(verb.into());
        Ok(Order {
            program: program(probe)?,
            head,
            names,
            lock_timeout: self.lock_timeout,
        })
    }

    fn choices(&self) -> Vec<String> {
        let flags = [
            (self.update_cache && !self.cacheonly, "--refresh"),
            (self.security, "--security"),
            (self.bugfix, "--bugfix"),
            (self.disable_gpg_check, "--nogpgcheck"),
            (self.allowerasing, "--allowerasing"),
            (
                self.best == Some(true) || self.nobest == Some(false),
                "--best",
            ),
            (
                self.best == Some(false) || self.nobest == Some(true),
                "--nobest",
            ),
            (self.skip_broken, "--skip-broken"),
            (!self.install_weak_deps, "--setopt=install_weak_deps=False"),
            (self.cacheonly, "--cacheonly"),
            (self.download_only, "--downloadonly"),
            (
                !self.sslverify || !self.validate_certs,
                "--setopt=sslverify=False",
            ),
        ];
        let flags = flags.iter().filter(|(wanted, _)| *wanted);
        flags.map(|(_, flag)| (*flag).to_owned()).collect()
    }

    fn places(&self, probe: &Probe) -> Result<Vec<String>, Failure> {
        let mut options = Vec::new();
        for (option, values) in [
            ("disablerepo", &self.disablerepo),
            ("enablerepo", &self.enablerepo),
            ("exclude", &self.exclude),
            ("enableplugin", &self.enable_plugin),
            ("disableplugin", &self.disable_plugin),
        ] {
            options.extend(values.iter().map(|value| format!("--{option}={value}")));
        }
        for (option, path) in [
            ("downloaddir", &self.download_dir),
            ("config", &self.conf_file),
        ] {
            if let Some(path) = path {
                options.push(format!("--{option}={}", path.on(probe)?.display()));
            }
        }
        for (option, value) in [
            ("disableexcludes", &self.disable_excludes),
            ("releasever", &self.releasever),
        ] {
            options.extend(value.iter().map(|value| format!("--{option}={value}")));
        }
        if self.installroot != "/" {
            options.push(format!("--installroot={}", self.installroot));
        }
        Ok(options)
    }
}

/// The host's program: dnf, or on old hosts yum.
pub fn program(probe: &Probe) -> Result<&'static str, Failure> {
    for (path, name) in [
        ("/usr/bin/dnf", "dnf"),
        ("/usr/bin/dnf5", "dnf5"),
        ("/usr/bin/yum", "yum"),
    ] {
        if probe.exists(Path::new(path))? {
            return Ok(name);
        }
    }
    Err(Failure::missing(Thing::Command, "dnf"))
}

fn is_locked(complaint: &str) -> bool {
    complaint.contains("already locked by")
        || complaint.contains("Failed to obtain the transaction lock")
}

/// Makes a failure of a finished dnf that did not succeed.
pub fn explain(probe: &Probe, argv: &[String], finished: &Finished, lock_timeout: u64) -> Failure {
    let said = format!(
        "{}\n{}",
        finished.text(),
        String::from_utf8_lossy(&finished.stderr)
    );
    let unknown = unknown(&said);
    if let Some(name) = unknown.first()
        && probe.pending().is_some()
    {
        return Failure::missing(Thing::Package, *name);
    }
    let mut data = finished.values();
    data.insert("cmd".into(), argv.to_vec().into());
    let failures: Vec<String> = unknown
        .iter()
        .map(|name| format!("No package {name} available."))
        .collect();
    let msg = match failures.is_empty() {
        true => format!(
            "'{}' failed: {}{}",
            argv.join(" "),
            finished.complaint(),
            advice(&said, lock_timeout)
        ),
        false => format!(
            "Failed to install some of the specified packages: {} Are the names right, and are their repositories set up and enabled?",
            failures.join(" ")
        ),
    };
    data.insert("failures".into(), failures.into());
    data.insert("results".into(), Vec::<String>::new().into());
    Failure::Refused { msg, data }
}

/// The packages that dnf does not know.
pub fn unknown(said: &str) -> Vec<&str> {
    let marks = ["No match for argument: ", "No package "];
    let names = said.lines().filter_map(|line| {
        let name = marks
            .iter()
            .find_map(|mark| line.trim().strip_prefix(mark))?;
        Some(name.trim_end_matches(" available.").trim())
    });
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    names
}

fn advice(said: &str, lock_timeout: u64) -> String {
    let advice = match said {
        text if is_locked(text) => {
            return format!(
                "\nAfter {lock_timeout} seconds another package manager is still at work: wait for it, or give `lock_timeout` more"
            );
        }
        text if text.contains("Failed to download metadata")
            || text.contains("Cannot download") =>
        {
            "a repository cannot be reached: check the host's network, DNS and proxy, and the repository's address"
        }
        text if text.contains("Unknown repo") => {
            let known = ["appstream", "baseos", "crb", "epel", "extras", "powertools"];
            let name = text.split("Unknown repo: ").nth(1).unwrap_or_default();
            let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            return match nearest(name, known.into_iter()) {
                Some(meant) => format!("\ndid you mean the repository '{meant}'?"),
                None => String::new(),
            };
        }
        text if text.contains("GPG check FAILED") => {
            "the repository's key is not known: give `gpgkey` in its definition (yum_repository) or import it (rpm_key)"
        }
        _ => return String::new(),
    };
    format!("\n{advice}")
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn options_follow_the_arguments() {
        let arguments = json!({"enablerepo": ["crb", "epel"], "disable_gpg_check": true, "install_weak_deps": false});
        let dnf: Dnf = serde_json::from_value(arguments).unwrap();
        assert_eq!(
            dnf.choices(),
            ["--nogpgcheck", "--setopt=install_weak_deps=False"]
        );
    }

    #[test]
    fn finds_unknown_packages() {
        let said = "No match for argument: a\nNo match for argument: a\nNo package b available.\nError: Unable to find a match: a";
        assert_eq!(unknown(said), ["a", "b"]);
    }
}
