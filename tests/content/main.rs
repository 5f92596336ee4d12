//! Real content: `validate` reads every role and playbook of the `ansible` package from PyPI, and calls nothing an error that
//! ansible-core would run.
//!
//! Needs `FARCAST_ORACLE_FULL`: the programs of a virtual environment that has `ansible` (`make oracle-full`).

mod known_fault;

use {
    known_fault::KNOWN,
    serde_json::Value,
    std::{
        collections::BTreeMap,
        env, fs,
        path::{Path, PathBuf},
        process::Command,
        time::Instant,
    },
};

/// The directory of the collections.
fn collections() -> PathBuf {
    let Some(bin) = env::var_os("FARCAST_ORACLE_FULL") else {
        panic!(
            "set FARCAST_ORACLE_FULL to the programs of a virtual environment that has `ansible`, or run `make oracle-full`"
        )
    };
    let libraries = Path::new(&bin).parent().unwrap().join("lib");
    let pythons = fs::read_dir(&libraries)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    pythons
        .map(|python| python.join("site-packages/ansible_collections"))
        .find(|path| path.is_dir())
        .expect("the environment has the package `ansible`")
}

/// How much there is to read.
#[derive(Default)]
struct Size {
    roles: usize,
    files: usize,
    files_of_roles: usize,
}

impl Size {
    fn add(&mut self, dir: &Path, in_role: bool) {
        let role = in_role || dir.parent().unwrap().ends_with("roles");
        self.roles +=
            usize::from(dir.parent().unwrap().ends_with("roles") && dir.join("tasks").is_dir());
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                self.add(&path, role);
            } else if matches!(ending, Some("yml" | "yaml")) {
                self.files += 1;
                self.files_of_roles += usize::from(role);
            }
        }
    }
}

/// A finding as it is compared: code, file from the collections on, message.
struct Found {
    severity: String,
    code: String,
    file: String,
    line: u64,
    message: String,
}

impl Found {
    fn read(line: &str, root: &Path) -> Self {
        let value: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| value[name].as_str().unwrap().to_owned();
        let path = PathBuf::from(value["place"]["file"].as_str().unwrap_or_default());
        let path = path.canonicalize().unwrap_or(path);
        Self {
            severity: text("severity"),
            code: text("code"),
            file: path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string(),
            line: value["place"]["line"].as_u64().unwrap_or_default(),
            message: text("message"),
        }
    }

    fn is_known(&self) -> bool {
        let is = |(code, file, message, _): &(&str, &str, &str, &str)| {
            self.code == *code && self.file.contains(file) && self.message.contains(message)
        };
        self.severity != "error" || KNOWN.iter().any(is)
    }
}

#[test]
fn real_content_is_read_without_a_false_error() {
    let root = collections().canonicalize().unwrap();
    let mut size = Size::default();
    size.add(&root, false);
    let home = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_farcast"))
        .args(["validate", "--format", "jsonl"])
        .arg(&root)
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let time = begin.elapsed();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{:?}",
        output.status
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<_> = text.lines().map(|line| Found::read(line, &root)).collect();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in &found {
        *counts.entry((&one.severity, &one.code)).or_default() += 1;
    }
    println!(
        "{} roles with {} YAML files, {} YAML files in all, {time:.1?}",
        size.roles, size.files_of_roles, size.files
    );
    for ((severity, code), count) in counts {
        println!("{severity:8} {code:22} {count:6}");
    }
    assert!(
        size.roles > 100 && size.files_of_roles > 1600,
        "the whole package is there"
    );
    let unknown: Vec<_> = found.iter().filter(|one| !one.is_known()).collect();
    for one in &unknown {
        println!("{}:{}: {} [{}]", one.file, one.line, one.message, one.code);
    }
    assert!(
        unknown.is_empty(),
        "{} errors that are not known to be true",
        unknown.len()
    );
}
