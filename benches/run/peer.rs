//! What people use today, as `make bench` installed it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Outcome, bench::Bench, command::finish, stage::Stage};

/// The packages whose versions a record names.
const PACKAGES: [&str; 4] = ["ansible-core", "ansible-core-rs", "mitogen", "pyinfra"];

/// An engine that runs Ansible's playbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// ansible-core with pipelining, its fastest way.
    Core,
    /// ansible-core with mitogen's strategy.
    Mitogen,
    /// ansible-core-rs.
    Rust,
}

impl Peer {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "ansible-core",
            Self::Mitogen => "mitogen",
            Self::Rust => "ansible-core-rs",
        }
    }

    /// The command that runs a playbook on the hosts of an inventory, `forks` at once.
    pub fn apply(
        self,
        stage: &Stage,
        inventory: &Path,
        playbook: &Path,
        forks: usize,
    ) -> Outcome<Command> {
        let program = match self {
            Self::Core | Self::Mitogen => program(stage.bench, "ansible-playbook"),
            Self::Rust => as_playbook(stage)?,
        };
        let mut command = stage.command(&program);
        if self == Self::Mitogen {
            let strategies = site_packages(stage.bench)?.join("ansible_mitogen/plugins/strategy");
            command.env("ANSIBLE_STRATEGY", "mitogen_linear");
            command.env("ANSIBLE_STRATEGY_PLUGINS", strategies);
        }
        command.env("ANSIBLE_PIPELINING", "1");
        command.arg("-f").arg(forks.to_string());
        command.arg("-i").arg(inventory).arg(playbook);
        Ok(command)
    }
}

/// The command that runs a deploy of pyinfra on the first `count` hosts.
pub fn pyinfra(stage: &Stage, count: usize, deploy: &Path) -> Outcome<Command> {
    let [key, known] = stage.keys();
    let host = |(name, address): &(String, std::net::Ipv4Addr)| {
        format!(
            "    ({name:?}, {{\"ssh_hostname\": \"{address}\", \"ssh_user\": \"root\", \"ssh_key\": {key:?}, \
             \"ssh_known_hosts_file\": {known:?}, \"ssh_strict_host_key_checking\": \"yes\"}}),\n"
        )
    };
    let hosts: String = stage.hosts().iter().take(count).map(host).collect();
    let inventory = stage.write("inventory.py", &format!("hosts = [\n{hosts}]\n"))?;
    let mut command = stage.command(&program(stage.bench, "pyinfra"));
    command.arg("-y").arg(inventory).arg(deploy);
    Ok(command)
}

/// Runs an engine's command; the recap must tell `hosts` hosts, each with as many changes as expected.
pub fn expect(command: Command, hosts: usize, changed: usize) -> Outcome<()> {
    let said = finish(command)?;
    let wanted = format!("changed={changed} ");
    let recap: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("unreachable="))
        .collect();
    let fits = recap.iter().filter(|line| line.contains(&wanted)).count();
    if fits == hosts && recap.len() == hosts {
        return Ok(());
    }
    Err(format!(
        "{hosts} hosts with {changed} changes each were expected:\n{}",
        recap.join("\n")
    )
    .into())
}

/// Runs a command of pyinfra; its results must tell no change.
pub fn expect_settled(command: Command) -> Outcome<()> {
    let said = finish(command)?;
    let total = said
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("Grand total"));
    let words: Vec<&str> = total.unwrap_or_default().split_whitespace().collect();
    match words[..] {
        [_, _, all, "-", "-", same] if all == same => Ok(()),
        _ => Err(format!("no change was expected, pyinfra says: {}", words.join(" ")).into()),
    }
}

/// The peers' names and versions.
pub fn versions(bench: &Bench) -> Vec<String> {
    let freeze = |environment: &str| {
        let mut pip = Command::new(bench.peers.join(environment).join("bin/pip"));
        pip.args(["freeze", "--disable-pip-version-check"]);
        finish(pip).unwrap_or_default()
    };
    let all = ["python", "rust"].map(freeze).concat();
    let lines = all.lines().filter_map(|line| line.split_once("=="));
    let ours = lines.filter(|(name, _)| PACKAGES.contains(name));
    ours.map(|(name, version)| format!("{name} {version}"))
        .collect()
}

fn program(bench: &Bench, name: &str) -> PathBuf {
    bench.peers.join("python/bin").join(name)
}

/// ansible-core-rs is one program that goes by the name by which it is called.
fn as_playbook(stage: &Stage) -> Outcome<PathBuf> {
    let link = stage.bench.peers.join("rust/bin/ansible-playbook");
    if !link.exists() {
        std::os::unix::fs::symlink("ansible", &link)?;
    }
    Ok(link)
}

fn site_packages(bench: &Bench) -> Outcome<PathBuf> {
    for entry in fs::read_dir(bench.peers.join("python/lib"))? {
        let packages = entry?.path().join("site-packages");
        if packages.is_dir() {
            return Ok(packages);
        }
    }
    Err("the peers' environment has no packages".into())
}
