use {
    super::{
        Code, Finding, Severity, frames::frames, spot::spot, survey::Survey, text, text::Text,
    },
    crate::{source::Fault, template},
};

/// Conditions that give a number, text or list: ansible-core 2.19 refuses them, older releases ask whether they are empty.
pub(super) fn loose_condition(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        text::of_step(site)
            .iter()
            .for_each(|text| examined(text, findings));
    }
    for frame in frames(survey) {
        text::of_frame(frame)
            .iter()
            .for_each(|text| examined(text, findings));
    }
}

fn examined(text: &Text, findings: &mut Vec<Finding>) {
    if !text.bare {
        return;
    }
    let Some(what) = template::never_boolean(text.source) else {
        return;
    };
    let fault = Fault::new(format!("the condition gives {what}, not true or false"))
        .at(&spot(text.node, text.source, &(0..text.source.len())))
        .help("ansible-core 2.19 refuses it; say what is meant, such as `| length > 0` or `is not none`");
    findings.push(Finding::new(Code::LooseCondition, Severity::Warning, fault));
}
