use {
    super::{Call, Prepared, Remote, copy},
    crate::{source::Fault, wire::Object},
};

/// The controller's part of `script`: holds the script, which is the first word of the command.
pub(super) fn prepare(mut args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let command = args
        .get("cmd")
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned();
    let words = shlex::split(&command)
        .ok_or_else(|| Fault::new("an unclosed quote in the command").at(call.place()))?;
    let name = words
        .first()
        .ok_or_else(|| Fault::new("`script` needs a script").at(call.place()))?;
    let path = call.find(name, "files", "cmd")?;
    let content = copy::hold(&path, true, call)?;
    let content = serde_json::to_value(content)
        .map_err(|error| Fault::new(error.to_string()).at(call.place()))?;
    args.insert("_content".to_owned(), content);
    Ok(Prepared::Remote(Remote {
        module: "script",
        args,
        keep: None,
        data: Object::new(),
    }))
}
