use {
    super::{Target, Unreachable},
    std::path::Path,
    tokio::process::Command,
};

/// Options with a word of their own after them, or joined to it, and the settings that they are short for.
const WITH_VALUE: &[(char, Option<&str>)] = &[
    ('o', None),
    ('J', Some("proxyjump")),
    ('i', Some("identityfile")),
    ('p', Some("port")),
    ('l', Some("user")),
    ('F', Some("include")),
    ('c', Some("ciphers")),
    ('m', Some("macs")),
    ('b', Some("bindaddress")),
];

/// Options without one that make sense for a connection that nobody types into.
const PLAIN: &[char] = &['C', '4', '6', 'A', 'a', 'k', 'K', 'T', 'x', 'q'];

/// Reads the words that an inventory or the command line gives for ssh, as the settings of an ssh configuration: name and value.
///
/// # Errors
/// For an option that would change what farcast needs of ssh, or that is none.
pub(super) fn read(words: &[String]) -> Result<Vec<(String, String)>, Unreachable> {
    let mut settings = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let refuse = |reason| Unreachable::Option {
            option: word.clone(),
            reason,
        };
        let letters = word
            .strip_prefix('-')
            .ok_or_else(|| refuse("is no option; a value with spaces must be quoted"))?;
        let letter = letters.chars().next().unwrap_or('-');
        if let Some((_, name)) = WITH_VALUE.iter().find(|(with, _)| *with == letter) {
            let joined = Some(&letters[1..]).filter(|rest| !rest.is_empty());
            let value = joined.or_else(|| words.next().map(String::as_str));
            let value = value.ok_or_else(|| refuse("lacks its value"))?;
            settings.push(match name {
                Some(name) => ((*name).to_owned(), value.to_owned()),
                None => {
                    setting(value).ok_or_else(|| refuse("must be of the form `-o Name=value`"))?
                }
            });
        } else if !letters.chars().all(|letter| PLAIN.contains(&letter)) || letters.is_empty() {
            return Err(refuse(
                "is not supported; use `-o Name=value`, -J, -i, -p, -l, -F, -C, -4, -6 or -A",
            ));
        }
    }
    Ok(settings)
}

/// `Name=value` or `Name value`.
fn setting(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(['=', ' '])?;
    let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    named.then(|| {
        (
            name.to_lowercase(),
            value.trim().trim_matches('"').to_owned(),
        )
    })
}

/// Adds what the target asks for. For ssh the first of several values counts, so that ours come before the user's words
/// and before the user's configuration.
pub(super) fn add(ssh: &mut Command, target: &Target) {
    // What a configuration for work by hand may hold, and would disturb.
    let ours = [
        "BatchMode=yes",
        "LogLevel=INFO",
        "ClearAllForwardings=yes",
        "RemoteCommand=none",
        "RequestTTY=no",
        "PermitLocalCommand=no",
    ];
    for setting in ours {
        ssh.args(["-o", setting]);
    }
    // A jump host's ssh asks no one either; it does not know of `BatchMode`.
    ssh.env("SSH_ASKPASS_REQUIRE", "force");
    ssh.env("SSH_ASKPASS", "/bin/false");
    let seconds = target.connect_timeout.as_secs().max(1);
    ssh.arg("-o").arg(format!("ConnectTimeout={seconds}"));
    if let Some(port) = target.port {
        ssh.arg("-p").arg(port.to_string());
    }
    if let Some(user) = &target.user {
        ssh.arg("-l").arg(user);
    }
    if let Some(key_file) = &target.key_file {
        ssh.args(["-o", "IdentitiesOnly=yes", "-i"]).arg(key_file);
    }
    ssh.args(&target.common_args);
    // A host that is gone must be found gone; how soon, the user's words may say otherwise.
    let seconds = target.keepalive.as_secs();
    ssh.arg("-o").arg(format!("ServerAliveInterval={seconds}"));
    ssh.args(["-o", "ServerAliveCountMax=3"]);
    ssh.arg("--").arg(&target.address);
}

/// The setting that names the file with the known keys of hosts.
pub(super) fn known_hosts(path: &Path) -> String {
    // ssh would take `%h` and the like for the host's name.
    let path = path.display().to_string().replace('%', "%%");
    format!("UserKnownHostsFile=\"{path}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<Vec<(String, String)>, Unreachable> {
        read(&shlex::split(text).unwrap())
    }

    #[test]
    fn what_inventories_hold_is_accepted() {
        for text in [
            "",
            "-C -o ControlMaster=auto -o ControlPersist=60s",
            "-oStrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
            "-o ProxyCommand='ssh -W %h:%p -q bastion'",
            "-J bastion:2222 -i ~/.ssh/id -p2222",
        ] {
            assert!(checked(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_would_change_the_session_is_refused() {
        for text in [
            "-f", "-W a:1", "reboot", "-o", "-o =x", "-t", "--", "-S /x", "-L 1:b:2",
        ] {
            assert!(checked(text).is_err(), "{text}");
        }
    }
}
