//! Init scripts: services of hosts without systemd, and those that systemd runs for compatibility.

use {
    crate::act::{Failure, Probe, Program, Question},
    std::path::{Path, PathBuf},
};

/// The runlevels in which services run.
const RUNLEVELS: [&str; 4] = ["2", "3", "4", "5"];

/// The init script of a service, if there is one.
pub fn path(probe: &Probe, name: &str) -> Result<Option<PathBuf>, Failure> {
    for directory in ["/etc/init.d", "/etc/rc.d/init.d"] {
        let path = Path::new(directory).join(name);
        if !name.contains('/') && probe.exists(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Whether it starts at boot: a start link stands in a runlevel's directory.
pub fn is_enabled(probe: &Probe, name: &str) -> Result<bool, Failure> {
    for level in RUNLEVELS {
        for directory in [
            format!("/etc/rc{level}.d"),
            format!("/etc/rc.d/rc{level}.d"),
        ] {
            let names = match probe.list(Path::new(&directory)) {
                Err(Failure::Missing { .. }) => continue,
                names => names?,
            };
            if names
                .iter()
                .any(|link| starts(&link.to_string_lossy(), name))
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `S20NAME`.
fn starts(link: &str, name: &str) -> bool {
    let Some(rest) = link.strip_prefix('S') else {
        return false;
    };
    rest.get(2..) == Some(name) && rest[..2].bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether the service says that it runs.
pub fn is_running(probe: &Probe, name: &str) -> Result<bool, Failure> {
    let finished = probe.ask(&Question::ScriptStatus(name.into()))?;
    let said = finished.text().to_lowercase();
    // Some scripts say so and end with code 0 all the same.
    let denies = ["not running", "stopped", "is dead"]
        .iter()
        .any(|words| said.contains(words));
    Ok(finished.success() && !denies)
}

/// Starts it at boot, or no longer.
pub fn enable(probe: &Probe, name: &str, enabled: bool) -> Result<Vec<Program>, Failure> {
    if probe.exists(Path::new("/usr/sbin/update-rc.d"))? {
        let verb = if enabled { "enable" } else { "disable" };
        let register = Program::new(["update-rc.d", name, "defaults"]);
        let switch = Program::new(["update-rc.d", name, verb]);
        return Ok([register, switch].to_vec());
    }
    let verb = if enabled { "on" } else { "off" };
    Ok(vec![Program::new(["chkconfig", name, verb])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_start_links() {
        assert!(starts("S01cron", "cron"));
        for link in ["K01cron", "S01cronx", "Scron", "S0xcron", "S"] {
            assert!(!starts(link, "cron"), "{link}");
        }
    }
}
