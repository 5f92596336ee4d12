use {
    super::{
        Code, Finding, Severity,
        foreign_module::{Origin, near, origin},
        survey::Survey,
    },
    crate::{
        control, module,
        playbook::{Action, nearest_keyword},
        source::Fault,
    },
    std::collections::HashSet,
};

/// Modules that do not exist: an error where they will run for certain, as other platforms' may be ruled out. What a
/// collection may have is said once, and fails only where it is to run.
pub(super) fn unknown_modules(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut told = HashSet::new();
    for (play, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        if told.contains(name) || module::find(name).is_some() || control::find(name).is_some() {
            continue;
        }
        let (severity, fault) = match origin(play, site) {
            Origin::Here => continue,
            Origin::Elsewhere => {
                told.insert(name);
                (Severity::Warning, elsewhere(action))
            }
            Origin::Nowhere => (site.severity(), unknown_module(action)),
        };
        findings.push(Finding::new(Code::UnknownModule, severity, fault));
    }
}

/// The fault for an action that is no module and no control step.
pub fn unknown_module(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("there is no module `{name}`"))
        .at(&action.name.place)
        .label("unknown module");
    help(fault, action, "`farcast doc` lists the modules")
}

fn elsewhere(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("farcast does not have the module `{name}`"))
        .at(&action.name.place)
        .label("not built in");
    help(
        fault,
        action,
        "a step that is to run it fails; `farcast doc` lists the modules",
    )
}

fn help(fault: Fault, action: &Action, otherwise: &str) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    match (near(action), nearest_keyword(name)) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, Some(keyword)) => fault.help(format!("did you mean the keyword `{keyword}`?")),
        (None, None) => fault.help(otherwise),
    }
}
