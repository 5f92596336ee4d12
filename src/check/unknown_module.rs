use {
    super::{Code, Finding, survey::Survey},
    crate::{
        control, module,
        playbook::{Action, nearest_keyword},
        source::Fault,
    },
};

/// Modules that do not exist: an error where they will run for certain, as other platforms' may be ruled out.
pub(super) fn unknown_modules(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        if module::find(name).is_none() && control::find(name).is_none() {
            let fault = unknown_module(action);
            findings.push(Finding::new(Code::UnknownModule, site.severity(), fault));
        }
    }
}

/// The fault for an action that is no module and no control step.
pub fn unknown_module(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("there is no module `{name}`"))
        .at(&action.name.place)
        .label("unknown module");
    let short = name.rsplit('.').next().unwrap_or(name);
    let steps = control::all().iter().map(|entry| entry.name);
    let near = module::registry::nearest(name).or_else(|| module::argument::nearest(short, steps));
    match (near, nearest_keyword(name)) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, Some(keyword)) => fault.help(format!("did you mean the keyword `{keyword}`?")),
        (None, None) => fault.help("`farcast doc` lists the modules"),
    }
}
