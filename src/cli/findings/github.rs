use {
    super::{end, file},
    crate::check::Finding,
};

/// Workflow commands, which GitHub shows beside the lines of a change.
pub(super) fn text(findings: &[Finding]) -> String {
    let lines: Vec<_> = findings.iter().map(command).collect();
    lines.join("\n")
}

fn command(finding: &Finding) -> String {
    let fault = &finding.fault;
    let place = fault.place().map_or_else(String::new, |place| {
        let (line, column) = (place.line(), place.column());
        let (end_line, end_column) = end(place);
        let file = property(&file(place));
        // Columns are heeded only where the place is on one line.
        match end_line == line {
            true => format!("file={file},line={line},col={column},endColumn={end_column},"),
            false => format!("file={file},line={line},endLine={end_line},"),
        }
    });
    let mut message = fault.message().to_owned();
    if let Some(help) = fault.help_text() {
        message.push('\n');
        message.push_str(help);
    }
    let (severity, code) = (finding.severity, finding.code.name());
    format!("::{severity} {place}title={code}::{}", data(&message))
}

/// A message as a command takes it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value as a command takes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
