use {
    super::{site::Site, survey::strings},
    crate::{
        playbook::Key,
        program::Frame,
        source::{Kind, Node},
        template::{Engine, Needs},
    },
};

/// A string that is rendered, or evaluated as an expression.
pub(super) struct Text<'a> {
    pub node: &'a Node,
    pub source: &'a str,
    /// It is an expression even without braces.
    pub bare: bool,
    /// It is rendered for certain.
    pub certain: bool,
}

impl Text<'_> {
    /// What it needs of variables.
    pub fn needs(&self, engine: &Engine) -> Needs {
        match (Engine::is_template(self.source), self.bare) {
            (true, _) => engine.needs_of_text(self.source),
            (false, true) => engine.needs_of_expression(self.source),
            (false, false) => Needs::default(),
        }
    }

    /// Whether there is anything to render in it.
    pub fn is_live(&self) -> bool {
        self.bare || Engine::is_template(self.source)
    }
}

/// Keywords that are read before a run or hold no text of their own: what they hold is found elsewhere.
const STRUCTURE: &[Key] = &[
    Key::Action,
    Key::Always,
    Key::Args,
    Key::Block,
    Key::Collections,
    Key::Handlers,
    Key::Hosts,
    Key::Listen,
    Key::LocalAction,
    Key::Loop,
    Key::PostTasks,
    Key::PreTasks,
    Key::Register,
    Key::Rescue,
    Key::Role,
    Key::Roles,
    Key::Tags,
    Key::Tasks,
    Key::VarsPrompt,
    Key::When,
];

/// Keywords whose text is rendered only sometimes.
const PERHAPS: &[Key] = &[Key::Name, Key::Notify, Key::Vars, Key::VarsFiles];

/// Every text of a step: conditions, loop, arguments and its own keywords.
pub(super) fn of_step(site: &Site) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    for (index, node) in site.step.frame.conditions().into_iter().enumerate() {
        bare(node, site.reached && index == 0, &mut texts);
    }
    let task = &site.step.task;
    if let Some(looping) = &task.looping {
        plain(&looping.value, site.begins(), &mut texts);
    }
    let action = &task.action;
    let runs = site.runs();
    for node in action.template.iter().chain(&action.free) {
        plain(node, runs, &mut texts);
    }
    for (name, node) in &action.args {
        match (action.short_name(), name.as_str()) {
            ("assert", "that") => conditions(std::slice::from_ref(node), runs, &mut texts),
            // `debug` says itself that a variable is not defined.
            ("debug", "var") => {}
            _ => plain(node, runs, &mut texts),
        }
    }
    keywords(&site.step.frame, runs, &mut texts);
    texts
}

/// The texts of a play's, role's, block's or include's keywords.
pub(super) fn of_frame(frame: &Frame) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    keywords(frame, false, &mut texts);
    for (_, node) in frame.params.iter() {
        plain(node, false, &mut texts);
    }
    texts
}

/// The texts of a value.
pub(super) fn of_value(node: &Node) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    plain(node, false, &mut texts);
    texts
}

fn keywords<'a>(frame: &'a Frame, certain: bool, texts: &mut Vec<Text<'a>>) {
    for (key, node) in frame.keywords.iter() {
        match key {
            key if STRUCTURE.contains(key) => {}
            Key::ChangedWhen | Key::FailedWhen | Key::Until => {
                conditions(frame.keywords.list(*key), certain, texts);
            }
            Key::LoopControl => {
                node.get("label")
                    .into_iter()
                    .for_each(|label| plain(label, false, texts));
                let enough = node.get("break_when");
                conditions(enough.map_or(&[], std::slice::from_ref), false, texts);
            }
            key => plain(node, certain && !PERHAPS.contains(key), texts),
        }
    }
}

/// Conditions that are evaluated in order until one does not hold.
fn conditions<'a>(nodes: &'a [Node], certain: bool, texts: &mut Vec<Text<'a>>) {
    for (index, node) in strings(nodes).enumerate() {
        bare(node, certain && index == 0, texts);
    }
}

fn bare<'a>(node: &'a Node, certain: bool, texts: &mut Vec<Text<'a>>) {
    if let Some(source) = node.as_str().filter(|text| !text.trim().is_empty()) {
        texts.push(Text {
            node,
            source,
            bare: true,
            certain,
        });
    }
}

fn plain<'a>(node: &'a Node, certain: bool, texts: &mut Vec<Text<'a>>) {
    match &node.kind {
        Kind::String(source) => texts.push(Text {
            node,
            source,
            bare: false,
            certain,
        }),
        Kind::List(items) => items.iter().for_each(|item| plain(item, certain, texts)),
        Kind::Map(entries) => {
            for (key, value) in entries {
                plain(key, certain, texts);
                plain(value, certain, texts);
            }
        }
        _ => {}
    }
}
