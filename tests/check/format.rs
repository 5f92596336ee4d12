use super::{farcast, here};

fn told(case: &str, format: &str) -> String {
    let dir = here().join("cases").join(case);
    let args = [
        "validate",
        "-i",
        "../../hosts",
        "--format",
        format,
        "site.yml",
    ];
    let output = farcast(&dir, &args);
    let text = String::from_utf8(output.stdout).unwrap();
    text.replace(&dir.canonicalize().unwrap().display().to_string(), "HERE")
}

#[test]
fn github_shows_findings_beside_the_lines() {
    insta::assert_snapshot!(told("lost_handler", "github"));
}

#[test]
fn sarif_has_rules_and_results() {
    let mut log: serde_json::Value = serde_json::from_str(&told("lost_handler", "sarif")).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    let rules = rules.as_array().unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    assert!(
        rules
            .iter()
            .all(|rule| rule["shortDescription"]["text"].is_string())
    );
    insta::assert_snapshot!(format!("{log:#}"));
}
