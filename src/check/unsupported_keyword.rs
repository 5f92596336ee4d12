use {
    super::{Code, Finding, Severity, frames::frames, site::literal, survey::Survey},
    crate::{
        control,
        playbook::{Key, Keywords, Task},
        source::{Fault, Kind},
    },
};

/// Keywords of the language that would be passed over in silence.
pub(super) fn unsupported_keyword(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        findings.extend(no_job(&site.step.task));
    }
    let steps = survey.sites().map(|(_, site)| &site.step.task.keywords);
    let around = frames(survey).into_iter().map(|frame| &frame.keywords);
    for keywords in steps.chain(around) {
        let found = [debugger];
        for (severity, fault) in found.iter().filter_map(|rule| rule(keywords)) {
            findings.push(Finding::new(Code::UnsupportedKeyword, severity, fault));
        }
    }
}

/// `async` on a step that needs the controller to its end. The step fails when it runs, which its play may forgive.
fn no_job(task: &Task) -> Option<Finding> {
    let node = task.keywords.get(Key::Async)?;
    let name = task.action.name.as_str()?;
    let waits = matches!(node.kind, Kind::Int(0) | Kind::Null);
    if waits || control::runs_as_job(name) {
        return None;
    }
    let fault = Fault::new(format!("`{name}` cannot run as a job: the step will fail"))
        .at(&node.place)
        .help("remove `async`, or use a module that does its work on the host alone");
    Some(Finding::new(
        Code::UnsupportedKeyword,
        Severity::Warning,
        fault,
    ))
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
