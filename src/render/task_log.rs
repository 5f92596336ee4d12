use {super::printable::on_one_line, crate::event::Kind, std::collections::BTreeMap};

/// The steps of the play under way by their numbers: hosts that do not wait for each other are at several of them.
#[derive(Default)]
pub(super) struct TaskLog {
    tasks: BTreeMap<u64, Task>,
}

/// How a step is called and where it stands.
#[derive(Clone, Default)]
pub(super) struct Task {
    pub banner: String,
    pub name: String,
    pub place: String,
}

impl TaskLog {
    /// Forgets everything: another play begins.
    pub fn clear(&mut self) {
        self.tasks.clear();
    }

    /// A step begins.
    pub fn begin(&mut self, number: u64, kind: Kind, name: &str, place: &str) {
        let title = match kind {
            Kind::Task | Kind::Gather => "TASK",
            Kind::Handler => "RUNNING HANDLER",
        };
        let task = Task {
            banner: format!("{title} [{}]", on_one_line(name.trim())),
            name: name.trim().to_owned(),
            place: place.to_owned(),
        };
        self.tasks.insert(number, task);
    }

    /// The step of that number; one without a name, where it was never told of.
    pub fn task(&self, number: u64) -> Task {
        self.tasks.get(&number).cloned().unwrap_or_default()
    }
}
