use {
    super::{Code, Finding, Severity, frames::frames, site::literal, survey::Survey},
    crate::{
        playbook::{Key, Keywords},
        source::{Fault, Kind, Node},
    },
};

/// Keywords of the language that would be passed over in silence.
pub(super) fn unsupported_keyword(survey: &Survey, findings: &mut Vec<Finding>) {
    let steps = survey.sites().map(|(_, site)| &site.step.task.keywords);
    let around = frames(survey).into_iter().map(|frame| &frame.keywords);
    for keywords in steps.chain(around) {
        let found = [asynchronous, debugger];
        for (severity, fault) in found.iter().filter_map(|rule| rule(keywords)) {
            findings.push(Finding::new(Code::UnsupportedKeyword, severity, fault));
        }
    }
}

fn asynchronous(keywords: &Keywords) -> Option<(Severity, Fault)> {
    let node = keywords.get(Key::Async)?;
    let waits = matches!(node.kind, Kind::Int(0) | Kind::Null);
    (!waits).then(|| {
        let fault = unsupported("async", node)
            .help("remove `async` and `poll`: the step is then waited for, for as long as `timeout` allows");
        (Severity::Error, fault)
    })
}

fn debugger(keywords: &Keywords) -> Option<(Severity, Fault)> {
    let node = keywords.get(Key::Debugger)?;
    (literal(node) != Some("never")).then(|| {
        let fault = Fault::new("farcast has no debugger")
            .at(&node.place)
            .help("remove `debugger`, or write `debugger: never`; a failure is shown with everything that is known of it");
        (Severity::Error, fault)
    })
}

fn unsupported(keyword: &str, node: &Node) -> Fault {
    Fault::new(format!("farcast does not have `{keyword}` yet")).at(&node.place)
}
