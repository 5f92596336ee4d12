use {
    super::{Target, Unreachable, openssh::run, openssh_options, tail::clean},
    ::russh::keys::{HashAlg, PublicKey},
    std::{
        fs::{self, File},
        path::Path,
    },
    tokio::process::Command,
};

/// What a second connection, which believes any key and offers nothing, finds out about a first one that failed.
pub(super) struct Sight {
    key: Option<PublicKey>,
    /// What the programs on the way (ProxyJump, ProxyCommand) said.
    proxy: String,
}

impl Sight {
    /// Connects once more, as far as the host's key; `directory` is for files of its own.
    pub(super) async fn of(target: &Target, directory: &Path) -> Self {
        let (seen, said) = (directory.join("seen"), directory.join("proxy"));
        let mut ssh = Command::new("ssh");
        ssh.arg("-E").arg(directory.join("sight"));
        ssh.args(["-T", "-S", "none"]);
        ssh.arg("-o").arg(openssh_options::known_hosts(&seen));
        let settings = [
            "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=accept-new",
            "PreferredAuthentications=none",
            "KnownHostsCommand=none",
            "VerifyHostKeyDNS=no",
        ];
        for setting in settings {
            ssh.args(["-o", setting]);
        }
        openssh_options::add(&mut ssh, target);
        if let Ok(stderr) = File::create(&said) {
            // It fails at logging in, as it should; what counts are the files.
            let _ = run(ssh, stderr, target).await;
        }
        let key = fs::read_to_string(seen)
            .ok()
            .and_then(|text| PublicKey::from_openssh(text.lines().next()?.split_once(' ')?.1).ok());
        Self {
            key,
            proxy: clean(&fs::read_to_string(said).unwrap_or_default()),
        }
    }

    /// The error for a host whose key is not known.
    pub(super) fn unknown_key(self, target: &Target) -> Unreachable {
        let (kind, fingerprint) = match self.key {
            None => (
                String::new(),
                "(its fingerprint could not be read)".to_owned(),
            ),
            Some(key) => (
                key.algorithm().to_string(),
                key.fingerprint(HashAlg::Sha256).to_string(),
            ),
        };
        Unreachable::UnknownKey {
            place: target.place(),
            kind,
            fingerprint,
        }
    }

    /// The error for a way that ended before the host.
    pub(super) fn proxy(self, target: &Target) -> Unreachable {
        Unreachable::Proxy {
            place: target.place(),
            said: match self.proxy.is_empty() {
                true => "nothing".to_owned(),
                false => self.proxy,
            },
        }
    }
}
