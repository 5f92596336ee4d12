use {
    super::{Apt, explain},
    crate::act::{Failure, Finished, Host, Program},
    std::time::{Duration, Instant},
};

/// Packages must not ask questions.
pub const PACKAGE_ENVIRONMENT: [(&str, &str); 4] = [
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("DEBIAN_PRIORITY", "critical"),
    ("APT_LISTCHANGES_FRONTEND", "none"),
    ("LC_ALL", "C.UTF-8"),
];

/// One call of apt-get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `-y`, options and the verb.
    pub head: Vec<String>,
    pub names: Vec<String>,
    /// Seconds.
    pub lock_timeout: u64,
}

impl Order {
    /// The arguments of apt-get.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = self.head.clone();
        if !self.names.is_empty() {
            arguments.push("--".into());
            arguments.extend(self.names.iter().cloned());
        }
        arguments
    }

    /// Adds the names of another order of the same kind; gives it back if it is of another.
    pub fn join(&mut self, other: Self) -> Option<Self> {
        if self.head != other.head {
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
        let mut argv = vec!["apt-get".to_owned()];
        argv.extend(self.arguments());
        let finished = run(host, &argv, &PACKAGE_ENVIRONMENT, self.lock_timeout)?;
        match finished.success() {
            true => Ok(finished),
            false => Err(explain(host, &argv, &finished, self.lock_timeout)),
        }
    }
}

impl Apt {
    /// A call of apt-get with the options that the arguments ask for.
    pub(super) fn order(&self, verb: &[&str], names: Vec<String>) -> Order {
        let mut head = vec!["-y".to_owned()];
        let mut option = |option: &str, value: String| head.extend([option.to_owned(), value]);
        for part in self.dpkg_options.split(',') {
            let part = part.trim().trim_start_matches('-');
            if !part.is_empty() {
                option("--option", format!("Dpkg::Options::=--{part}"));
            }
        }
        option(
            "--option",
            format!("DPkg::Lock::Timeout={}", self.lock_timeout),
        );
        // Else apt takes the name of a package that is not there for a regular expression.
        option("--option", "APT::Cmd::Pattern-Only=true".into());
        if let Some(wanted) = self.install_recommends {
            let wanted = if wanted { "yes" } else { "no" };
            option("--option", format!("APT::Install-Recommends={wanted}"));
        }
        if let Some(release) = &self.default_release {
            option("--target-release", release.clone());
        }
        let flags = [
            (self.autoremove, "--auto-remove"),
            (self.only_upgrade, "--only-upgrade"),
            (self.fail_on_autoremove, "--no-remove"),
            (
                self.allow_unauthenticated || self.force,
                "--allow-unauthenticated",
            ),
            (self.allow_downgrade || self.force, "--allow-downgrades"),
            (self.force, "--allow-remove-essential"),
            (
                self.allow_change_held_packages || self.force,
                "--allow-change-held-packages",
            ),
        ];
        let flags = flags.iter().filter(|(wanted, _)| *wanted);
        head.extend(flags.map(|(_, flag)| (*flag).to_owned()));
        head.extend(verb.iter().map(|word| (*word).to_owned()));
        Order {
            head,
            names,
            lock_timeout: self.lock_timeout,
        }
    }
}

/// Runs apt-get; as long as another package manager is at work, again, until the timeout in seconds.
pub fn run(
    host: &mut Host,
    argv: &[String],
    environment: &[(&str, &str)],
    lock_timeout: u64,
) -> Result<Finished, Failure> {
    let mut program = Program::new(argv.iter().cloned());
    for (name, value) in environment {
        program = program.env(name, value);
    }
    let begin = Instant::now();
    loop {
        let finished = host.spawn(&program)?;
        let locked = !finished.success() && is_locked(&finished.complaint());
        if !locked || begin.elapsed() >= Duration::from_secs(lock_timeout) {
            return Ok(finished);
        }
        host.pause(Duration::from_secs(1))?;
    }
}

/// Whether a complaint of apt says that another package manager is at work.
pub fn is_locked(complaint: &str) -> bool {
    complaint.contains("Could not get lock")
        || complaint.contains("Unable to acquire the dpkg frontend lock")
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn options_come_as_single_arguments() {
        let arguments = json!({"dpkg_options": "force-confdef, --force-confnew", "install_recommends": false, "default_release": "sid; rm"});
        let apt: Apt = serde_json::from_value(arguments).unwrap();
        let mut order = apt.order(&["install"], vec!["a".into()]);
        assert_eq!(
            order.arguments().join("|"),
            "-y|--option|Dpkg::Options::=--force-confdef|--option|Dpkg::Options::=--force-confnew|--option|DPkg::Lock::Timeout=60\
             |--option|APT::Cmd::Pattern-Only=true|--option|APT::Install-Recommends=no|--target-release|sid; rm|install|--|a"
        );
        assert!(
            order
                .join(apt.order(&["install"], vec!["b".into(), "a".into()]))
                .is_none()
        );
        assert_eq!(order.names, ["a", "b"]);
        assert!(
            order
                .join(apt.order(&["remove"], vec!["b".into()]))
                .is_some()
        );
    }
}
