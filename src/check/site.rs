use {
    super::Severity,
    crate::{
        playbook::{Key, boolean},
        program::Step,
        source::{Kind, Node},
        template::Engine,
    },
    std::{collections::BTreeSet, sync::Arc},
};

/// A step with what is known about whether it runs.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub step: Arc<Step>,
    /// The step's conditions are asked for certain.
    pub reached: bool,
    /// What the includes around it know.
    pub around: Arc<Around>,
}

/// What dynamic includes around a step bring along.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The loop variables that they stand under.
    pub locals: BTreeSet<String>,
    /// Their conditions.
    pub conditions: Vec<Node>,
}

impl Site {
    /// The step begins for certain: no condition is in the way, and its failure counts.
    pub fn begins(&self) -> bool {
        self.reached && self.step.frame.conditions().into_iter().all(holds)
    }

    /// The module runs for certain: there is an item to run it for, too.
    pub fn runs(&self) -> bool {
        let looping = self.step.task.looping.as_ref();
        let items = |node: &Node| node.as_list().is_some_and(|items| !items.is_empty());
        self.begins() && looping.is_none_or(|looping| items(&looping.value))
    }

    /// An error where the module runs for certain.
    pub fn severity(&self) -> Severity {
        Severity::of(self.runs())
    }

    /// Every condition around the step, outermost first: those of includes, then its own.
    pub fn conditions(&self) -> impl Iterator<Item = &Node> {
        let own = self.step.frame.conditions();
        self.around.conditions.iter().chain(own)
    }

    /// What stands around steps that this one includes.
    pub fn within(&self) -> Arc<Around> {
        let mut around = (*self.around).clone();
        around
            .conditions
            .extend(self.step.frame.conditions().into_iter().cloned());
        around.locals.extend(self.loop_names());
        Arc::new(around)
    }

    /// The variables that the step's own loop sets.
    pub fn loop_names(&self) -> Vec<String> {
        if self.step.task.looping.is_none() {
            return Vec::new();
        }
        let control = self.step.task.keywords.get(Key::LoopControl);
        let named = |name: &str| {
            let node = control.and_then(|control| control.get(name));
            node.and_then(Node::as_str).map(str::to_owned)
        };
        let variable = named("loop_var").unwrap_or_else(|| "item".to_owned());
        std::iter::once(variable)
            .chain(named("index_var"))
            .collect()
    }
}

/// Whether a failure of the step does no harm: it is expected, or its end is judged by the playbook itself.
pub(super) fn is_forgiven(step: &Step) -> bool {
    let ignored = step.frame.keyword(Key::IgnoreErrors);
    ignored.is_some_and(|node| boolean(node) != Some(false))
        || step.task.keywords.get(Key::FailedWhen).is_some()
}

/// A condition that is written out as true.
fn holds(condition: &Node) -> bool {
    match &condition.kind {
        Kind::Bool(value) => *value,
        Kind::String(text) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Whether a node holds a template anywhere.
pub(super) fn is_templated(node: &Node) -> bool {
    match &node.kind {
        Kind::String(text) => Engine::is_template(text),
        Kind::List(items) => items.iter().any(is_templated),
        Kind::Map(entries) => entries
            .iter()
            .any(|(key, value)| is_templated(key) || is_templated(value)),
        Kind::Vault(_) => true,
        _ => false,
    }
}

/// A string that is no template.
pub(super) fn literal(node: &Node) -> Option<&str> {
    node.as_str().filter(|text| !Engine::is_template(text))
}
