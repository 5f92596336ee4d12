use {super::object, crate::wire::Object, serde_json::Value};

/// What a module in Python did not catch.
pub(super) fn exception(data: &mut Object) {
    let Some(summary) = data.get("exception").filter(|value| value.is_object()) else {
        return;
    };
    let event = summary.get("event").cloned().unwrap_or_default();
    let text = |name: &str| event[name].as_str().map(str::to_owned);
    data.shift_remove("exception");
    if let Some(traceback) = text("formatted_traceback") {
        data.insert("exception".to_owned(), traceback.into());
    }
    let msg = text("msg").unwrap_or_default();
    let msg = format!("Task failed: Module failed: {msg}");
    data.entry("msg").or_insert_with(|| msg.into());
}

/// Takes the module's warnings and deprecations to those that there are already, and leaves them in the values as Ansible
/// registers them.
pub(super) fn gather(data: &mut Object, warnings: &mut Vec<String>) {
    let listed = |data: &mut Object, name: &str| match data.shift_remove(name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let own = listed(data, "warnings");
    warnings.extend(own.iter().map(message));
    if !warnings.is_empty() {
        data.insert("warnings".to_owned(), warnings.clone().into());
    }
    let old = listed(data, "deprecations");
    let old: Vec<Value> = old.iter().map(deprecation).collect();
    warnings.extend(old.iter().map(deprecated));
    if !old.is_empty() {
        data.insert("deprecations".to_owned(), old.into());
    }
}

/// The text of a warning, which is a text or a summary with an event.
fn message(item: &Value) -> String {
    let text = item
        .as_str()
        .or_else(|| item["event"]["msg"].as_str())
        .or_else(|| item["msg"].as_str());
    text.map_or_else(|| item.to_string(), str::to_owned)
}

fn deprecation(item: &Value) -> Value {
    let mut told = object([("msg", message(item).into())]);
    for name in ["version", "date"] {
        if let Some(value) = item.get(name).filter(|value| !value.is_null()) {
            told.insert(name.to_owned(), value.clone());
        }
    }
    let resolved = item["deprecator"]["resolved_name"].as_str();
    let collection = resolved.map(|name| {
        let parts: Vec<&str> = name.split('.').take(2).collect();
        parts.join(".")
    });
    told.insert("collection_name".to_owned(), collection.into());
    let deprecator = resolved.map(|name| {
        let kind = &item["deprecator"]["type"];
        let kind = kind.get("value").unwrap_or(kind);
        serde_json::json!({"resolved_name": name, "type": kind})
    });
    told.insert("deprecator".to_owned(), deprecator.into());
    told.into()
}

/// A deprecation for people.
fn deprecated(item: &Value) -> String {
    let when = match (item["version"].as_str(), item["date"].as_str()) {
        (Some(version), _) => format!("in version {version}"),
        (None, Some(date)) => format!("after {date}"),
        (None, None) => "in the future".to_owned(),
    };
    let msg = message(item);
    format!(
        "deprecated: {}. It will be removed {when}.",
        msg.trim_end_matches('.')
    )
}
