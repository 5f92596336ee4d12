use {
    super::{HostKeys, Method, Target, Unreachable, openssh_config, openssh_options},
    std::path::PathBuf,
};

const NEEDS_SSH: &str =
    "needs the `ssh` program, which takes no password: log in with a key instead";

const NOT_OURS: &str = "is not followed without the `ssh` program (`ansible_connection: ssh`)";

/// Settings of ssh about its own sessions and looks, which mean nothing for a connection without it.
const WITHOUT_MEANING: &[&str] = &[
    "batchmode",
    "compression",
    "connecttimeout",
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

/// The target as it is after ssh's options are taken into account, as far as they can be without ssh. Where ssh was asked
/// for, and only a password keeps it from being used, its configuration files count as well.
///
/// # Errors
/// For an option that only ssh knows how to follow.
pub(super) async fn resolve(target: &Target) -> Result<Target, Unreachable> {
    let mut resolved = target.clone();
    for (name, value) in openssh_options::read(&target.common_args)? {
        // A configuration file (`-F`) is read by ssh, below.
        let file = name == "include" && target.method == Method::Ssh;
        let known = file || take(&mut resolved, &name, &value)?;
        if !known && !WITHOUT_MEANING.contains(&name.as_str()) {
            let reason = match target.method {
                Method::Ssh => NEEDS_SSH,
                _ => NOT_OURS,
            };
            return Err(refusal(&name, &value, reason));
        }
    }
    if target.method == Method::Ssh {
        for (name, value) in openssh_config::effective(target).await {
            match name.as_str() {
                "hostname" => resolved.address = value,
                "proxyjump" | "proxycommand" if value != "none" => {
                    return Err(refusal(&name, &value, NEEDS_SSH));
                }
                "port" | "user" | "userknownhostsfile" | "stricthostkeychecking" => {
                    take(&mut resolved, &name, &value)?;
                }
                _ => {}
            }
        }
    }
    Ok(resolved)
}

/// Takes a setting over, where nothing more important has decided; false: it is none of ours.
fn take(target: &mut Target, name: &str, value: &str) -> Result<bool, Unreachable> {
    match name {
        "port" => {
            let port = value.parse();
            let port = port.map_err(|_| refusal(name, value, "is not a port"))?;
            target.port.get_or_insert(port);
        }
        "user" => {
            target.user.get_or_insert_with(|| value.to_owned());
        }
        "identityfile" => {
            let file = path(value, target);
            target.key_file.get_or_insert(file);
        }
        "userknownhostsfile" => {
            // The first of several is the one that ssh adds to.
            let first = value.split(' ').next().unwrap_or(value);
            let file = path(first, target);
            target.known_hosts.get_or_insert(file);
        }
        "stricthostkeychecking" => {
            if matches!(value, "no" | "off" | "false" | "accept-new") {
                target.host_keys = HostKeys::AcceptNew;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn refusal(name: &str, value: &str, reason: &'static str) -> Unreachable {
    Unreachable::Option {
        option: format!("{name}={value}"),
        reason,
    }
}

fn path(value: &str, target: &Target) -> PathBuf {
    match (value.strip_prefix("~/"), &target.operator.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(value),
    }
}
