use {
    super::refused,
    crate::{control::Call, program::foreign::Foreign, source::Fault, wire::Object},
    serde_json::Value,
};

/// A module whose other half runs on the controller would do the wrong thing alone.
///
/// # Errors
/// Its other half is in Python, or is Ansible's own part of the module that it stands in for, which has something to do.
pub(super) fn forbid(foreign: &Foreign, args: &Object, call: &Call<'_>) -> Result<(), Fault> {
    if let Some(action) = &foreign.action {
        let why = format!(
            "the module `{}` has a part in Python that Ansible runs on the controller ({}), and farcast does not",
            foreign.name,
            action.display()
        );
        return Err(refused(why, call).help("use a native module or `command` instead"));
    }
    let name = &foreign.name;
    if !is_begun_here(name, args) {
        return Ok(());
    }
    let why = format!(
        "`{name}` means {} here, which would get the arguments as they are written: Ansible sends it the files of the controller, \
         and farcast does that for its own `{name}` alone",
        foreign.path.display()
    );
    let help = format!(
        "write `ansible.builtin.{name}` for farcast's own, or give the module a name of its own"
    );
    Err(refused(why, call).help(help))
}

/// Whether Ansible has something to do on the controller before it runs a module of this name, which is a person's own.
fn is_begun_here(name: &str, args: &Object) -> bool {
    let given = |name: &str| args.get(name).is_some_and(|value| !value.is_null());
    let on_host = match args.get("remote_src") {
        None => name == "assemble",
        Some(value) => holds(value),
    };
    match name {
        "copy" => given("content") || !on_host,
        "unarchive" => given("creates") || !on_host,
        "assemble" => !on_host,
        "uri" => {
            let form = args.get("body_format") == Some(&"form-multipart".into());
            !on_host && (given("src") || form)
        }
        _ => false,
    }
}

/// As Ansible reads what is meant as a boolean.
fn holds(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(text) => crate::playbook::boolean_text(text).unwrap_or(false),
        Value::Number(number) => number.as_u64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn what_is_wholly_on_the_host_needs_no_other_half() {
        for (name, args, begun) in [
            ("ping", json!({"src": "a"}), false),
            ("copy", json!({"src": "a", "dest": "b"}), true),
            ("copy", json!({"src": "a", "remote_src": "yes"}), false),
            ("copy", json!({"content": "a", "remote_src": true}), true),
            ("unarchive", json!({"src": "a"}), true),
            ("unarchive", json!({"src": "a", "remote_src": true}), false),
            ("assemble", json!({"src": "a"}), false),
            ("assemble", json!({"src": "a", "remote_src": false}), true),
            ("uri", json!({"url": "x"}), false),
            ("uri", json!({"url": "x", "src": "a"}), true),
            ("uri", json!({"body_format": "form-multipart"}), true),
        ] {
            let args = args.as_object().cloned().unwrap();
            assert_eq!(is_begun_here(name, &args), begun, "{name} {args:?}");
        }
    }
}
