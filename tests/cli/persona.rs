use super::Room;

#[test]
fn says_its_version_as_tools_read_it() {
    let room = Room::new();
    for name in [
        "ansible",
        "ansible-doc",
        "ansible-inventory",
        "ansible-playbook",
        "ansible-pull",
        "ansible-vault",
    ] {
        let version = room.persona(&format!("{name} --version")).good();
        let first = version.lines().next().unwrap();
        assert!(first.starts_with(&format!("{name} [core 2.")), "{version}");
        assert!(version.contains("farcast version = "), "{version}");
    }
}

#[test]
fn names_itself_in_its_help() {
    let help = Room::new().persona("ansible-playbook --help").good();
    assert!(help.contains("Usage: ansible-playbook"), "{help}");
}

#[test]
fn does_what_the_program_does() {
    let room = Room::new()
        .with("hosts", "[web]\nw1\nw2\n")
        .with("pw", "pw");
    let hosts = room.persona("ansible -i hosts web --list-hosts").good();
    assert_eq!(hosts, "  hosts (2):\n    w1\n    w2\n");
    let message = room
        .persona("ansible -i hosts w1 -m debug -a msg=hello")
        .good();
    assert_eq!(message, "w1 | SUCCESS => {\n    \"msg\": \"hello\"\n}\n");
    let value = room
        .persona("ansible-vault encrypt_string --vault-id pw -n key text")
        .good();
    assert!(value.starts_with("key: !vault |\n"), "{value}");
    room.persona("ansible-inventory -i hosts --graph").good();
    room.persona("ansible-doc -l").good();
}

#[test]
fn another_name_is_farcast() {
    let version = Room::new().persona("renamed --version").good();
    assert!(version.starts_with("farcast "), "{version}");
}
