//! What is so on a host: read-only, one subject a file, named as Ansible names it.

mod cpu;
mod date;
mod environment;
mod local;
mod machine;
mod memory;
mod mount;
mod netlink;
mod network;
mod os;
mod package;
mod platform;
mod security;
mod service;
mod ssh;
mod user;
mod virtualization;
mod zone;

pub use {
    local::read_from as own_facts, machine::machine, mount::read_within as mounts,
    platform::full_name,
};

use crate::{
    act::{Failure, Probe},
    wire::Object,
};

/// A subject of facts.
pub struct Subject {
    /// As in `gather_subset`.
    pub name: &'static str,
    /// Gathered unless `!min` is asked for.
    pub minimal: bool,
    /// Other names in `gather_subset` that include it.
    pub groups: &'static [&'static str],
    read: fn(&Probe) -> Result<Object, Failure>,
}

impl Subject {
    /// The facts, without `ansible_` before their names.
    pub fn read(&self, probe: &Probe) -> Result<Object, Failure> {
        (self.read)(probe)
    }
}

const HARDWARE: &[&str] = &["hardware", "devices"];

/// All subjects, in the order in which they are read.
pub static SUBJECTS: &[Subject] = &[
    minimal("platform", platform::read),
    minimal("distribution", os::read),
    minimal("pkg_mgr", package::read),
    minimal("service_mgr", service::read),
    minimal("user", user::read),
    minimal("env", environment::read),
    minimal("date_time", date::read),
    minimal("local", local::read),
    minimal("selinux", security::read),
    minimal("ssh_pub_keys", ssh::read),
    further("cpu", HARDWARE, cpu::read),
    further("memory", HARDWARE, memory::read),
    further("mounts", HARDWARE, mount::read),
    further(
        "network",
        &["interfaces", "default_ipv4", "all_ipv4_addresses"],
        network::read,
    ),
    further(
        "virtual",
        &["virtualization_type", "virtualization_role"],
        virtualization::read,
    ),
];

const fn minimal(name: &'static str, read: fn(&Probe) -> Result<Object, Failure>) -> Subject {
    Subject {
        name,
        minimal: true,
        groups: &[],
        read,
    }
}

const fn further(
    name: &'static str,
    groups: &'static [&'static str],
    read: fn(&Probe) -> Result<Object, Failure>,
) -> Subject {
    Subject {
        name,
        minimal: false,
        groups,
        read,
    }
}

/// Names that Ansible knows besides: what they stand for is gathered with other subjects, or is not here.
const OTHERS: &str = "all min all_ipv6_addresses apparmor architecture caps chroot cmdline default_ipv6 \
    distribution_major_version distribution_release distribution_version dns effective_group_ids effective_user_id facter \
    fibre_channel_wwn fips is_chroot iscsi kernel kernel_version loadavg lsb machine machine_id nvme ohai os_family processor \
    processor_cores processor_count python python_version real_user_id ssh_host_key_dsa_public ssh_host_key_ecdsa_public \
    ssh_host_key_ed25519_public ssh_host_key_rsa_public ssh_host_pub_keys system system_capabilities \
    system_capabilities_enforced systemd user_dir user_gecos user_gid user_id user_shell user_uid virtualization_tech_guest \
    virtualization_tech_host";

/// Whether a word may stand in `gather_subset`.
pub fn is_subject(word: &str) -> bool {
    let known = |subject: &Subject| subject.name == word || subject.groups.contains(&word);
    SUBJECTS.iter().any(known) || OTHERS.split(' ').any(|other| other == word)
}

/// The text of a small file; empty where it cannot be read: a fact that is not to be had is no error.
fn text(probe: &Probe, path: &str) -> String {
    let bytes = probe.read(std::path::Path::new(path)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first line of a small file, trimmed; empty where it cannot be read.
fn line(probe: &Probe, path: &str) -> String {
    text(probe, path)
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .into()
}

fn object<const N: usize>(facts: [(&str, serde_json::Value); N]) -> Object {
    let facts = facts.into_iter();
    facts.map(|(name, value)| (name.into(), value)).collect()
}
