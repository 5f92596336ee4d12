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
            Severity::of(certain),
            Fault::new(message).help(help("check its name")),
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
