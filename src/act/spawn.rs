use {
    super::{Act, Failure, Host, Program},
    crate::wire::{Diff, Effect, Object},
};

/// Runs a program that has to succeed; says itself what that changes.
#[derive(Clone, Debug)]
pub struct Spawn {
    pub program: Program,
    /// What to show as different, such as the state of a service.
    pub diff: Option<Diff>,
    /// What is different afterwards; `Effect::Opaque` where nobody can tell.
    pub effects: Vec<Effect>,
}

impl Act for Spawn {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        host.succeed(&self.program)?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        self.diff.clone().into_iter().collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.effects.clone()
    }
}
