//! Two fresh hosts, and all that the playbook needs on the controller.

use std::{
    fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

use farcast::sandbox::{HostSpec, HostView, Image, Sandbox, Scoped, Settings, run_name_for};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    authority::Authority,
    door::{Door, key_pair},
    farcast_program::{Farcast, Ran},
    web::Web,
};

/// A user whom pg_hba.conf turns away; the distributions' own file would not.
pub const STRANGER: &str = "stranger";

/// The hosts `debian` and `centos` of `inventories/sandbox`, made for this.
pub struct Stage {
    sandbox: Scoped,
    farcast: Farcast,
    /// Keys, certificates and variables; gone with the stage.
    home: TempDir,
    authority: Authority,
}

impl Stage {
    /// Makes the hosts, a key pair for the users, and a certificate for each host. `purpose` tells runs of one work tree
    /// apart; `programs` are the paths of `farcast` and `greeting`.
    ///
    /// # Errors
    /// What is missing, and how to get it.
    pub fn up(purpose: &str, programs: [&str; 2], progress: &dyn Fn(&str)) -> Result<Self, String> {
        let [farcast, greeting] = programs;
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let farcast = Farcast::new(farcast, home.path())?;
        let hosts = [("debian", Image::Debian12), ("centos", Image::Centos9)];
        let hosts = hosts.map(|(name, image)| HostSpec {
            name: name.to_owned(),
            image,
        });
        let run = run_name_for(purpose, &repository());
        let sandbox = Sandbox::up(&Settings::default(), &run, &hosts, progress)
            .map_err(|error| error.to_string())?
            .scoped();
        let authority = Authority::new()?;
        let stage = Self {
            sandbox,
            farcast,
            home,
            authority,
        };
        stage.furnish(greeting)?;
        Ok(stage)
    }

    /// Ends the hosts; nothing of them is left.
    ///
    /// # Errors
    /// What could not be removed.
    pub fn down(self) -> Result<(), String> {
        self.sandbox.down().map_err(|error| error.to_string())
    }

    pub fn hosts(&self) -> Vec<HostView> {
        self.sandbox.hosts()
    }

    /// A call of farcast on the site's playbook; `verb` is `plan` or `apply` with options.
    pub fn command(&self, verb: &[&str]) -> Command {
        self.farcast.command(&repository(), &self.arguments(verb))
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, verb: &[&str]) -> Result<Ran, String> {
        Ran::of(self.command(verb))
    }

    fn arguments(&self, verb: &[&str]) -> Vec<String> {
        let inventory = self.sandbox.inventory();
        let variables = format!("@{}", self.variables().display());
        let mut arguments: Vec<String> = verb.iter().map(|word| (*word).to_owned()).collect();
        let rest = [
            "-i",
            "inventories/sandbox",
            "-i",
            &inventory.to_string_lossy(),
            "-e",
            &variables,
            "playbooks/site.yml",
        ];
        arguments.extend(rest.map(str::to_owned));
        arguments
    }

    /// Runs a program on a host as root and gives its output; on failure, all that it said.
    pub fn on(&self, host: &HostView, argv: &[&str]) -> Result<String, String> {
        let output = self.sandbox.exec(&host.name, argv);
        let output = output.map_err(|error| error.to_string())?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {stdout}{stderr}", argv.join(" ")))
    }

    /// The host's front door, for people with and without a key.
    pub fn door(&self, host: &HostView) -> Door {
        Door {
            address: host.address,
            key: self.user_key(),
            known_hosts: self.sandbox.known_hosts(),
        }
    }

    /// A client that believes the stage's authority and no other.
    ///
    /// # Errors
    /// When its certificate cannot be read back.
    pub fn web(&self, address: Ipv4Addr) -> Result<Web, String> {
        Web::new(address, &self.authority.certificate())
    }

    fn variables(&self) -> PathBuf {
        self.home.path().join("variables.json")
    }

    fn user_key(&self) -> PathBuf {
        self.home.path().join("user_key")
    }

    /// Makes what the playbook finds on the controller.
    fn furnish(&self, greeting: &str) -> Result<(), String> {
        let tls = self.home.path().join("tls");
        fs::create_dir(&tls).map_err(|error| error.to_string())?;
        for host in self.hosts() {
            let names = vec![host.name.clone(), host.address.to_string()];
            self.authority.certify(names, &tls.join(&host.name))?;
        }
        let public = key_pair(&self.user_key())?;
        let variables = variables(&public, &tls, greeting)?;
        fs::write(self.variables(), variables.to_string()).map_err(|error| error.to_string())
    }
}

/// The site's variables, with a key of ours beside the users' own, and a rule that only a reloaded PostgreSQL knows.
fn variables(public_key: &str, tls: &Path, greeting: &str) -> Result<Value, String> {
    let own = group_variables().map_err(|error| error.to_string())?;
    let with_ours = |name: &str| {
        let mut keys = own[name].as_array().cloned().unwrap_or_default();
        keys.push(public_key.into());
        keys
    };
    let rule = |kind: &str, user: &str, address: &str, method: &str| json!({"type": kind, "database": "all", "user": user, "address": address, "method": method});
    Ok(json!({
        "prusa_admin_keys": with_ours("prusa_admin_keys"),
        "prusa_non_admin_keys": with_ours("prusa_non_admin_keys"),
        "tls_directory": tls,
        "greeting_binary": greeting,
        "postgresql_hba": [
            rule("local", STRANGER, "", "reject"),
            rule("local", "all", "", "peer"),
            rule("host", "all", "127.0.0.1/32", "scram-sha-256"),
        ],
    }))
}

fn group_variables() -> io::Result<Value> {
    let text = fs::read_to_string(repository().join("playbooks/group_vars/all.yml"))?;
    serde_yaml::from_str(&text).map_err(io::Error::other)
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
