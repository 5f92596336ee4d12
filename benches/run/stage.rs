//! The hosts of one scenario, and the command lines that reach them as root.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

use farcast::sandbox::{HostSpec, Image, Sandbox, Scoped, run_name_for};
use tempfile::TempDir;

use super::{
    Outcome,
    bench::{Bench, ROOT},
    command::finish,
    disk_image,
    home::Home,
};

/// Fresh hosts, and a home directory for what runs against them. Both end with the value.
pub struct Stage<'a> {
    pub bench: &'a Bench,
    sandbox: Scoped,
    home: TempDir,
    /// More options of ssh, for all programs alike.
    options: Vec<String>,
}

impl<'a> Stage<'a> {
    /// Boots `count` hosts, named `h1` and so on.
    pub fn up(bench: &'a Bench, count: usize) -> Outcome<Self> {
        let run = run_name_for("bench", Path::new(ROOT));
        disk_image::ensure(&run)?;
        let host = |number| HostSpec {
            name: format!("h{number}"),
            image: Image::Debian12,
        };
        let hosts: Vec<HostSpec> = (1..=count).map(host).collect();
        let silent = |_: &str| {};
        let sandbox = Sandbox::up(&disk_image::settings(), &run, &hosts, &silent)?.scoped();
        Ok(Self {
            bench,
            sandbox,
            home: tempfile::tempdir()?,
            options: Vec::new(),
        })
    }

    /// The same hosts, reached with more options of ssh.
    pub fn with_options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|&option| option.to_owned()).collect();
        self
    }

    /// The hosts' names and addresses.
    pub fn hosts(&self) -> Vec<(String, Ipv4Addr)> {
        let hosts = self.sandbox.hosts().into_iter();
        hosts.map(|host| (host.name, host.address)).collect()
    }

    /// The options with which every program calls ssh.
    pub fn ssh_options(&self) -> Vec<String> {
        let known = self.sandbox.known_hosts().display().to_string();
        let key = self.sandbox.private_key().display().to_string();
        let mut options = vec!["-o".to_owned(), format!("UserKnownHostsFile={known}")];
        options.extend(["-o", "IdentitiesOnly=yes", "-i"].map(str::to_owned));
        options.push(key);
        options.extend(self.options.iter().cloned());
        options
    }

    /// The private key that logs in, and the file with the hosts' keys.
    pub fn keys(&self) -> [PathBuf; 2] {
        [self.sandbox.private_key(), self.sandbox.known_hosts()]
    }

    /// The ssh program without a host: rsync and scp take its options, too.
    pub fn ssh_words(&self) -> Vec<String> {
        let own = [
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
        ];
        let own = own.iter().map(|&word| word.to_owned());
        own.chain(self.ssh_options()).collect()
    }

    /// `ssh HOST WORDS…`.
    pub fn ssh(&self, address: Ipv4Addr, words: &[&str]) -> Command {
        let mut command = self.command("ssh".as_ref());
        command.args(self.ssh_words());
        command.arg(format!("root@{address}")).args(words);
        command
    }

    /// The address of the first host.
    pub fn first(&self) -> Outcome<Ipv4Addr> {
        let hosts = self.hosts();
        Ok(hosts.first().ok_or("the stage has no host")?.1)
    }

    /// The root directory of the first host, as this machine sees it.
    pub fn root(&self) -> Outcome<PathBuf> {
        let hosts = self.hosts();
        let (name, _) = hosts.first().ok_or("the stage has no host")?;
        // The layer of what the host has written lies beside its root.
        let written = self.sandbox.upper(name)?;
        Ok(written.with_file_name("root"))
    }

    /// `farcast apply` on a playbook for the hosts of an inventory.
    pub fn apply(&self, inventory: &Path, playbook: &Path) -> Command {
        let mut command = self.home().farcast();
        command.arg("apply").arg("-i").arg(inventory).arg(playbook);
        command
    }

    /// A command whose home is the stage's.
    pub fn command(&self, program: &Path) -> Command {
        self.home().command(program)
    }

    fn home(&self) -> Home<'_> {
        Home::new(self.bench, self.home.path())
    }

    /// Writes a file that programs read, and gives its path.
    pub fn write(&self, name: &str, text: &str) -> Outcome<PathBuf> {
        let path = self.home.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// An inventory of the first `count` hosts that farcast and the family of Ansible read alike: ansible-core-rs wants
    /// everything in the host's own line.
    pub fn inventory(&self, count: usize) -> Outcome<PathBuf> {
        let key = self.sandbox.private_key().display().to_string();
        // ansible-core-rs cuts at spaces and takes quotes as they are: quotes stand only where nothing goes without.
        let quoted = |option: String| match option.contains(' ') {
            true => format!("'{option}'"),
            false => option,
        };
        let options: Vec<String> = self.ssh_options().into_iter().map(quoted).collect();
        let options = options.join(" ");
        let line = |(name, address): &(String, Ipv4Addr)| {
            format!(
                "{name} ansible_host={address} ansible_user=root ansible_ssh_private_key_file={key} \
                 ansible_ssh_common_args=\"{options}\"\n"
            )
        };
        let text: String = self.hosts().iter().take(count).map(line).collect();
        self.write(&format!("hosts{count}.ini"), &text)
    }

    /// Runs a script on the first host; it must succeed.
    pub fn on_first(&self, script: &str) -> Outcome<()> {
        finish(self.ssh(self.first()?, &[script])).map(drop)
    }
}
