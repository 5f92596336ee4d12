use {
    super::{batch::Batch, outcome::Ending},
    crate::{
        control,
        playbook::Key,
        program::{Element, Order, Step},
        source::Fault,
        template,
        variable::Scope,
    },
    std::{collections::BTreeSet, sync::Arc},
};

/// The handlers of a play in the order in which they run: those of its roles, then its own, then those that includes brought.
pub(super) struct Handlers {
    elements: Arc<[Element]>,
    /// Where each list begins: the play's, or a role's.
    begins: Vec<usize>,
}

impl Handlers {
    pub(super) fn new(lists: &[Vec<Arc<Step>>]) -> Self {
        let mut handlers = Self {
            elements: Arc::new([]),
            begins: Vec::new(),
        };
        handlers.add(lists);
        handlers
    }

    pub(super) fn add(&mut self, lists: &[Vec<Arc<Step>>]) {
        let mut all = self.elements.to_vec();
        for list in lists.iter().filter(|list| !list.is_empty()) {
            self.begins.push(all.len());
            all.extend(list.iter().cloned().map(Element::Step));
        }
        self.elements = all.into();
    }

    pub(super) fn elements(&self) -> Arc<[Element]> {
        Arc::clone(&self.elements)
    }

    pub(super) fn step(&self, index: usize) -> Option<&Arc<Step>> {
        match self.elements.get(index)? {
            Element::Step(step) => Some(step),
            Element::Section(_) => None,
        }
    }

    /// Every handler that has a name, those of the last list first, each list in its own order.
    fn last_list_first(&self) -> impl Iterator<Item = (usize, &Arc<Step>)> {
        let ends = self
            .begins
            .iter()
            .skip(1)
            .copied()
            .chain([self.elements.len()]);
        let lists: Vec<_> = self.begins.iter().copied().zip(ends).collect();
        lists
            .into_iter()
            .rev()
            .flat_map(|(begin, end)| begin..end)
            .filter_map(|index| Some((index, self.step(index)?)))
            .filter(|(_, step)| step.task.keywords.get(Key::Name).is_some() || listens(step))
    }
}

fn listens(step: &Step) -> bool {
    step.task.keywords.get(Key::Listen).is_some()
}

impl Batch<'_> {
    /// Notes the handlers that a change notifies. A change that is not certain notifies too: its handler may run.
    pub(super) fn notify(
        &mut self,
        step: &Arc<Step>,
        host: &str,
        ending: &Ending,
    ) -> Result<(), Fault> {
        let changes = ending.outcome.changed || ending.outcome.unknown.is_some();
        let fine = !ending.unreachable && !ending.outcome.failed;
        if ending.notified || !changes || !fine {
            return Ok(());
        }
        let nodes = step.frame.gather(Key::Notify);
        if nodes.is_empty() {
            return Ok(());
        }
        let scope = Scope::new(&self.runner.world, host, self.around(step));
        for node in nodes {
            let names = match &ending.topics {
                Some(topics) => topics.clone(),
                None => {
                    let engine = &self.runner.world.engine;
                    let names = engine.node(node, &scope.variables());
                    template::strings(&names.map_err(|error| control::fault(error, &node.place))?)
                }
            };
            for name in names {
                let found = self.handlers_named(&name, &scope);
                if found.is_empty() {
                    return Err(Fault::new(format!(
                        "no handler is called `{name}`, and none listens to it"
                    ))
                    .at(&node.place)
                    .help("name a handler of the play or its roles"));
                }
                let walk = self.walk(host);
                match walk.is_flushing() {
                    true => walk.notified.extend(found),
                    false => walk.pending.push(name),
                }
            }
        }
        Ok(())
    }

    /// Decides who hears what a host has notified, and lets them run next.
    pub(super) fn flush(&mut self, order: &Order, step: &Step, host: &str) {
        let scope = Scope::new(&self.runner.world, host, self.around(step));
        let names = std::mem::take(&mut self.walk(host).pending);
        let found: Vec<_> = names
            .iter()
            .flat_map(|name| self.handlers_named(name, &scope))
            .collect();
        let handlers = self.handlers.elements();
        let walk = self.walk(host);
        walk.notified.extend(found);
        walk.flush(&handlers, order);
    }

    /// The handler of that name that was loaded last, and all that listen to it: of those with one name, the last.
    fn handlers_named(&self, name: &str, scope: &Arc<Scope>) -> Vec<usize> {
        let is_called = |step: &Step| {
            let title = self.title(step, scope);
            title == name || step.task.name() == name || title.rsplit(" : ").next() == Some(name)
        };
        let called = self
            .handlers
            .last_list_first()
            .find(|(_, step)| is_called(step));
        let mut found: Vec<_> = called.map(|(index, _)| index).into_iter().collect();
        let mut seen = BTreeSet::new();
        for (index, step) in self.handlers.last_list_first() {
            let title = step.task.keywords.text(Key::Name);
            if step.listens_to(name) && title.is_none_or(|title| seen.insert(title.to_owned())) {
                found.push(index);
            }
        }
        found
    }
}
