//! What ssh writes when it fails, understood. Its texts are not translated and have been the same for many years.

use super::{Target, Unreachable, tail::clean};

/// Whether it failed because nothing is known about the host's key.
pub(super) fn key_not_known(said: &str) -> bool {
    said.contains("Host key verification failed")
        && !said.contains("HAS CHANGED")
        && !said.contains("REVOKED")
}

/// Whether the connection led over another program: there is no address then.
pub(super) fn by_proxy(said: &str) -> bool {
    said.contains("UNKNOWN port")
}

/// Why ssh failed.
pub(super) fn reason(said: &str, target: &Target) -> Unreachable {
    let place = target.place();
    let has = |text: &str| said.contains(text);
    if has("HAS CHANGED") || has("REVOKED") {
        return Unreachable::ChangedKey {
            place,
            known: known_place(said),
        };
    }
    if has("Could not resolve hostname") {
        return Unreachable::NoSuchName {
            address: target.address.clone(),
        };
    }
    if has("Connection refused") {
        return Unreachable::Refused { place };
    }
    if has("timed out") {
        return Unreachable::TimedOut {
            place,
            limit: target.connect_timeout,
        };
    }
    if let Some(offered) = between(said, "Permission denied (", ")") {
        return Unreachable::LoginRefused {
            place,
            user: target
                .user
                .clone()
                .unwrap_or_else(|| "the default user".to_owned()),
            tried: tried(said, offered, target),
        };
    }
    let reason = clean(said);
    if has("No route to host") || has("is unreachable") {
        Unreachable::NoRoute { place, reason }
    } else {
        Unreachable::Handshake { place, reason }
    }
}

/// `/home/ada/.ssh/known_hosts:3` becomes the file and the line for a person.
fn known_place(said: &str) -> String {
    let place = said.lines().find_map(|line| {
        let (kind, place) = line.strip_prefix("Offending ")?.split_once(" key in ")?;
        let (file, number) = place.trim().rsplit_once(':')?;
        Some(format!("line {number} of {file} ({kind})"))
    });
    place.unwrap_or_else(|| "known_hosts".to_owned())
}

fn tried(said: &str, offered: &str, target: &Target) -> String {
    let key = match &target.key_file {
        Some(file) => format!("the key {}", file.display()),
        None => "the keys of the ssh agent and the usual files".to_owned(),
    };
    // Such as a key file that others can read, or that needs a passphrase.
    let complaint = said
        .lines()
        .find(|line| line.starts_with("Load key") || line.contains("no such identity"));
    let complaint = complaint.map_or_else(String::new, |line| format!(" ({})", clean(line)));
    format!(
        "{key}{complaint}; the host takes {}",
        offered.replace(',', ", ")
    )
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::transport::{HostKeys, Method, Operator},
        std::time::Duration,
    };

    fn target() -> Target {
        Target {
            name: "web1".to_owned(),
            address: "10.0.0.1".to_owned(),
            port: Some(2222),
            user: None,
            method: Method::Ssh,
            key_file: None,
            password: None,
            common_args: Vec::new(),
            known_hosts: None,
            host_keys: HostKeys::Verify,
            connect_timeout: Duration::from_secs(10),
            keepalive: Duration::from_secs(15),
            operator: Operator::default(),
        }
    }

    #[test]
    fn each_failure_is_told_with_what_to_do() {
        for (said, wanted) in [
            (
                "ssh: connect to host 10.0.0.1 port 2222: Connection timed out",
                "10.0.0.1:2222 did not answer within 10 s",
            ),
            (
                "ssh: connect to host 10.0.0.1 port 2222: No route to host",
                "no way to 10.0.0.1:2222",
            ),
            (
                "ssh: Could not resolve hostname x: Name or service not known",
                "does not resolve",
            ),
            (
                "Load key \"/k\": bad permissions\r\na@10.0.0.1: Permission denied (publickey,password).",
                "(Load key \"/k\": bad permissions); the host takes publickey, password",
            ),
            (
                "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nOffending RSA key in /h/known_hosts:7\nHost key verification failed.",
                "line 7 of /h/known_hosts (RSA)",
            ),
            (
                "kex_exchange_identification: read: Connection reset by peer",
                "during the handshake: kex_exchange",
            ),
        ] {
            let text = reason(said, &target()).to_string();
            assert!(text.contains(wanted), "{text}");
        }
    }
}
