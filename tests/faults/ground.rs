//! Two hosts, and calls of farcast with them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use farcast::sandbox::{HostSpec, HostView, Image, Sandbox, Scoped, Settings, run_name_for};
use tempfile::TempDir;

use super::farcast_program::Farcast;

/// The password of the user `plain`, who may log in with the sandbox's key and is nobody's sudoer.
pub const PASSWORD: &str = "plain's own";

/// The hosts `debian` and `centos`.
pub struct Ground {
    pub(super) sandbox: Scoped,
    farcast: Farcast,
    home: TempDir,
}

impl Ground {
    pub fn up() -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let farcast = Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path())?;
        let hosts = [("debian", Image::Debian12), ("centos", Image::Centos9)];
        let hosts = hosts.map(|(name, image)| HostSpec {
            name: name.to_owned(),
            image,
        });
        let run = run_name_for("faults", Path::new(env!("CARGO_MANIFEST_DIR")));
        let sandbox = Sandbox::up(&Settings::default(), &run, &hosts, &|line| {
            eprintln!("{line}")
        });
        let ground = Self {
            sandbox: sandbox.map_err(|error| error.to_string())?.scoped(),
            farcast,
            home,
        };
        ground.add_plain_user()?;
        Ok(ground)
    }

    pub fn down(self) -> Result<(), String> {
        self.sandbox.down().map_err(|error| error.to_string())
    }

    fn add_plain_user(&self) -> Result<(), String> {
        let script = format!(
            "useradd -m plain && echo \"plain:{PASSWORD}\" | chpasswd \
             && install -d -o plain -m 700 /home/plain/.ssh /home/plain/.cache \
             && install -o plain -m 600 /home/operator/.ssh/authorized_keys /home/plain/.ssh/"
        );
        self.on("debian", &["sh", "-c", &script]).map(drop)
    }

    /// Runs a program on a host as root and gives its output; on failure, all that it said.
    pub fn on(&self, host: &str, argv: &[&str]) -> Result<String, String> {
        let output = self.sandbox.exec(host, argv);
        let output = output.map_err(|error| error.to_string())?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {stdout}{stderr}", argv.join(" ")))
    }

    pub fn host(&self, name: &str) -> Result<HostView, String> {
        let hosts = self.sandbox.hosts();
        let host = hosts.into_iter().find(|host| host.name == name);
        host.ok_or_else(|| format!("there is no host {name}"))
    }

    /// A file on the controller.
    pub fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A call of farcast with a playbook of these tasks.
    pub fn call(&self, verb: &[&str], inventory: &str, tasks: &str) -> Result<Command, String> {
        let (more, playbook) = (self.file("more.ini"), self.file("playbook.yml"));
        let play = format!("- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}");
        fs::write(&more, inventory)
            .and_then(|()| fs::write(&playbook, play))
            .map_err(|error| error.to_string())?;
        let inventory = self.sandbox.inventory();
        let mut command = self.farcast.command(self.home.path(), verb);
        command.arg("-i").arg(inventory).arg("-i").arg(more);
        command.arg("playbook.yml");
        Ok(command)
    }
}
