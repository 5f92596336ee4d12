use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::farcast_program::{Farcast, Ran};

/// A repository, and a machine that pulls from it into `pull`.
pub struct Room {
    home: TempDir,
    farcast: Farcast,
}

impl Room {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let farcast = Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path()).unwrap();
        let room = Self { home, farcast };
        room.git(&["init", "--quiet", "--initial-branch=main", "repository"]);
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn url(&self) -> String {
        format!("file://{}", self.path("repository").display())
    }

    /// Runs git; gives what it wrote.
    pub fn git(&self, words: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args(words)
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {words:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits a file with these further options of `git commit`; gives the commit's id.
    pub fn commit_as(&self, name: &str, text: &str, options: &[&str], settings: &[&str]) -> String {
        let path = self.path("repository").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.git(&["-C", "repository", "add", name]);
        let commit = ["commit", "--quiet", "-m", "change"];
        self.git(&[&["-C", "repository"][..], settings, &commit, options].concat());
        self.git(&["-C", "repository", "rev-parse", "HEAD"])
    }

    /// Commits a playbook whose tasks these are.
    pub fn commit(&self, tasks: &str) -> String {
        self.commit_as("local.yml", &playbook(tasks), &[], &[])
    }

    /// Calls `farcast pull` from the repository into the directory `pull`.
    pub fn pull(&self, words: &[&str]) -> Ran {
        let url = self.url();
        let all = [&["pull", "-U", &url, "-d", "pull"][..], words].concat();
        Ran::of(self.farcast.command(self.home.path(), &all)).unwrap()
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.farcast.command(self.home.path(), words)).unwrap()
    }

    /// farcast by another name.
    pub fn persona(&self, name: &str, words: &[&str]) -> Ran {
        let link = self.path(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_farcast"), &link).unwrap();
        let farcast = Farcast::new(link.to_str().unwrap(), self.home.path()).unwrap();
        Ran::of(farcast.command(self.home.path(), words)).unwrap()
    }

    /// What the playbooks left, or nothing.
    pub fn state(&self) -> String {
        fs::read_to_string(self.path("state")).unwrap_or_default()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }
}

/// A playbook for this machine.
pub fn playbook(tasks: &str) -> String {
    format!("- hosts: localhost\n  gather_facts: false\n  tasks:\n{tasks}")
}

/// A task that leaves a text in the home directory.
pub fn leave(text: &str) -> String {
    format!(
        "    - copy:\n        content: {text}\n        dest: \"{{{{ lookup('env', 'HOME') }}}}/state\"\n"
    )
}

/// Makes a pair of keys for ssh.
pub fn key(path: &Path) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
    fs::read_to_string(path.with_extension("pub")).unwrap()
}
