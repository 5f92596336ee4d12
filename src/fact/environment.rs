use {
    super::object,
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
};

/// The environment of the agent, with what the step adds.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let own = std::env::vars_os().map(|(name, value)| {
        let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
        (text(name), text(value))
    });
    let given = probe.step().environment.clone();
    let all = own.chain(given);
    let all: Object = all
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    Ok(object([("env", Value::Object(all))]))
}
