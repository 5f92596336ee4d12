use {
    crate::{
        act::{Act, Failure, Host, Program},
        wire::{Account, Diff, Effect, Object},
    },
    serde_json::Value,
};

/// Runs a program that makes or changes an account; tells what the account is afterwards.
pub(super) struct Enrol {
    pub program: Program,
    pub name: String,
    pub diff: Diff,
    pub effects: Vec<Effect>,
}

impl Act for Enrol {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        host.succeed(&self.program)?;
        let account = host.account(&self.name)?;
        Ok(account.as_ref().map(values).unwrap_or_default())
    }

    fn diff(&self) -> Vec<Diff> {
        vec![self.diff.clone()]
    }

    fn effects(&self) -> Vec<Effect> {
        self.effects.clone()
    }
}

/// The return values that describe an account.
pub(super) fn values(account: &Account) -> Object {
    let values: [(&str, Value); 5] = [
        ("uid", account.uid.into()),
        ("group", account.gid.into()),
        ("comment", account.comment.as_str().into()),
        ("home", account.home.as_str().into()),
        ("shell", account.shell.as_str().into()),
    ];
    let values = values.into_iter();
    values.map(|(name, value)| (name.into(), value)).collect()
}
