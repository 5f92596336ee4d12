use {
    crate::{check::Finding, source::Place},
    serde_json::{Value, json},
};

/// One JSON object a line.
pub(super) fn text(findings: &[Finding]) -> String {
    let lines: Vec<_> = findings.iter().map(|one| object(one).to_string()).collect();
    lines.join("\n")
}

fn object(finding: &Finding) -> Value {
    let fault = &finding.fault;
    let place = |place: &Place| {
        json!({
            "file": place.path().display().to_string(),
            "line": place.line(),
            "column": place.column(),
        })
    };
    let notes: Vec<_> = fault
        .notes()
        .iter()
        .map(|note| json!({"message": note.message(), "place": place(note.place())}))
        .collect();
    json!({
        "code": finding.code.name(),
        "severity": finding.severity.to_string(),
        "message": fault.message(),
        "place": fault.place().map(place),
        "help": fault.help_text(),
        "notes": notes,
    })
}
