//! A run's hosts as an inventory, and their keys as a known_hosts file.

use std::{collections::BTreeMap, path::Path};

use super::{debian::OPERATOR, state::HostState};

/// Writes the inventory in INI form: one group a distribution, login by the run's key, host keys from the run's file.
pub(super) fn ini(hosts: &[HostState], key: &Path, known_hosts: &Path) -> String {
    let mut groups: BTreeMap<&str, String> = BTreeMap::new();
    for host in hosts {
        let line = format!("{} ansible_host={}\n", host.name, host.address);
        groups
            .entry(host.image.group())
            .or_default()
            .push_str(&line);
    }
    let groups = groups
        .iter()
        .map(|(group, lines)| format!("[{group}]\n{lines}\n"));
    let common = format!(
        "[all:vars]\nansible_user={OPERATOR}\nansible_ssh_private_key_file={}\n\
         ansible_ssh_common_args=-o UserKnownHostsFile=\"{}\"\n",
        key.display(),
        known_hosts.display()
    );
    groups.chain([common]).collect()
}

/// One line of a known_hosts file.
pub(super) fn known_host(host: &HostState, public_key: &str) -> String {
    let words: Vec<&str> = public_key.split_whitespace().take(2).collect();
    format!("{} {}\n", host.address, words.join(" "))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::sandbox::image::Image;

    fn host(name: &str, image: Image, last: u8) -> HostState {
        HostState {
            name: name.into(),
            image,
            image_root: "/image".into(),
            address: Ipv4Addr::new(10, 192, 0, last),
            nspawn: None,
        }
    }

    #[test]
    fn hosts_are_grouped_by_distribution() {
        let hosts = [
            host("b", Image::Debian12, 10),
            host("c", Image::Centos9, 11),
            host("a", Image::Debian12, 12),
        ];
        assert_eq!(
            ini(&hosts, Path::new("/s/id"), Path::new("/s/known")),
            "[centos_9]\nc ansible_host=10.192.0.11\n\n\
             [debian_12]\nb ansible_host=10.192.0.10\na ansible_host=10.192.0.12\n\n\
             [all:vars]\nansible_user=operator\nansible_ssh_private_key_file=/s/id\n\
             ansible_ssh_common_args=-o UserKnownHostsFile=\"/s/known\"\n"
        );
    }

    #[test]
    fn a_known_host_is_named_by_its_address_and_has_no_comment() {
        let line = known_host(
            &host("a", Image::Debian12, 10),
            "ssh-ed25519 AAAA a comment\n",
        );
        assert_eq!(line, "10.192.0.10 ssh-ed25519 AAAA\n");
    }
}
