//! Every way in which a host can fail to be reached or be lost, each with what to do next.

use {super::line::BadWord, std::time::Duration};

/// Why no agent could be started on a host. Nothing was changed there.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    #[error(
        "the name `{address}` does not resolve; check its spelling, `ansible_host`, and the name service of this machine"
    )]
    NoSuchName { address: String },
    #[error(
        "{place} refused the connection; check that sshd runs there and listens on this port (`ansible_port`)"
    )]
    Refused { place: String },
    #[error("{place} did not answer within {} s; check that the host is up and no firewall drops the packets (`--timeout` waits longer)", .limit.as_secs())]
    TimedOut { place: String, limit: Duration },
    #[error("no way to {place}: {reason}")]
    NoRoute { place: String, reason: String },
    #[error(
        "the way to {place} leads over another host or program (ProxyJump, ProxyCommand), which failed: {said}; try that part alone with `ssh`"
    )]
    Proxy { place: String, said: String },
    #[error(
        "{place} closed the connection during the handshake: {reason}; its log (`journalctl -u ssh`) says why"
    )]
    Handshake { place: String, reason: String },

    #[error(
        "{place} did not let `{user}` log in; tried: {tried}; check the user (`ansible_user`), the key (`--private-key`), and that its public half is in `authorized_keys` there"
    )]
    LoginRefused {
        place: String,
        user: String,
        tried: String,
    },
    #[error("the key file {path} cannot be used: {reason}")]
    KeyFile { path: String, reason: String },
    #[error(
        "the key of {place} is not known: {kind} {fingerprint}; compare it with the host's own (`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` on its console), then accept it with `--accept-new-host-keys`"
    )]
    UnknownKey {
        place: String,
        kind: String,
        fingerprint: String,
    },
    #[error(
        "THE KEY OF {place} HAS CHANGED, so this may be another machine that poses as it; refused. The key that was known stands in {known}; if the host was really set up anew, remove that line"
    )]
    ChangedKey { place: String, known: String },
    #[error("the known_hosts file {path} cannot be used: {reason}")]
    KnownHosts { path: String, reason: String },
    #[error("ssh option `{option}`: {reason}")]
    Option {
        option: String,
        reason: &'static str,
    },
    #[error(
        "`ssh` could not be started: {0}; install the OpenSSH client or use `ansible_connection: russh`, which needs none"
    )]
    NoSsh(std::io::Error),
    #[error("{program} could not be started on this machine: {reason}")]
    Local {
        program: &'static str,
        reason: std::io::Error,
    },

    #[error(transparent)]
    BadWord(#[from] BadWord),
    #[error(
        "becoming `{user}` needs a password for {exe}; give it with `--ask-become-pass` (-K) or `ansible_become_password`, or allow it without one"
    )]
    PasswordNeeded { exe: String, user: String },
    #[error(
        "{exe} did not take the password for becoming `{user}`; check `ansible_become_password` or what was typed"
    )]
    WrongPassword { exe: String, user: String },
    #[error("{exe} does not permit becoming `{user}`: {said}")]
    NotPermitted {
        exe: String,
        user: String,
        said: String,
    },
    #[error("there is no user `{user}` to become on the host; check `become_user`")]
    NoSuchUser { user: String },
    #[error(
        "there is no `{exe}` on the host; install it, or choose another `become_method` (sudo, su, doas)"
    )]
    NoEscalation { exe: String },
    #[error("{exe} did not become `{user}`; it said: {said}")]
    Escalation {
        exe: String,
        user: String,
        said: String,
    },
    #[error(
        "doas takes a password from a terminal only; permit it with `nopass` in doas.conf, or use sudo or su"
    )]
    DoasPassword,
    #[error("the host did not start a shell within {} s; it said: {said}", .limit.as_secs())]
    Silent { limit: Duration, said: String },

    #[error("no space on the host for the agent ({places}); free some in one of these directories")]
    NoSpace { places: String },
    #[error(
        "programs may not run from any directory where the agent could be kept ({places}); mount one of them without `noexec`, or set XDG_CACHE_HOME there"
    )]
    NoExec { places: String },
    #[error(
        "no directory on the host can keep the agent ({places}); one of them must be writable, owned by the user, and of mode 0700"
    )]
    NoPlace { places: String },
    #[error("there is no agent for a {machine} machine; available: {available}")]
    UnsupportedMachine { machine: String, available: String },
    #[error("the agent program {path} cannot be read: {reason}")]
    NoProgram { path: String, reason: String },
    #[error("the agent did not start: {said}")]
    AgentFailed { said: String },
    #[error(
        "the agent speaks version {theirs} of the protocol, this farcast {ours}; the agent program beside farcast is of another build: install both together"
    )]
    Version { ours: u32, theirs: u32 },
    #[error("the host answered with something else than the agent: {0}")]
    NotAnAgent(String),
}

/// A conversation that ended in the middle: what the step under way did is not known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Lost {
    #[error("the connection was lost in the middle of `{module}`{}; what the step did is not known, run again to see", in_brackets(.said))]
    Connection { module: String, said: String },
    #[error("the agent ended in the middle of `{module}` with {how}{}; what the step did is not known, run again to see", in_brackets(.said))]
    Agent {
        module: String,
        how: String,
        said: String,
    },
    #[error(
        "the agent broke the protocol in the middle of `{module}`: {reason}; this is a defect of farcast"
    )]
    Protocol { module: String, reason: String },
    #[error("`{module}` did not end after it was cancelled; the connection was closed")]
    Cancelled { module: String },
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" (it said: {text})")
    }
}
