use {
    super::{Code, Finding, Severity, declared::declared, survey::Survey},
    crate::{
        module::argument::Shape,
        source::{Fault, Kind, Node},
    },
};

/// Arguments that are text, but whose value YAML reads as something else: `yes` becomes `True`, `1.10` becomes `1.1`.
pub(super) fn yaml_trap(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        let action = &site.step.task.action;
        let name = action.name.as_str().unwrap_or_default();
        let Some(declared) = declared(name) else {
            continue;
        };
        for (argument, node) in &action.args {
            let shape = declared
                .schema
                .argument(argument)
                .map(|argument| &argument.shape);
            if shape == Some(&Shape::Text)
                && let Some(fault) = trap(argument, node)
            {
                findings.push(Finding::new(Code::YamlTrap, Severity::Warning, fault));
            }
        }
    }
}

fn trap(argument: &str, node: &Node) -> Option<Fault> {
    let text = node.place.text();
    let read = match &node.kind {
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Float(number) => number.to_string(),
        Kind::Int(number) => number.to_string(),
        _ => return None,
    };
    // A word that says true or false is meant as such; a number that stays the same does no harm.
    let meant = matches!(node.kind, Kind::Bool(_)) && text.eq_ignore_ascii_case(&read);
    if read == text || meant || text.contains(['"', '\'', '!', '{']) {
        return None;
    }
    Some(
        Fault::new(format!(
            "`{argument}` is text, but YAML reads `{text}` as {read}"
        ))
        .at(&node.place)
        .help(format!("write {argument}: \"{text}\"")),
    )
}
