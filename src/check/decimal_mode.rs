use {
    super::{Code, Finding, Severity, survey::Survey},
    crate::source::{Fault, Kind, Node},
};

/// Arguments that are file modes.
const MODES: &[&str] = &["mode", "directory_mode", "dir_mode"];

/// Modes that are written as decimal numbers, or that no file can have.
pub(super) fn decimal_mode(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        let args = &site.step.task.action.args;
        let modes = args
            .iter()
            .filter(|(name, _)| MODES.contains(&name.as_str()));
        for fault in modes.filter_map(|(name, node)| trap(name, node)) {
            findings.push(Finding::new(Code::DecimalMode, Severity::Warning, fault));
        }
    }
}

fn trap(name: &str, node: &Node) -> Option<Fault> {
    let Kind::Int(value) = node.kind else {
        return None;
    };
    let text = node.place.text();
    let octal = text.starts_with('0') && text.len() > 1;
    if octal && (0..=0o7777).contains(&value) {
        return None;
    }
    let digits = text.trim_start_matches('0').trim_start_matches(['o', 'x']);
    let plain =
        (3..=4).contains(&digits.len()) && digits.bytes().all(|c| (b'0'..b'8').contains(&c));
    let fault = Fault::new(format!(
        "`{name}: {text}` is the decimal number {value}, which is mode {value:04o}"
    ))
    .at(&node.place);
    Some(match plain {
        true => fault.help(format!("write {name}: \"{digits:0>4}\"")),
        false => fault.help(format!(
            "write the mode in quotes, such as {name}: \"0644\""
        )),
    })
}
