use {
    super::{environment::Environment, option::FindingFormat},
    crate::{
        check::{Finding, Severity},
        source::{Place, Report},
    },
    serde_json::{Value, json},
    std::fmt::{self, Display, Formatter},
};

/// Findings among which there are errors, so that nothing was run.
#[derive(Debug, thiserror::Error)]
#[error("the playbooks are not fit to run: {}", Count(.0))]
pub(super) struct Unfit(pub(super) Vec<Finding>);

/// Whether one of them forbids a run.
pub(super) fn forbid(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// The findings in full, with the count of them at the end.
pub(super) fn text(findings: &[Finding], format: FindingFormat, colour: bool) -> String {
    let mut lines: Vec<_> = match format {
        FindingFormat::Human => findings
            .iter()
            .map(|finding| report(finding, colour))
            .collect(),
        FindingFormat::Jsonl => findings.iter().map(|one| object(one).to_string()).collect(),
    };
    if format == FindingFormat::Human {
        lines.push(Count(findings).to_string());
    }
    lines.join("\n")
}

fn report(finding: &Finding, colour: bool) -> String {
    let width = Environment::read().width();
    let report = Report::new(&finding.fault, width, colour).code(finding.code.name());
    match finding.severity {
        Severity::Error => report.to_string(),
        Severity::Warning => report.as_warning().to_string(),
    }
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

/// So many errors and warnings.
struct Count<'a>(&'a [Finding]);

impl Display for Count<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let of = |severity| {
            let found = self.0.iter();
            found.filter(|finding| finding.severity == severity).count()
        };
        match (of(Severity::Error), of(Severity::Warning)) {
            (0, 0) => f.write_str("nothing wrong"),
            (errors, 0) => number(f, errors, "error"),
            (0, warnings) => number(f, warnings, "warning"),
            (errors, warnings) => {
                number(f, errors, "error")?;
                f.write_str(", ")?;
                number(f, warnings, "warning")
            }
        }
    }
}

fn number(f: &mut Formatter, count: usize, what: &str) -> fmt::Result {
    let plural = if count == 1 { "" } else { "s" };
    write!(f, "{count} {what}{plural}")
}
