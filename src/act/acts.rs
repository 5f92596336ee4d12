use {
    super::{Delta, Failure, Host, Look},
    crate::wire::{Diff, Effect, Object, Outcome},
    serde_json::Value,
    std::path::Path,
};

/// The smallest change to a host. Performing it twice is the same as once.
pub trait Act {
    /// Does it. Gives return values that only doing it can tell (usually none).
    fn perform(&self, host: &mut Host) -> Result<Object, Failure>;

    /// The differences to show; none where the caller shows them otherwise.
    fn diff(&self) -> Vec<Diff>;

    /// What is different afterwards.
    fn effects(&self) -> Vec<Effect>;

    /// The directory that it makes, if it does.
    fn directory(&self) -> Option<&Path> {
        None
    }
}

/// The delta that nearly all modules use: acts in order, and the module's return values. Differences, effects and the apply
/// all come from the acts themselves.
#[derive(Default)]
pub struct Acts {
    acts: Vec<Box<dyn Act>>,
    values: Object,
    warnings: Vec<String>,
    msg: Option<String>,
    unknown: Option<String>,
}

impl Acts {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, act: impl Act + 'static) {
        self.acts.push(Box::new(act));
    }

    /// Adds an act, if there is one.
    pub fn extend(&mut self, act: Option<impl Act + 'static>) {
        if let Some(act) = act {
            self.push(act);
        }
    }

    /// Sets a return value.
    pub fn value(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.into(), value.into());
    }

    /// Sets return values.
    pub fn values(&mut self, values: Object) {
        self.values.extend(values);
    }

    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// The outcome's `msg`, in a dry run and after an apply.
    pub fn msg(&mut self, msg: impl Into<String>) {
        self.msg = Some(msg.into());
    }

    /// Dry run: what of the outcome cannot be known before an apply.
    pub fn unknown(&mut self, what: impl Into<String>) {
        self.unknown = Some(what.into());
    }

    /// Whether these acts make a directory at a path.
    pub fn makes(&self, path: &Path) -> bool {
        let mut made = self.acts.iter().filter_map(|act| act.directory());
        made.any(|directory| directory == path)
    }

    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }

    /// No acts: nothing to change.
    pub fn into_look(self) -> Look<Self> {
        if !self.is_empty() {
            return Look::Change(self);
        }
        Look::Same(Outcome {
            data: self.values,
            warnings: self.warnings,
            msg: self.msg,
            ..Outcome::default()
        })
    }
}

impl Delta for Acts {
    fn diff(&self) -> Vec<Diff> {
        self.acts.iter().flat_map(|act| act.diff()).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.acts.iter().flat_map(|act| act.effects()).collect()
    }

    fn predicted(&self) -> Object {
        self.values.clone()
    }

    fn unknown(&self) -> Option<String> {
        self.unknown.clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn message(&self) -> Option<String> {
        self.msg.clone()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut data = self.values;
        for act in &self.acts {
            data.extend(act.perform(host)?);
        }
        Ok(Outcome {
            changed: true,
            data,
            ..Outcome::default()
        })
    }
}
