use {
    super::{Failure, Host},
    crate::wire::{Diff, Effect, Object, Outcome},
};

/// What would change on a host, found by looking. A dry run shows it, a run applies it: the same value, so the one cannot
/// lie about the other.
pub trait Delta {
    /// The differences to show.
    fn diff(&self) -> Vec<Diff>;

    /// What would be different afterwards, for the looks of later steps.
    fn effects(&self) -> Vec<Effect>;

    /// The return values that are known before an apply.
    fn predicted(&self) -> Object;

    /// What of the outcome cannot be known before an apply, where that is so ("the output of make").
    fn unknown(&self) -> Option<String> {
        None
    }

    /// Things the user should know, in a dry run and after an apply alike.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The outcome's `msg`, in a dry run and after an apply that gives none itself.
    fn message(&self) -> Option<String> {
        None
    }

    /// Brings it about. The outcome's `diff` and `warnings` are filled in by the caller.
    fn apply(self, host: &mut Host) -> Result<Outcome, Failure>;
}

/// What looking at a host found.
#[derive(Debug)]
pub enum Look<D> {
    /// Nothing to change; the outcome (`changed` is false) is final.
    Same(Outcome),
    Change(D),
}

impl<D> Look<D> {
    /// Nothing to change, with these return values.
    pub fn same(data: Object) -> Self {
        Self::Same(Outcome {
            data,
            ..Outcome::default()
        })
    }

    /// Nothing was done, because the arguments say so (`creates`, `removes`); with Ansible's wording of the reason.
    pub fn skipped(msg: impl Into<String>, data: Object) -> Self {
        Self::Same(Outcome {
            skipped: true,
            msg: Some(msg.into()),
            data,
            ..Outcome::default()
        })
    }
}
