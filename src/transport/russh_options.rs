use {
    super::{HostKeys, Target, Unreachable, openssh_options},
    std::path::PathBuf,
};

/// Settings of ssh about its own sessions and looks, which mean nothing for a connection without it.
const WITHOUT_MEANING: &[&str] = &[
    "batchmode",
    "compression",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "forwardagent",
    "forwardx11",
    "hashknownhosts",
    "identitiesonly",
    "kbdinteractiveauthentication",
    "loglevel",
    "passwordauthentication",
    "preferredauthentications",
    "pubkeyauthentication",
    "serveralivecountmax",
    "serveraliveinterval",
    "tcpkeepalive",
    "updatehostkeys",
    "visualhostkey",
];

/// The target as it is after ssh's options are taken into account, as far as they can be without ssh.
///
/// # Errors
/// For an option that only ssh knows how to follow.
pub(super) fn resolve(target: &Target) -> Result<Target, Unreachable> {
    let mut resolved = target.clone();
    for (name, value) in openssh_options::read(&target.common_args)? {
        let refuse = |reason| Unreachable::Option {
            option: format!("{name}={value}"),
            reason,
        };
        match name.as_str() {
            "port" => {
                let port = value.parse().map_err(|_| refuse("is not a port"))?;
                resolved.port.get_or_insert(port);
            }
            "user" => {
                resolved.user.get_or_insert_with(|| value.clone());
            }
            "identityfile" => {
                let file = path(&value, target);
                resolved.key_file.get_or_insert(file);
            }
            "userknownhostsfile" => {
                let file = path(&value, target);
                resolved.known_hosts.get_or_insert(file);
            }
            "stricthostkeychecking" => match value.as_str() {
                "no" | "off" | "accept-new" => resolved.host_keys = HostKeys::AcceptNew,
                _ => {}
            },
            "connecttimeout" => {}
            name if WITHOUT_MEANING.contains(&name) => {}
            _ => {
                return Err(refuse(
                    "needs the `ssh` program, which is not used with a password or with `ansible_connection: russh`",
                ));
            }
        }
    }
    Ok(resolved)
}

fn path(value: &str, target: &Target) -> PathBuf {
    match (value.strip_prefix("~/"), &target.operator.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(value),
    }
}
