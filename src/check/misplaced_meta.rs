use {
    super::{Code, Finding, Severity, site::literal, survey::Survey},
    crate::{program::Step, source::Fault},
};

/// `meta` steps that mean nothing where they stand, and so break a run.
pub(super) fn misplaced_meta(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites().filter(|(_, site)| site.step.steers()) {
        if let Some(fault) = misplaced(&site.step) {
            let severity = Severity::of(site.reached);
            findings.push(Finding::new(Code::MisplacedMeta, severity, fault));
        }
    }
}

fn misplaced(step: &Step) -> Option<Fault> {
    let node = step.task.action.free.as_ref()?;
    let fault = match literal(node)?.trim() {
        "end_role" if step.frame.role().is_none() => {
            Fault::new("`end_role` stands in no role").help("use `end_host` or `end_play`")
        }
        "flush_handlers" if step.handler => Fault::new("a handler cannot flush the handlers")
            .help("notify the handlers that are to run after it"),
        _ => return None,
    };
    Some(fault.at(&node.place))
}
