use {
    super::{
        Code, Finding, Severity,
        argument::bad_arguments,
        declared::{Declared, declared},
        site::Site,
        site::is_templated,
        survey::Survey,
    },
    crate::{
        module::{self, ArgumentError, argument::Fault as Wrong},
        playbook::{Action, Key},
        source::{Fault, Node},
        template,
        wire::Object,
    },
};

/// Arguments that the module does not have, or not of that type; and those that it must have. Templates are believed.
pub(super) fn bad_argument(survey: &Survey, findings: &mut Vec<Finding>) {
    for (play, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        let library = &play.program.library;
        if library.is_foreign(name, &site.step.frame, &play.context.role_list()) {
            continue;
        }
        let Some(declared) = declared(name) else {
            continue;
        };
        for (code, fault) in wrong(site, &declared) {
            // `package` hands everything on to the host's own manager, which may have more arguments and need fewer.
            let certain = site.runs() && site.step.task.action.short_name() != "package";
            findings.push(Finding::new(code, Severity::of(certain), fault));
        }
    }
}

fn wrong(site: &Site, declared: &Declared) -> Vec<(Code, Fault)> {
    let action = &site.step.task.action;
    if let (Some(free), None) = (&action.free, declared.free_form) {
        let fault = Fault::new(format!(
            "`{}` takes named arguments, not free text",
            action.short_name()
        ));
        return vec![(Code::UnknownArgument, fault.at(&free.place))];
    }
    let mut errors = literals(action, declared);
    let open = action.template.is_some() || !site.step.frame.gather(Key::ModuleDefaults).is_empty();
    errors.retain(|error| match error.fault {
        Wrong::Missing => !open && !is_given(action, declared, &error.argument),
        _ => true,
    });
    errors.extend(unknown(action, declared));
    errors
        .iter()
        .map(|error| {
            (
                code(error),
                bad_arguments(action, std::slice::from_ref(error)),
            )
        })
        .collect()
}

fn code(error: &ArgumentError) -> Code {
    match error.fault {
        Wrong::Unknown { .. } => Code::UnknownArgument,
        Wrong::Missing => Code::MissingArgument,
        _ => Code::BadArgument,
    }
}

/// What is wrong with the arguments that are written out.
fn literals(action: &Action, declared: &Declared) -> Vec<ArgumentError> {
    let mut written = Object::new();
    let free = action.free.iter().zip(declared.free_form);
    let free = free.map(|(node, name)| (name, node));
    let named = action.args.iter().map(|(name, node)| (name.as_str(), node));
    for (name, node) in free.chain(named) {
        if declared.raw.contains(&name) || !is_templated(node) {
            written.insert(name.to_owned(), template::to_json(&template::raw(node)));
        }
    }
    let accepted = match declared.open {
        true => declared.schema.accept_open(written),
        false => declared.schema.accept(written),
    };
    accepted.err().unwrap_or_default()
}

/// Arguments whose values are templates but whose names the module does not have.
fn unknown(action: &Action, declared: &Declared) -> Vec<ArgumentError> {
    if declared.open {
        return Vec::new();
    }
    let known = |name: &str| declared.schema.argument(name).is_some();
    let names = || {
        let arguments = declared.schema.arguments.iter();
        arguments.flat_map(|one| std::iter::once(&one.name).chain(&one.aliases))
    };
    action
        .args
        .iter()
        .filter(|(name, node)| is_templated(node) && !may_vanish(node) && !known(name))
        .map(|(name, _)| ArgumentError {
            argument: name.clone(),
            fault: Wrong::Unknown {
                nearest: module::argument::nearest(name, names().map(String::as_str))
                    .map(str::to_owned),
            },
        })
        .collect()
}

/// Whether an argument that seems to be missing is given by a template.
fn is_given(action: &Action, declared: &Declared, name: &str) -> bool {
    let Some(argument) = declared.schema.argument(name) else {
        return false;
    };
    let means = |given: &str| given == argument.name || argument.aliases.iter().any(|a| a == given);
    let free = action.free.is_some() && declared.free_form.is_some_and(means);
    free || action
        .args
        .iter()
        .any(|(given, node)| means(given) && is_templated(node))
}

/// A template that may leave the argument out.
fn may_vanish(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.contains("omit"))
}
