use {
    super::{Call, Prepared, Remote},
    crate::{
        source::Fault,
        wire::{Content, Object},
    },
    serde_json::Value,
};

/// The controller's part of `uri`: holds the files to send that are not on the host.
pub(super) fn prepare(mut args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let remote = args.get("remote_src").is_some_and(|value| value == true);
    let form = args
        .get("body_format")
        .is_some_and(|format| format == "form-multipart");
    if let Some(src) = args.get("src").and_then(Value::as_str)
        && !remote
    {
        let content = value(&hold(src, "src", call)?, call)?;
        args.insert("_content".to_owned(), content);
    }
    if form && !remote {
        let files = files(&args, call)?;
        args.insert("_files".to_owned(), files.into());
    }
    Ok(Prepared::Remote(Remote {
        module: "uri",
        args,
        keep: None,
        data: Object::new(),
    }))
}

/// The files that fields of a form name without giving their content.
fn files(args: &Object, call: &Call<'_>) -> Result<Object, Fault> {
    let mut files = Object::new();
    for (name, field) in args
        .get("body")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let filename = field.get("filename").and_then(Value::as_str);
        let given = field
            .get("content")
            .is_some_and(|content| content != "" && !content.is_null());
        if let Some(filename) = filename.filter(|_| !given) {
            files.insert(name.clone(), value(&hold(filename, "body", call)?, call)?);
        }
    }
    Ok(files)
}

fn hold(name: &str, argument: &str, call: &Call<'_>) -> Result<Content, Fault> {
    let path = call.find(name, "files", argument)?;
    call.contents
        .hold_file(&path)
        .map_err(|error| call.unreadable(&path, &error, argument))
}

fn value(content: &Content, call: &Call<'_>) -> Result<Value, Fault> {
    serde_json::to_value(content).map_err(|error| Fault::new(error.to_string()).at(call.place()))
}
