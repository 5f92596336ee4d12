use {
    super::{
        Code, Finding, Severity,
        file::template_of,
        frames::frames,
        spot::spot,
        survey::Survey,
        text::{self, Text},
    },
    crate::{source::Fault, template::TemplateError},
};

/// Texts and template files that are no templates: wrong whatever the values are, whether they are rendered or not.
pub(super) fn template_syntax(survey: &Survey, findings: &mut Vec<Finding>) {
    for (play, site) in survey.sites() {
        check(survey, text::of_step(site), findings);
        let Some(file) = template_of(survey, play, site) else {
            continue;
        };
        if let Err(error) = survey.world.engine.check_file(&file.source) {
            let fault =
                fault(&error, &file.named.place).note("rendered by this step", &file.named.place);
            findings.push(Finding::new(Code::TemplateSyntax, site.severity(), fault));
        }
    }
    for frame in frames(survey) {
        check(survey, text::of_frame(frame), findings);
        for role in &frame.role {
            for (_, node) in role.defaults.iter().chain(role.vars.iter()) {
                check(survey, text::of_value(node), findings);
            }
        }
    }
}

fn check(survey: &Survey, texts: Vec<Text>, findings: &mut Vec<Finding>) {
    for text in texts.iter().filter(|text| text.is_live()) {
        if let Err(error) = survey.world.engine.check(text.source) {
            let place = match &error.range {
                Some(range) => spot(text.node, text.source, range),
                None => text.node.place.clone(),
            };
            let fault = fault(&error, &place);
            findings.push(Finding::new(Code::TemplateSyntax, Severity::Error, fault));
        }
    }
}

fn fault(error: &TemplateError, place: &crate::source::Place) -> Fault {
    let place = error.place.as_ref().unwrap_or(place);
    let fault = Fault::new(format!("the template cannot be read: {}", error.message)).at(place);
    let help = match &error.help {
        Some(help) => help.as_ref(),
        None => "check braces, quotes and parentheses",
    };
    fault.help(help)
}
