//! Runs modules on the machine that the tests run on.

use {
    super::registry,
    crate::{
        act::{Alone, Probe, Watch},
        wire::{Course, Mode, Object, Outcome, Run},
    },
    serde_json::Value,
};

/// A host under test: this machine. Dry runs remember what they foresee until the next apply.
pub struct Trial {
    pub probe: Probe,
}

impl Default for Trial {
    fn default() -> Self {
        Self::new()
    }
}

impl Trial {
    pub fn new() -> Self {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        Self { probe }
    }

    /// Runs a step with one item. Arguments are as a user writes them.
    pub fn run(&mut self, module: &str, arguments: Value, mode: Mode) -> Outcome {
        let outcomes = self.run_items(module, vec![arguments], mode);
        outcomes.into_iter().next().unwrap()
    }

    /// Runs a step with several items; outcomes are in their order.
    pub fn run_items(&mut self, module: &str, items: Vec<Value>, mode: Mode) -> Vec<Outcome> {
        let entry = registry::find(module).unwrap();
        let items: Vec<Object> = items.into_iter().map(|item| accept(entry, item)).collect();
        let mut outcomes = vec![None; items.len()];
        let run = Run {
            id: 1,
            module: module.into(),
            items,
            mode,
            diff: true,
            environment: Default::default(),
            timeout: None,
            stream: false,
            course: Course::Alone,
        };
        (entry.run)(&mut self.probe, &run, &mut |item, outcome| {
            assert!(outcomes[item].replace(outcome).is_none(), "reported twice");
        });
        outcomes.into_iter().map(Option::unwrap).collect()
    }

    /// A dry run.
    pub fn look(&mut self, module: &str, arguments: Value) -> Outcome {
        self.run(module, arguments, Mode::Look)
    }

    /// An apply.
    pub fn apply(&mut self, module: &str, arguments: Value) -> Outcome {
        self.run(module, arguments, Mode::Apply)
    }

    /// An apply that must change nothing; gives its return values.
    pub fn same(&mut self, module: &str, arguments: Value) -> Object {
        let outcome = self.apply(module, arguments);
        assert!(!outcome.failed && !outcome.changed, "{outcome:?}");
        outcome.data
    }

    /// The whole life of a step: a dry run that would change, an apply that does, and a second apply that does not. Gives
    /// the outcome of the first apply.
    pub fn change(&mut self, module: &str, arguments: Value) -> Outcome {
        let look = self.look(module, arguments.clone());
        assert!(look.changed && !look.failed, "dry run: {look:?}");
        let apply = self.apply(module, arguments.clone());
        assert!(apply.changed && !apply.failed, "apply: {apply:?}");
        assert_eq!(look.diff, apply.diff, "the dry run showed what was done");
        self.same(module, arguments);
        apply
    }
}

fn accept(entry: &registry::Entry, item: Value) -> Object {
    let Value::Object(arguments) = item else {
        panic!("arguments are an object");
    };
    let (own, written): (Object, Object) = arguments
        .into_iter()
        .partition(|(name, _)| name.starts_with('_'));
    let mut accepted = entry.schema().accept(written).unwrap();
    accepted.extend(own);
    accepted
}
