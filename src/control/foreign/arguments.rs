use {
    super::Wish,
    crate::{control::Call, program::foreign::ARGUMENTS_MARK, template, wire::Object},
    serde_json::{Value, json},
};

/// File systems that SELinux treats in their own way.
const SPECIAL_FILE_SYSTEMS: [&str; 6] = ["fuse", "nfs", "vboxsf", "ramfs", "9p", "vfat"];

/// What Ansible tells every module besides its own arguments.
pub(super) fn of_ansible(wish: &Wish<'_>, call: &Call<'_>) -> Object {
    let settings = &call.scope.world().settings;
    let variable = |name: &str| wish.host.value(name).ok().flatten();
    let version = variable("ansible_version").and_then(|version| version.get_attr("full").ok());
    let facility = variable("ansible_syslog_facility").map(|value| value.to_string());
    let told = json!({
        "check_mode": call.dry,
        "no_log": wish.no_log,
        "debug": false,
        "diff": wish.diff,
        "verbosity": settings.verbosity,
        "version": version.map(|version| version.to_string()),
        "module_name": call.step.task.action.name.as_str(),
        "syslog_facility": facility.unwrap_or_else(|| "LOG_USER".to_owned()),
        "selinux_special_fs": SPECIAL_FILE_SYSTEMS,
        "socket": null,
        "shell_executable": "/bin/sh",
        "keep_remote_files": false,
        "tmpdir": null,
        "remote_tmp": "~/.ansible/tmp",
        "ignore_unknown_opts": false,
        "target_log_info": null,
        "tracebacks_for": [],
    });
    let told = told.as_object().cloned().unwrap_or_default();
    told.into_iter()
        .map(|(name, value)| (format!("_ansible_{name}"), value))
        .collect()
}

/// Arguments as `name=value` words, which a shell can read. The agent adds the directory for temporary files.
pub(super) fn words(arguments: &Object) -> String {
    let given = arguments
        .iter()
        .filter(|(name, _)| *name != "_ansible_tmpdir");
    given
        .map(|(name, value)| format!("{name}={} ", word(value)))
        .collect()
}

/// A value as Python writes it, quoted for a shell.
fn word(value: &Value) -> String {
    let text = template::display(&template::from_json(value));
    // A shell has no word with a NUL.
    let text = text.replace('\0', "");
    shlex::try_quote(&text).map_or_else(|_| String::new(), |word| word.into_owned())
}

/// The module with its arguments in the places that it marks.
pub(super) fn within(content: &[u8], arguments: &Object) -> Vec<u8> {
    let json = Value::Object(arguments.clone()).to_string();
    let literal = format!("b{}", Value::from(json.as_str()));
    let version = arguments
        .get("_ansible_version")
        .cloned()
        .unwrap_or_default();
    let file_systems = SPECIAL_FILE_SYSTEMS.join(",");
    let facility = arguments
        .get("_ansible_syslog_facility")
        .and_then(Value::as_str);
    let facility = format!("syslog.{}", facility.unwrap_or("LOG_USER"));
    [
        ("\"<<ANSIBLE_VERSION>>\"", version.to_string()),
        ("\"<<INCLUDE_ANSIBLE_MODULE_COMPLEX_ARGS>>\"", literal),
        ("<<SELINUX_SPECIAL_FILESYSTEMS>>", file_systems),
        (ARGUMENTS_MARK, json),
        ("syslog.LOG_USER", facility),
    ]
    .into_iter()
    .fold(content.to_vec(), |text, (mark, by)| {
        replaced(&text, mark.as_bytes(), by.as_bytes())
    })
}

fn replaced(text: &[u8], mark: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(by);
        rest = &rest[at + mark.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn words_are_python_s_for_a_shell() {
        let arguments = object(
            json!({"a": "it's", "b": true, "c": null, "d": [1, "x"], "_ansible_tmpdir": null}),
        );
        assert_eq!(words(&arguments), r#"a="it's" b=True c=None d="[1, 'x']" "#);
    }

    #[test]
    fn marks_are_replaced_where_they_stand() {
        let content =
            b"\xff a = '''<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>''' <<SELINUX_SPECIAL_FILESYSTEMS>>";
        let text = within(content, &object(json!({"a": 1})));
        assert_eq!(
            text,
            b"\xff a = '''{\"a\":1}''' fuse,nfs,vboxsf,ramfs,9p,vfat"
        );
    }
}
