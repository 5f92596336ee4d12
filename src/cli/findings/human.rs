use {
    crate::{
        check::{Finding, Severity},
        cli::environment::Environment,
        source::Report,
    },
    std::fmt::{self, Display, Formatter},
};

/// Each with the lines of the file around it, and the count of them at the end.
pub(super) fn text(findings: &[Finding], colour: bool) -> String {
    let width = Environment::read().width();
    let mut lines: Vec<_> = findings
        .iter()
        .map(|finding| report(finding, width, colour))
        .collect();
    lines.push(Count(findings).to_string());
    lines.join("\n")
}

fn report(finding: &Finding, width: usize, colour: bool) -> String {
    let report = Report::new(&finding.fault, width, colour).code(finding.code.name());
    match finding.severity {
        Severity::Error => report.to_string(),
        Severity::Warning => report.as_warning().to_string(),
    }
}

/// So many errors and warnings.
pub(super) struct Count<'a>(pub(super) &'a [Finding]);

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
