use {
    super::{Frame, Order},
    crate::{
        playbook::{Key, Task},
        source::Node,
    },
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
        let name = self.name();
        match self.frame.role() {
            // As Ansible shows it.
            _ if self.task.action.short_name() == "include_role" => name,
            Some(role) => format!("{} : {name}", role.name),
            None => name,
        }
    }

    /// The task's own name; an included role shows which one it is.
    fn name(&self) -> String {
        let action = &self.task.action;
        let role = action.arg("name").or_else(|| action.arg("role"));
        match (self.task.keywords.get(Key::Name), action.short_name(), role) {
            (None, "include_role", Some(role)) => {
                format!(
                    "{} : {}",
                    self.task.name(),
                    role.as_str().unwrap_or_default()
                )
            }
            _ => self.task.name().to_owned(),
        }
    }

    /// Whether the step steers the play itself.
    pub fn steers(&self) -> bool {
        self.task.action.short_name() == "meta"
    }

    /// A `meta` step that one host decides for all: Ansible asks no more than one host.
    pub fn steers_all(&self) -> bool {
        let action = &self.task.action;
        let what = action.free.as_ref().and_then(Node::as_str);
        let all = [
            "clear_facts",
            "clear_host_errors",
            "end_batch",
            "end_play",
            "refresh_inventory",
        ];
        self.steers() && what.is_some_and(|what| all.contains(&what))
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
