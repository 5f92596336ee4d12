use super::{farcast, here};

/// A directory is searched: playbooks, the roles that none of them uses, and files of tasks that nothing leads into.
#[test]
fn a_directory_is_searched() {
    let dir = here().join("tree");
    let output = farcast(&dir, &["validate", "--format", "jsonl", "."]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<_> = text
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let path = value["place"]["file"].as_str().unwrap().to_owned();
            let path = path.rsplit("tree/").next().unwrap().to_owned();
            let text = |name: &str| value[name].as_str().unwrap();
            format!("{path} {} {}", text("severity"), text("message"))
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_directory_that_holds_nothing_is_said_to() {
    let dir = tempfile::tempdir().unwrap();
    let output = farcast(dir.path(), &["validate", "."]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no playbook and no role"), "{text}");
}
