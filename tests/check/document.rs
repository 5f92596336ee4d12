use {farcast::check::Code, std::path::Path};

/// `docs/findings.md` explains every code, in their order, with its meaning and an example.
#[test]
fn every_code_is_explained() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let document = std::fs::read_to_string(path).unwrap();
    let parts: Vec<_> = document.split("\n## ").skip(1).collect();
    let named: Vec<_> = parts
        .iter()
        .map(|part| part.lines().next().unwrap())
        .collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(named, codes);
    for (part, code) in parts.iter().zip(Code::ALL) {
        assert!(
            part.contains(code.meaning()),
            "{}: {}",
            code.name(),
            code.meaning()
        );
        assert!(part.contains("```yaml\n"), "{} has an example", code.name());
    }
}

/// Every code is told by a case.
#[test]
fn every_code_has_a_golden_case() {
    let dir = super::here().join("snapshots");
    let snapshots: String = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for code in Code::ALL {
        let line = format!("\n{}\n\n", code.name());
        assert!(snapshots.contains(&line), "{}", code.name());
    }
}
