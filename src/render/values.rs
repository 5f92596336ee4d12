use {
    crate::{
        event::{Finished, Status},
        wire::Object,
    },
    serde::Serialize,
    serde_json::{Serializer, Value, ser::PrettyFormatter},
};

/// A step's return values as Ansible shows them: JSON with sorted keys, indented by four.
pub(super) fn returned(result: &Finished, verbosity: u8) -> String {
    pretty(Value::Object(chosen(result, verbosity)))
}

/// The same in one line.
pub(super) fn compact(result: &Finished, verbosity: u8) -> String {
    let mut values = Value::Object(chosen(result, verbosity));
    values.sort_all_objects();
    values.to_string()
}

/// Values as indented JSON with sorted keys.
pub(super) fn pretty(mut value: Value) -> String {
    value.sort_all_objects();
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("(cannot be shown: {error})"),
    }
}

/// Whether the values belong to the step's ordinary output: that of `debug`, and the message of an `assert` that is not quiet.
pub(super) fn always_shown(result: &Finished) -> bool {
    match result.module.as_str() {
        "debug" => true,
        "assert" => message(result).is_some(),
        _ => false,
    }
}

/// The message for people, wherever it stands.
pub(super) fn message(result: &Finished) -> Option<&str> {
    let returned = || result.data.get("msg").and_then(Value::as_str);
    result
        .msg
        .as_deref()
        .or_else(returned)
        .filter(|text| !text.is_empty())
}

fn chosen(result: &Finished, verbosity: u8) -> Object {
    let mut values = Object::new();
    if result.module != "debug" || result.censored {
        values.insert(
            "changed".to_owned(),
            (result.status == Status::Changed).into(),
        );
    }
    if result.censored {
        values.insert("censored".to_owned(), "hidden by no_log".into());
        return values;
    }
    let unwanted = |key: &str| {
        ["invocation", "diff", "warnings", "deprecations"].contains(&key) && verbosity < 3
    };
    let wanted = result.data.iter().filter(|(key, _)| !unwanted(key));
    values.extend(wanted.map(|(key, value)| (key.clone(), value.clone())));
    let says_it_already = result.module == "debug" && !values.is_empty();
    if let Some(msg) = result.msg.as_ref().filter(|_| !says_it_already) {
        values.entry("msg").or_insert_with(|| msg.clone().into());
    }
    values
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::render::recording::{finished, object},
        serde_json::json,
    };

    fn ok(module: &str, data: Value) -> Finished {
        Finished {
            data: object(data),
            ..finished(Status::Ok, module)
        }
    }

    #[test]
    fn sorts_keys_and_keeps_the_arguments_for_the_third_v() {
        let result = ok("stat", json!({"b": {"z": 1, "a": "ä"}, "invocation": {}}));
        let text = "{\n    \"b\": {\n        \"a\": \"ä\",\n        \"z\": 1\n    },\n    \"changed\": false\n}";
        assert_eq!(returned(&result, 1), text);
        assert!(returned(&result, 3).contains("invocation"));
    }

    #[test]
    fn debug_shows_what_it_was_asked_for_and_nothing_else() {
        let mut result = ok("debug", json!({"some_var": [1]}));
        result.msg = Some("unasked".to_owned());
        assert_eq!(
            returned(&result, 0),
            "{\n    \"some_var\": [\n        1\n    ]\n}"
        );
        let mut result = ok("debug", json!({}));
        result.msg = Some("hi".to_owned());
        assert_eq!(returned(&result, 0), "{\n    \"msg\": \"hi\"\n}");
    }

    #[test]
    fn no_log_shows_nothing() {
        let mut result = ok("debug", json!({"left": "over"}));
        result.censored = true;
        assert!(!returned(&result, 3).contains("left"));
    }
}
