//! What apt's complaints mean and what to do about them.

use {
    super::super::nearest::nearest,
    super::{Lists, order::is_locked},
    crate::act::{Failure, Finished, Probe, Question, Thing},
};

const NO_NETWORK: [&str; 6] = [
    "Temporary failure resolving",
    "Could not resolve",
    "Could not connect",
    "Connection failed",
    "Failed to fetch",
    "Network is unreachable",
];

/// Makes a failure of a finished apt-get that did not succeed.
pub fn explain(probe: &Probe, argv: &[String], finished: &Finished, lock_timeout: u64) -> Failure {
    let complaint = finished.complaint();
    if let Some(name) = unknown(&complaint) {
        return no_such_package(probe, &name);
    }
    let mut data = finished.values();
    data.insert("cmd".into(), argv.to_vec().into());
    Failure::Refused {
        msg: format!(
            "'{}' failed: {}{}",
            argv.join(" "),
            shorten(&complaint),
            advice(&complaint, lock_timeout)
        ),
        data,
    }
}

/// The package that apt does not know, if that is what it complains about.
fn unknown(complaint: &str) -> Option<String> {
    complaint.lines().find_map(|line| {
        let line = line.strip_prefix("E: ")?;
        let name = line.strip_prefix("Unable to locate package ").or_else(|| {
            let (name, _) = line
                .strip_prefix("Package '")?
                .split_once("' has no installation candidate")?;
            Some(name)
        })?;
        Some(name.trim().to_owned())
    })
}

/// The failure for a package that apt does not know; in a dry run an earlier step may bring it.
pub fn no_such_package(probe: &Probe, name: &str) -> Failure {
    if probe.pending().is_some() {
        return Failure::missing(Thing::Package, name);
    }
    let advice = match Lists::look(probe) {
        Ok(Lists { empty: true, .. }) => {
            "apt has no package lists yet: add `update_cache: true` to the task".to_owned()
        }
        _ => similar(probe, name).unwrap_or_else(|| {
            "is the name right, and is its repository set up? If the package lists are old, add `update_cache: true`".into()
        }),
    };
    Failure::refused(format!(
        "No package matching '{name}' is available: {advice}"
    ))
}

fn similar(probe: &Probe, name: &str) -> Option<String> {
    let names = probe.ask(&Question::AptNames).ok()?.text();
    let similar = nearest(name, names.lines())?;
    Some(format!("did you mean '{similar}'?"))
}

fn advice(complaint: &str, lock_timeout: u64) -> String {
    let advice = match complaint {
        text if is_locked(text) => {
            let advice = "another package manager is still at work: wait for it, or give `lock_timeout` more";
            return format!("\nAfter {lock_timeout} seconds {advice}");
        }
        text if NO_NETWORK.iter().any(|sign| text.contains(sign)) => {
            "the package server cannot be reached, or no longer has the file: check the host's network, DNS and proxy, or add `update_cache: true`"
        }
        text if text.contains("dpkg was interrupted") => {
            "an earlier installation was cut off: run `dpkg --configure -a` on the host"
        }
        text if text.contains("unmet dependencies") || text.contains("held broken packages") => {
            "the packages asked for do not go together; `state: fixed` mends what is broken on the host"
        }
        text if text.contains("--allow-downgrades") => {
            "an older version is asked for: add `allow_downgrade: true`"
        }
        text if text.contains("NO_PUBKEY") || text.contains("is not signed") => {
            "apt lacks the repository's key: put it under /etc/apt/keyrings and name it with `signed-by`"
        }
        _ => return String::new(),
    };
    format!("\n{advice}")
}

/// The errors and warnings; else the last lines.
fn shorten(complaint: &str) -> String {
    let is_mark = |line: &&str| {
        line.starts_with("E: ") || line.starts_with("W: ") || line.starts_with("dpkg: ")
    };
    let marked: Vec<&str> = complaint.lines().filter(is_mark).collect();
    let lines: Vec<&str> = match marked.is_empty() {
        true => complaint.lines().collect(),
        false => marked,
    };
    lines[lines.len().saturating_sub(10)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_unknown_package() {
        let complaint = "N: x\nE: Unable to locate package nginxx\n";
        assert_eq!(unknown(complaint).as_deref(), Some("nginxx"));
        let complaint = "E: Package 'x' has no installation candidate";
        assert_eq!(unknown(complaint).as_deref(), Some("x"));
        assert_eq!(unknown("E: Broken packages"), None);
    }

    #[test]
    fn says_what_to_do() {
        let locked =
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt-get)";
        assert!(advice(locked, 60).contains("lock_timeout"));
        assert!(advice("Err:1 x\nE: Failed to fetch http://x", 60).contains("network"));
        assert_eq!(shorten("a\nE: b\nc\nW: d"), "E: b\nW: d");
        assert_eq!(shorten("a\nb"), "a\nb");
    }
}
