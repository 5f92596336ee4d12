use {
    super::{
        Code, Finding, Severity,
        site::literal,
        spelling::shape,
        survey::{PlaySurvey, Survey, strings},
    },
    crate::{module::argument::nearest, playbook::Key, source::Fault},
    regex::Regex,
    std::collections::BTreeSet,
};

/// Notifications that no handler of the play hears.
pub(super) fn lost_handler(survey: &Survey, findings: &mut Vec<Finding>) {
    for play in &survey.plays {
        let ears = Ears::of(play);
        for site in &play.sites {
            for node in site.step.frame.gather(Key::Notify) {
                for name in strings(std::slice::from_ref(node)) {
                    if let Some(text) = literal(name).filter(|text| !ears.hear(text)) {
                        let severity = Severity::of(site.runs() && !play.open);
                        let fault = ears.fault(text).at(&name.place);
                        findings.push(Finding::new(Code::LostHandler, severity, fault));
                    }
                }
            }
        }
    }
}

/// What the handlers of a play are called and listen to.
#[derive(Default)]
struct Ears {
    names: BTreeSet<String>,
    /// Those that have templates in them.
    shapes: Vec<Regex>,
}

impl Ears {
    fn of(play: &PlaySurvey) -> Self {
        let mut ears = Self::default();
        for site in play.sites.iter().filter(|site| site.step.handler) {
            let topics = strings(site.step.task.keywords.list(Key::Listen));
            for topic in topics.filter_map(|node| node.as_str()) {
                ears.add(topic);
            }
            ears.add(site.step.task.name());
            ears.add(&site.step.title());
        }
        ears
    }

    fn add(&mut self, name: &str) {
        match shape(name) {
            Some(shape) => self.shapes.push(shape),
            None => _ = self.names.insert(name.to_owned()),
        }
    }

    fn hear(&self, name: &str) -> bool {
        self.names.contains(name) || self.shapes.iter().any(|shape| shape.is_match(name))
    }

    fn fault(&self, name: &str) -> Fault {
        let fault = Fault::new(format!(
            "no handler is called `{name}`, and none listens to it"
        ))
        .label("nothing hears this");
        match nearest(name, self.names.iter().map(String::as_str)) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("add it to the `handlers` of the play or of the role"),
        }
    }
}
