//! The same commands by ansible-core's own programs: `FARCAST_ORACLE` names the directory that holds them.

use super::{Room, listing};

/// Lines by play: the order of hosts and of a play's tags is Python's whim.
fn settled(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut start = 0;
    for at in 0..=lines.len() {
        if at == lines.len() || lines[at].starts_with("  play #") {
            let hosts = |line: &String| line.starts_with("      ") && !line.contains('\t');
            let chosen: Vec<usize> = (start..at).filter(|&at| hosts(&lines[at])).collect();
            let mut names: Vec<String> = chosen.iter().map(|&at| lines[at].clone()).collect();
            names.sort();
            for (at, name) in chosen.into_iter().zip(names) {
                lines[at] = name;
            }
            start = at;
        }
    }
    lines
}

#[test]
fn lists_what_ansible_playbook_lists() {
    let room = listing::room();
    for options in [
        "--list-hosts",
        "--list-tasks",
        "--list-tags",
        "--list-hosts --list-tasks --list-tags",
        "--syntax-check",
        "--list-tasks --tags x,z",
        "--list-tasks --skip-tags b",
        "--list-tasks --tags never",
        "--list-hosts -l d1",
    ] {
        let command = format!("ansible-playbook -i hosts site.yml {options}");
        let theirs = room.oracle(&command).good();
        let ours = room.persona(&command).good();
        assert_eq!(settled(&ours), settled(&theirs), "{options}");
    }
}

#[test]
fn lists_the_hosts_that_ansible_lists() {
    let room = listing::room();
    for pattern in ["all", "web", "db:w1", "'web[0]'", "'all:!web'"] {
        let command = format!("ansible -i hosts {pattern} --list-hosts");
        let theirs = room.oracle(&command).good();
        assert_eq!(room.persona(&command).good(), theirs, "{pattern}");
    }
}

#[test]
fn shows_inventories_as_ansible_inventory_does() {
    let room = listing::room();
    for options in [
        "--list",
        "--graph --vars",
        "--host w1 -e a=1",
        "--list --export",
        "--list -l web",
        "--list -e a=1",
    ] {
        let command = format!("ansible-inventory -i hosts {options}");
        let theirs = room.oracle(&command).good();
        assert_eq!(room.persona(&command).good(), theirs, "{options}");
    }
}

#[test]
fn vaults_pass_between_both_programs() {
    let room = Room::new()
        .with("pw", "first\n")
        .with("new", "second\n")
        .with("a.yml", "a: ü\n");
    // Each step by one program, undone by the other.
    room.persona("ansible-vault encrypt a.yml --vault-id dev@pw")
        .good();
    assert_eq!(
        room.oracle("ansible-vault view a.yml --vault-id dev@pw")
            .good(),
        "a: ü\n"
    );
    room.oracle("ansible-vault rekey a.yml --vault-id dev@pw --new-vault-id prod@new")
        .good();
    assert_eq!(
        room.persona("ansible-vault view a.yml --vault-id prod@new")
            .good(),
        "a: ü\n"
    );
    room.persona("ansible-vault rekey a.yml --vault-id prod@new --new-vault-password-file pw")
        .good();
    room.oracle("ansible-vault decrypt a.yml --vault-password-file pw")
        .good();
    assert_eq!(room.read("a.yml"), "a: ü\n");
    room.oracle("ansible-vault encrypt a.yml --vault-password-file pw")
        .good();
    room.persona("ansible-vault decrypt a.yml --vault-password-file pw")
        .good();
    assert_eq!(room.read("a.yml"), "a: ü\n");
}
