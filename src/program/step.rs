use {
    super::{Frame, Order},
    crate::playbook::{Key, Task},
    std::sync::Arc,
};

/// What a program is made of.
#[derive(Clone, Debug)]
pub enum Element {
    Step(Arc<Step>),
    Section(Arc<Section>),
}

/// A block: what runs, what runs when that fails, what runs always.
#[derive(Debug)]
pub struct Section {
    pub body: Arc<[Element]>,
    pub rescue: Arc<[Element]>,
    pub always: Arc<[Element]>,
}

/// One task in its place.
#[derive(Debug)]
pub struct Step {
    pub order: Order,
    pub task: Task,
    pub frame: Arc<Frame>,
    pub tags: Vec<String>,
    pub handler: bool,
    /// Nobody wrote it: the gathering of facts, and the flushing of handlers after a play's parts.
    pub implied: bool,
}

impl Step {
    /// The name to show, as written: `role : name` in a role.
    pub fn title(&self) -> String {
        match self.frame.role() {
            Some(role) => format!("{} : {}", role.name, self.task.name()),
            None => self.task.name().to_owned(),
        }
    }

    /// Topics that notify this handler besides its name.
    pub fn listens_to(&self, topic: &str) -> bool {
        self.task
            .keywords
            .list(Key::Listen)
            .iter()
            .any(|node| node.as_str() == Some(topic))
    }
}

impl Element {
    /// Every step within, in order.
    pub fn steps(&self) -> Vec<&Arc<Step>> {
        match self {
            Element::Step(step) => vec![step],
            Element::Section(section) => [&section.body, &section.rescue, &section.always]
                .into_iter()
                .flat_map(|part| part.iter())
                .flat_map(Element::steps)
                .collect(),
        }
    }
}
