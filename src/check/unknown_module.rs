use {
    super::{
        Code, Finding, Severity,
        foreign_module::{is_mistyped, near},
        survey::Survey,
    },
    crate::{
        control, module,
        playbook::{Action, Key, nearest_keyword},
        program::foreign::Meaning,
        source::Fault,
    },
    std::collections::HashSet,
};

/// Modules that nobody has. A mistyped name is an error where it will run for certain, as other platforms' may be ruled out;
/// any other name may be that of a module that comes with the run: it is said once, and fails only where it is to run.
pub(super) fn unknown_modules(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut told = HashSet::new();
    for (play, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        if told.contains(name) || module::find(name).is_some() || control::find(name).is_some() {
            continue;
        }
        let roles = play.context.role_list();
        let search = play.program.library.search(&site.step.frame, &roles);
        let meaning = search.meaning(name);
        if matches!(meaning, Meaning::Own(_) | Meaning::Foreign(_)) {
            continue;
        }
        let open = !site.step.frame.gather(Key::Collections).is_empty();
        let (severity, fault) = match (&meaning, is_mistyped(action, open)) {
            (_, true) => (site.severity(), unknown_module(action)),
            (Meaning::Gone(_), _) => (Severity::Warning, missing_module(action, Some(&meaning))),
            // Where it was looked for is told when a step would run it.
            _ => (Severity::Warning, elsewhere(action)),
        };
        if severity == Severity::Warning {
            told.insert(name);
        }
        findings.push(Finding::new(Code::UnknownModule, severity, fault));
    }
}

/// The fault for an action that is no module and no control step, with where it was looked for.
pub fn missing_module(action: &Action, meaning: Option<&Meaning>) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let known_near = near(action).is_some();
    match meaning {
        Some(Meaning::Gone(why)) => Fault::new(format!("the module `{name}` is gone: {why}"))
            .at(&action.name.place)
            .label("removed module"),
        Some(Meaning::Nowhere(looked)) if !known_near && !looked.is_empty() => {
            let looked = looked.join(", ");
            unknown_module(action).help(format!("looked for in {looked}"))
        }
        _ => unknown_module(action),
    }
}

/// What may be a module that comes with the run.
fn elsewhere(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    Fault::new(format!("farcast does not have the module `{name}`"))
        .at(&action.name.place)
        .label("not built in")
        .help("a step that is to run it fails; `farcast doc` lists the modules")
}

/// The fault for an action that is no module and no control step.
pub fn unknown_module(action: &Action) -> Fault {
    let name = action.name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("there is no module `{name}`"))
        .at(&action.name.place)
        .label("unknown module");
    match (near(action), nearest_keyword(name)) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, Some(keyword)) => fault.help(format!("did you mean the keyword `{keyword}`?")),
        (None, None) => fault.help("`farcast doc` lists the modules"),
    }
}
