use {
    super::Room,
    std::{fs, os::unix::fs::PermissionsExt},
};

fn room() -> Room {
    Room::new().with("pw", "first\n").with("new", "second\n")
}

/// A room with an editor that puts `edited` into the file.
fn with_editor() -> Room {
    let room = room().with("editor", "#!/bin/sh\necho edited >\"$1\"\n");
    fs::set_permissions(room.path("editor"), fs::Permissions::from_mode(0o755)).unwrap();
    room
}

#[test]
fn encrypts_views_rekeys_and_decrypts_a_file() {
    let room = room().with("a.yml", "a: 1\n");
    room.farcast("vault encrypt a.yml --vault-id dev@pw").good();
    assert!(
        room.read("a.yml")
            .starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n")
    );
    assert_eq!(
        room.farcast("vault view a.yml --vault-id pw").good(),
        "a: 1\n"
    );
    room.farcast("vault rekey a.yml --vault-id pw --new-vault-password-file new")
        .good();
    assert!(
        room.read("a.yml")
            .starts_with("$ANSIBLE_VAULT;1.1;AES256\n")
    );
    room.farcast("vault decrypt a.yml --vault-password-file new --output b.yml")
        .good();
    assert_eq!(room.read("b.yml"), "a: 1\n");
    room.farcast("vault decrypt a.yml --vault-password-file new")
        .good();
    assert_eq!(room.read("a.yml"), "a: 1\n");
}

#[test]
fn works_as_a_filter() {
    let room = room();
    let vault = room
        .farcast_with("vault encrypt --vault-id pw", "text")
        .good();
    assert!(vault.starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
    for verb in ["decrypt", "decrypt -", "view -"] {
        let told = room.farcast_with(&format!("vault {verb} --vault-id pw"), &vault);
        assert_eq!(told.good(), "text", "{verb}");
    }
    room.farcast_with("vault encrypt --vault-id pw --output out", "text")
        .good();
    let mode = fs::metadata(room.path("out")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn edits_and_creates_with_the_editor() {
    let room = with_editor();
    room.farcast("vault create a.yml --vault-id pw").good();
    assert_eq!(
        room.farcast("vault view a.yml --vault-id pw").good(),
        "edited\n"
    );
    let again = room.farcast("vault create a.yml --vault-id pw").bad();
    assert!(again.contains("a.yml exists"), "{again}");

    let room = with_editor().with("b.yml", "old\n");
    room.farcast("vault encrypt b.yml --vault-id dev@pw").good();
    room.farcast("vault edit b.yml --vault-id pw").good();
    assert_eq!(
        room.farcast("vault view b.yml --vault-id pw").good(),
        "edited\n"
    );
    assert!(room.read("b.yml").contains(";dev\n"));
}

#[test]
fn encrypts_strings_with_names() {
    let room = room();
    let told = room.farcast_with(
        "vault encrypt-string --vault-id pw --stdin-name a -n b text",
        "from stdin",
    );
    let values: serde_yaml::Value = serde_yaml::from_str(&told.good()).unwrap();
    let names: Vec<_> = values
        .as_mapping()
        .unwrap()
        .keys()
        .map(|key| key.as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let unnamed = room
        .farcast("vault encrypt_string --vault-id pw text")
        .good();
    assert!(unnamed.starts_with("!vault |\n          $ANSIBLE_VAULT;1.1;AES256\n"));
    let lonely = room
        .farcast("vault encrypt-string --vault-id pw -n a -n b text")
        .bad();
    assert!(lonely.contains("--name b"), "{lonely}");
}

#[test]
fn reads_a_password_from_a_program() {
    let room = room()
        .with("client.sh", "#!/bin/sh\necho first\n")
        .with("a.yml", "a: 1\n");
    fs::set_permissions(room.path("client.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    room.farcast("vault encrypt a.yml --vault-password-file ./client.sh")
        .good();
    assert_eq!(
        room.farcast("vault view a.yml --vault-password-file pw")
            .good(),
        "a: 1\n"
    );
}

#[test]
fn asks_for_passwords_at_the_terminal() {
    let room = Room::new().with("a.yml", "a: 1\n");
    let told = room.farcast_at_terminal("vault encrypt a.yml", "one\nother\n");
    assert_eq!(told.code, 1, "{}", told.stdout);
    assert_eq!(room.read("a.yml"), "a: 1\n");
    room.farcast_at_terminal("vault encrypt --ask-vault-pass a.yml", "typed\ntyped\n")
        .good();
    let shown = room
        .farcast_at_terminal("vault view a.yml", "typed\n")
        .good();
    assert!(
        shown.contains("Vault password:") && shown.contains("a: 1"),
        "{shown}"
    );
    let read = room.with("pw", "typed\n");
    assert_eq!(
        read.farcast("vault view a.yml --vault-id pw").good(),
        "a: 1\n"
    );
}

#[test]
fn takes_the_passwords_that_the_configuration_lists() {
    let room = room()
        .with(
            "ansible.cfg",
            "[defaults]\nvault_identity_list = dev@pw, prod@new\n",
        )
        .with("a.yml", "a: 1\n");
    room.farcast("vault encrypt a.yml --encrypt-vault-id prod")
        .good();
    assert!(
        room.read("a.yml")
            .starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    );
    assert_eq!(room.farcast("vault view a.yml").good(), "a: 1\n");
    assert_eq!(
        room.oracle("ansible-vault view a.yml").good().trim(),
        "a: 1"
    );
}
