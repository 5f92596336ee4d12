//! Texts sealed and opened with a password that the template gives.

use minijinja::{Error, value::Value};

use crate::{
    source::vault::{Password, Secrets, encrypt},
    template::{builtin::Run, call::Call, failure, print},
};

pub(super) const ALL: &[(&str, Run)] = &[("vault", seal), ("unvault", open)];

fn password(call: &Call) -> Result<Password, Error> {
    Ok(Password::new(call.need_text(1, "secret")?.into_bytes()))
}

fn id(call: &Call, at: usize) -> Option<String> {
    call.arg(at, "vault_id")
        .or_else(|| call.named("vaultid"))
        .filter(|id| !id.is_none())
        .map(|id| print::text(&id))
        .filter(|id| id != "filter_default")
}

fn seal(call: &mut Call) -> Result<Value, Error> {
    encrypt(
        call.subject().as_bytes(),
        &password(call)?,
        id(call, 3).as_deref(),
    )
    .map(Value::from)
    .map_err(|error| failure::plain(error.to_string()))
}

fn open(call: &mut Call) -> Result<Value, Error> {
    let envelope = call.subject();
    if !envelope.starts_with("$ANSIBLE_VAULT;") {
        return Ok(call.value());
    }
    let mut secrets = Secrets::default();
    secrets
        .add(id(call, 2).as_deref(), password(call)?)
        .map_err(|error| failure::plain(error.to_string()))?;
    secrets
        .decrypt(&envelope)
        .map(|secret| Value::from(secret.reveal()))
        .map_err(|error| failure::plain(error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn what_is_sealed_can_be_opened() {
        assert_eq!(shown("{{ 'x' | vault('pw') | unvault('pw') }}"), "'x'");
        assert_eq!(shown("{{ 'x' | vault('pw') is vault_encrypted }}"), "True");
        assert!(shown("{{ 'x' | vault('pw') | unvault('no') }}").starts_with("error"));
    }
}
