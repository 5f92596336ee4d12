//! What `farcast validate` finds in small playbooks: one directory a rule under `cases/`, and what is said of it under
//! `snapshots/`. Bad input of every kind ends with its place, a hint and exit code 1, before any host is asked.

mod bad_input;
mod document;
mod format;
mod shipped;
mod tree;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check")
}

/// The program in a directory, with nothing of the environment but what tests need.
fn farcast(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_farcast"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        // So wide that no line is broken, whatever the paths of this machine.
        .env("COLUMNS", "2000")
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap()
}

/// What is said of a case, with the path of its directory left out.
fn validate(case: &str) -> String {
    let dir = here().join("cases").join(case);
    let output = farcast(&dir, &["validate", "-i", "../../hosts", "site.yml"]);
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap();
    let text = text.replace(&dir.canonicalize().unwrap().display().to_string(), "HERE");
    format!("{text}exit code {code}\n")
}

macro_rules! cases {
    ($($case:ident)*) => { $(
        #[test]
        fn $case() {
            insta::assert_snapshot!(stringify!($case), validate(stringify!($case)));
        }
    )* };
}

cases! {
    bad_argument
    bad_input
    dynamic_names
    included
    loose_condition
    lost_handler
    misplaced_meta
    missing_file
    missing_role
    missing_task_file
    native_module
    no_host
    plain_secret
    role_argument
    strategy
    template_syntax
    traps
    undefined_variable
    unknown_host_pattern
    unknown_keyword
    unknown_module
    unsupported_keyword
    unused_variables
}

#[test]
fn every_case_is_run() {
    let source = include_str!("main.rs");
    for entry in std::fs::read_dir(here().join("cases")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(source.contains(&format!("    {name}\n")), "{name}");
    }
}

#[test]
fn json_lines_say_the_same() {
    let dir = here().join("cases/no_host");
    let args = [
        "validate",
        "-i",
        "../../hosts",
        "--format",
        "jsonl",
        "site.yml",
    ];
    let output = farcast(&dir, &args);
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
    {"code":"unknown-host-pattern","severity":"warning","message":"no host or group matches `wbe`","place":{"file":"site.yml","line":1,"column":10},"help":"the inventory has no such host or group","notes":[]}
    {"code":"unknown-host-pattern","severity":"error","message":"no play matches any host","place":{"file":"site.yml","line":1,"column":10},"help":"name an inventory that has the hosts with `-i`, or correct `hosts` or `--limit`","notes":[]}
    "#);
}

#[test]
fn without_an_inventory_hosts_and_their_variables_are_not_judged() {
    let dir = here().join("cases/no_host");
    let output = farcast(&dir, &["validate", "site.yml"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
