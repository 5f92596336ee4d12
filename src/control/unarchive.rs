use {
    super::{Call, Prepared, Remote},
    crate::{source::Fault, wire::Object},
};

/// The controller's part of `unarchive`: holds an archive that is not on the host.
pub(super) fn prepare(mut args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let remote = args.get("remote_src").is_some_and(|value| value == true);
    let src = args
        .get("src")
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned();
    if !remote && !src.contains("://") {
        let path = call.find(&src, "files", "src")?;
        let content = call
            .contents
            .hold_file(&path)
            .map_err(|error| call.unreadable(&path, &error, "src"))?;
        let content = serde_json::to_value(content)
            .map_err(|error| Fault::new(error.to_string()).at(call.place()))?;
        args.insert("_content".to_owned(), content);
    }
    Ok(Prepared::Remote(Remote {
        module: "unarchive",
        args,
        keep: None,
        data: Object::new(),
    }))
}
