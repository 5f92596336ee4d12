use {
    super::{
        Code, Finding, Severity,
        file::template_of,
        frames::frames,
        spot::spot,
        survey::Survey,
        text::{self, Text},
    },
    crate::{
        source::{Fault, Place},
        template::{ErrorKind, TemplateError},
    },
};

/// Texts and template files that are no templates: wrong whatever the values are, whether they are rendered or not. Filters
/// that do not exist are wrong where they are used.
pub(super) fn template_syntax(survey: &Survey, findings: &mut Vec<Finding>) {
    for (play, site) in survey.sites() {
        check(survey, &text::of_step(site), findings);
        let Some(file) = template_of(survey, play, site) else {
            continue;
        };
        if let Err(error) = survey.world.engine.check_file(&file.source) {
            let mut found = finding(&error, &file.named.place, site.runs());
            found.fault = found.fault.note("rendered by this step", &file.named.place);
            findings.push(found);
        }
    }
    for frame in frames(survey) {
        check(survey, &text::of_frame(frame), findings);
        if let Some(role) = &frame.role {
            for (_, node) in role.defaults.iter().chain(role.vars.iter()) {
                check(survey, &text::of_value(node), findings);
            }
        }
    }
}

fn check(survey: &Survey, texts: &[Text], findings: &mut Vec<Finding>) {
    for text in texts.iter().filter(|text| text.is_live()) {
        if let Err(error) = survey.world.engine.check(text.source) {
            let place = match &error.range {
                Some(range) => spot(text.node, text.source, range),
                None => text.node.place.clone(),
            };
            findings.push(finding(&error, &place, text.certain));
        }
    }
}

fn finding(error: &TemplateError, place: &Place, certain: bool) -> Finding {
    let place = error.place.as_ref().unwrap_or(place);
    let help = |usual: &str| -> String { error.help.as_deref().unwrap_or(usual).to_owned() };
    let message = &error.message;
    let (code, severity, fault) = match error.kind {
        ErrorKind::Unknown => (
            Code::UnknownFilter,
            Severity::of(certain && is_slip(error)),
            Fault::new(message).help(help(
                "farcast has no filters and tests but those that are built in",
            )),
        ),
        _ => (
            Code::TemplateSyntax,
            Severity::Error,
            Fault::new(format!("the template cannot be read: {message}"))
                .help(help("check braces, quotes and parentheses")),
        ),
    };
    Finding::new(code, severity, fault.at(place))
}

/// Whether the name that is not there can only be a mistyped one: what a collection may bring for Ansible is none.
fn is_slip(error: &TemplateError) -> bool {
    let name = error.message.split('\'').nth(1).unwrap_or_default();
    let foreign = name.contains('.') && !name.starts_with("ansible.builtin.");
    error.help.is_some() && !foreign
}
