use {
    super::{Code, Finding, Severity, survey::Survey},
    crate::{
        control, module,
        playbook::{Action, nearest_keyword},
        program::foreign::Meaning,
        source::Fault,
    },
};

/// Modules that nobody has. A mistyped name is an error where it will run for certain; any other name may be that of a module
/// that comes with the run, or that a condition rules out.
pub(super) fn unknown_modules(survey: &Survey, findings: &mut Vec<Finding>) {
    for (play, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        if module::find(name).is_some() || control::find(name).is_some() {
            continue;
        }
        let roles = play.context.role_list();
        let search = play.program.library.search(&site.step.frame, &roles);
        let meaning = search.meaning(name);
        if matches!(meaning, Meaning::Own(_) | Meaning::Foreign(_)) {
            continue;
        }
        let fault = match meaning {
            Meaning::Gone(_) => missing_module(action, Some(&meaning)),
            // Where it was looked for is told when a step would run it.
            _ => unknown_module(action),
        };
        let severity = Severity::of(is_mistyped(action) && site.severity() == Severity::Error);
        findings.push(Finding::new(Code::UnknownModule, severity, fault));
    }
}

/// The fault for an action that is no module and no control step, with where it was looked for.
pub fn missing_module(action: &Action, meaning: Option<&Meaning>) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    match meaning {
        Some(Meaning::Gone(why)) => Fault::new(format!("the module `{name}` is gone: {why}"))
            .at(&action.name.place)
            .label("removed module"),
        Some(Meaning::Nowhere(looked)) if !is_mistyped(action) && !looked.is_empty() => {
            let looked = looked.join(", ");
            unknown_module(action).help(format!("looked for in {looked}"))
        }
        _ => unknown_module(action),
    }
}

/// Whether the name is nearly that of something known.
fn is_mistyped(action: &Action) -> bool {
    let name = action.name.as_str().unwrap_or_default();
    !name.contains('.') && (near(name).is_some() || nearest_keyword(name).is_some())
        || name.starts_with("ansible.builtin.") && near(name).is_some()
}

/// The module or step whose name is nearest.
fn near(name: &str) -> Option<&'static str> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let steps = control::all().iter().map(|entry| entry.name);
    module::registry::nearest(name).or_else(|| module::argument::nearest(short, steps))
}

/// The fault for an action that is no module and no control step.
pub fn unknown_module(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("there is no module `{name}`"))
        .at(&action.name.place)
        .label("unknown module");
    match (near(name), nearest_keyword(name)) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, Some(keyword)) => fault.help(format!("did you mean the keyword `{keyword}`?")),
        (None, None) => fault.help("`farcast doc` lists the modules"),
    }
}
