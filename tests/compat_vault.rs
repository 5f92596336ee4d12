//! Vaults against ansible-vault itself, in both directions.
//!
//! `FARCAST_ORACLE` names the directory that holds ansible-core's programs; `make test` sets it.

#![cfg(feature = "controller")]

use {
    farcast::source::vault::{Password, Secrets, encrypt_string},
    std::{
        env, fs,
        path::{Path, PathBuf},
        process::{Command, Output},
    },
    tempfile::TempDir,
};

/// A directory with two passwords, known to both programs.
struct Room {
    home: TempDir,
    secrets: Secrets,
}

impl Room {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut secrets = Secrets::default();
        for (id, password) in [("default", "first"), ("dev", "zwöite \"2\"")] {
            let path = home.path().join(id);
            fs::write(&path, format!("{password}\n")).unwrap();
            secrets.add_file(Some(id), &path).unwrap();
        }
        Self { home, secrets }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs ansible-vault with one of the passwords.
    fn oracle(&self, id: &str, arguments: &[&str], path: Option<&Path>) -> Output {
        let bin = env::var_os("FARCAST_ORACLE").expect(
            "set FARCAST_ORACLE to the directory that holds ansible-vault (a Python environment's bin with ansible-core), as `make test` does",
        );
        let output = Command::new(Path::new(&bin).join("ansible-vault"))
            .args(arguments)
            .arg("--vault-id")
            .arg(format!("{id}@{}", self.file(id).display()))
            .args(path)
            .env_clear()
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }
}

/// What is encrypted: each with a password's id.
fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let large = (0..1 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    vec![
        ("default", Vec::new()),
        ("dev", Vec::new()),
        ("default", "a: ünïcödé 🎈\n".as_bytes().to_vec()),
        ("dev", "a: ünïcödé 🎈\n".as_bytes().to_vec()),
        ("default", b"exactly 16 bytes".to_vec()),
        ("default", vec![0, 0xff, b'\n', 0x80]),
        ("dev", large.collect()),
    ]
}

#[test]
fn ansible_opens_what_farcast_encrypts() {
    let room = Room::new();
    for (id, content) in contents() {
        let path = room.file("vault");
        fs::write(&path, room.secrets.encrypt(&content, Some(id)).unwrap()).unwrap();
        room.oracle(id, &["decrypt", "--output", "plain"], Some(&path));
        assert!(fs::read(room.file("plain")).unwrap() == content, "{id}");
    }
}

#[test]
fn farcast_opens_what_ansible_encrypts() {
    let room = Room::new();
    for (id, content) in contents() {
        let path = room.file("plain");
        fs::write(&path, &content).unwrap();
        room.oracle(id, &["encrypt", "--output", "vault"], Some(&path));
        let vault = fs::read(room.file("vault")).unwrap();
        let opened = room.secrets.open(&vault).unwrap();
        assert!(opened.plain.as_slice() == content, "{id}");
        assert_eq!(opened.id.as_deref(), Some(id).filter(|&id| id != "default"));
    }
}

#[test]
fn strings_are_formatted_as_ansible_prints_them() {
    let room = Room::new();
    for (id, name) in [("default", None), ("dev", Some("key"))] {
        let (_, password) = room.secrets.password(Some(id)).unwrap();
        let ours = encrypt_string("ünï", name, password, Some(id)).unwrap();
        let named = name.map(|name| ["--name", name]);
        let mut arguments = vec!["encrypt_string", "ünï"];
        arguments.extend(named.iter().flatten());
        let theirs = String::from_utf8(room.oracle(id, &arguments, None).stdout).unwrap();
        assert_eq!(shape(&ours), shape(theirs.trim_end_matches('\n')));
    }
}

/// The text with every hexadecimal line reduced to its indentation and length.
fn shape(text: &str) -> Vec<String> {
    let is_data = |line: &str| line.trim().bytes().all(|byte| byte.is_ascii_hexdigit());
    text.lines()
        .map(|line| match is_data(line) {
            true => format!("{} {}", line.len() - line.trim_start().len(), line.len()),
            false => line.to_owned(),
        })
        .collect()
}

#[test]
fn a_wrong_password_opens_nothing_in_either_direction() {
    let room = Room::new();
    let mut other = Secrets::default();
    other.add(None, Password::new(b"other".to_vec())).unwrap();
    let path = room.file("plain");
    fs::write(&path, "a: 1\n").unwrap();
    room.oracle("dev", &["encrypt", "--output", "vault"], Some(&path));
    let vault = fs::read(room.file("vault")).unwrap();
    let error = other.open(&vault).err().unwrap().to_string();
    assert_eq!(
        error,
        "no vault password fits: the vault has the id `dev` (tried: `default`)"
    );
}
