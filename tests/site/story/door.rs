//! Who may log in to a host, and what they may do there.

use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use farcast::sandbox::HostView;

use super::stage::Stage;

const USERS: [&str; 2] = ["prusa_admin", "prusa_non_admin"];

/// A host's sshd, seen from outside.
pub struct Door {
    pub address: Ipv4Addr,
    /// A private key that the users accept.
    pub key: PathBuf,
    pub known_hosts: PathBuf,
}

impl Door {
    /// Logs in with the key and runs a command line.
    fn enter(&self, user: &str, command: &str) -> Result<Output, String> {
        let mut ssh = self.ssh(user, &["BatchMode=yes", "IdentitiesOnly=yes"]);
        ssh.arg("-i").arg(&self.key).arg("--").arg(command);
        ssh.output().map_err(|error| error.to_string())
    }

    /// Tries to log in with passwords that a careless hand might have left.
    fn force(&self, user: &str) -> Result<Output, String> {
        let asked = self.key.with_file_name("guess");
        fs::write(&asked, "#!/bin/sh\nexit 0\n").map_err(|error| error.to_string())?;
        fs::set_permissions(&asked, fs::Permissions::from_mode(0o700))
            .map_err(|error| error.to_string())?;
        let mut ssh = self.ssh(
            user,
            &[
                "PubkeyAuthentication=no",
                "PreferredAuthentications=password,keyboard-interactive",
            ],
        );
        ssh.env("SSH_ASKPASS", &asked)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .args(["--", "true"]);
        ssh.output().map_err(|error| error.to_string())
    }

    fn ssh(&self, user: &str, options: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "/dev/null", "-l", user])
            .stdin(Stdio::null());
        ssh.env_remove("SSH_AUTH_SOCK");
        ssh.arg("-o")
            .arg(format!("UserKnownHostsFile={}", self.known_hosts.display()));
        for option in options {
            ssh.args(["-o", option]);
        }
        ssh.arg(self.address.to_string());
        ssh
    }
}

/// Makes a key pair without a passphrase at `path` and gives its public half.
///
/// # Errors
/// What ssh-keygen says.
pub fn key_pair(path: &Path) -> Result<String, String> {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "proof", "-f"]);
    let made = keygen.arg(path).output();
    let made = made.map_err(|error| format!("ssh-keygen: {error}"))?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    let public = fs::read_to_string(path.with_extension("pub"));
    Ok(public.map_err(|error| error.to_string())?.trim().to_owned())
}

pub fn lets_the_users_in(stage: &Stage, host: &HostView) -> Result<(), String> {
    for user in USERS {
        let output = stage.door(host).enter(user, "id -un")?;
        if output.stdout != format!("{user}\n").as_bytes() {
            return Err(format!("{user}: {}", said(&output)));
        }
    }
    Ok(())
}

pub fn lets_one_be_root(stage: &Stage, host: &HostView) -> Result<(), String> {
    for (user, may) in USERS.into_iter().zip([true, false]) {
        let output = stage.door(host).enter(user, "sudo -n true")?;
        if output.status.success() != may {
            return Err(format!("{user}: sudo -n true: {}", said(&output)));
        }
    }
    Ok(())
}

pub fn takes_no_password(stage: &Stage, host: &HostView) -> Result<(), String> {
    for user in USERS {
        let output = stage.door(host).force(user)?;
        let words = said(&output);
        if output.status.code() != Some(255) || !words.contains("Permission denied") {
            return Err(format!("{user}: {words}"));
        }
        let shadow = stage.on(host, &["getent", "shadow", user])?;
        let password = shadow.split(':').nth(1).unwrap_or_default();
        if !password.starts_with(['!', '*']) {
            return Err(format!("{user}'s password is not locked: {shadow}"));
        }
    }
    Ok(())
}

fn said(output: &Output) -> String {
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    format!("{}: {}", output.status, String::from_utf8_lossy(&said))
}
