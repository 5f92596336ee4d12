use {
    super::{end, file},
    crate::{
        check::{Code, Finding, Severity},
        source::Place,
    },
    serde_json::{Value, json},
};

/// Where each code is explained.
const HELP: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/findings.md");

/// One SARIF 2.1.0 log with one run.
pub(super) fn text(findings: &[Finding]) -> String {
    let rules: Vec<_> = Code::ALL.iter().map(|&code| rule(code)).collect();
    let results: Vec<_> = findings.iter().map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "farcast",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.meaning()},
        "helpUri": format!("{HELP}#{}", code.name()),
    })
}

fn result(finding: &Finding) -> Value {
    let fault = &finding.fault;
    let text = match fault.help_text() {
        Some(help) => format!("{}: {help}", fault.message()),
        None => fault.message().to_owned(),
    };
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let index = Code::ALL.iter().position(|&code| code == finding.code);
    let mut result = json!({
        "ruleId": finding.code.name(),
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
        "locations": fault.place().map(location).into_iter().collect::<Vec<_>>(),
    });
    let notes = fault.notes().iter().map(|note| {
        let mut location = location(note.place());
        location["message"] = json!({"text": note.message()});
        location
    });
    let notes: Vec<_> = notes.collect();
    if !notes.is_empty() {
        result["relatedLocations"] = json!(notes);
    }
    result
}

fn location(place: &Place) -> Value {
    let (end_line, end_column) = end(place);
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&file(place))},
        "region": {
            "startLine": place.line(),
            "startColumn": place.column(),
            "endLine": end_line,
            "endColumn": end_column,
        },
    }})
}

/// A path as a URI: an absolute one by its scheme, a relative one as it is.
fn uri(path: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let text: String = path
        .bytes()
        .map(|byte| match kept(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    match path.starts_with('/') {
        true => format!("file://{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/ä.yml"), "a%20b/%C3%A4.yml");
        assert_eq!(uri("/x/a.yml"), "file:///x/a.yml");
    }
}
