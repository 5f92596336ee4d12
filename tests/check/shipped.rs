use {super::farcast, std::path::Path};

/// What ships is right: there is no finding in it.
#[test]
fn shipped_playbooks_validate_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join("playbooks")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yml") {
            continue;
        }
        let playbook = path.display().to_string();
        let inventory = "inventories/sandbox";
        let args = ["validate", "-i", inventory, "--format", "jsonl", &playbook];
        let output = farcast(root, &args);
        let text = String::from_utf8(output.stdout).unwrap();
        let findings: Vec<_> = text
            .lines()
            .filter(|line| !line.contains(r#""code":"unknown-module""#))
            .collect();
        assert!(findings.is_empty(), "{playbook}: {findings:#?}");
    }
}
