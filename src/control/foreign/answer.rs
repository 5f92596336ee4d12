use {
    super::{notice, object},
    crate::{
        module::foreign::SAID_BY,
        wire::{Diff, Object, Outcome, Side},
    },
    serde_json::Value,
};

/// Reads what a module printed: its outcome, shaped as Ansible shapes it. Takes what the agent tells of the program's end.
pub fn read(name: &str, mut outcome: Outcome) -> Outcome {
    let text = |outcome: &Outcome, name: &str| {
        let value = outcome.data.get(name).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let Some(stdout) = text(&outcome, "stdout") else {
        return not_run(outcome);
    };
    let stderr = text(&outcome, "stderr").unwrap_or_default();
    let rc = outcome.data.get("rc").cloned().unwrap_or_default();
    outcome.data = Object::new();
    outcome.changed = false;
    let answer = json_lines(&stdout).and_then(|(lines, junk)| {
        let answer = serde_json::from_str::<Object>(&lines).map_err(|error| error.to_string())?;
        Ok((answer, junk))
    });
    match answer {
        Ok((answer, junk)) => {
            if let Some(junk) = junk {
                let warning = format!("Module invocation had junk after the JSON data: {junk}");
                outcome.warnings.push(warning);
            }
            told(name, answer, outcome)
        }
        Err(why) => {
            outcome.failed = true;
            outcome.msg = Some(format!("Module result deserialization failed: {why}"));
            outcome.data = object([
                ("module_stdout", stdout.into()),
                ("module_stderr", stderr.into()),
                ("rc", rc),
            ]);
            outcome
        }
    }
}

/// What `async_status` tells of a job, and a module's own answer stands beside.
const OF_JOB: [&str; 4] = ["started", "finished", "ansible_job_id", "results_file"];

/// Reads what the job of such a module came to, where it is one that has ended; any other outcome stays as it is.
pub fn read_job(mut outcome: Outcome) -> Outcome {
    let Some(Value::String(name)) = outcome.data.shift_remove(SAID_BY) else {
        return outcome;
    };
    let told = OF_JOB.iter().filter_map(|name| {
        let value = outcome.data.get(*name)?.clone();
        Some(((*name).to_owned(), value))
    });
    let told: Object = told.collect();
    let stderr = outcome.data.get("stderr").cloned().unwrap_or_default();
    let mut outcome = read(&name, outcome);
    outcome.data.extend(told);
    outcome.data.entry("stdout").or_insert_with(|| "".into());
    outcome.data.entry("stderr").or_insert(stderr);
    outcome
}

/// It could not even be started, or the step was ended; or a dry run does not know.
fn not_run(mut outcome: Outcome) -> Outcome {
    if outcome.failed {
        let stderr = outcome.msg.clone().unwrap_or_default();
        outcome.data.extend(object([
            ("module_stdout", "".into()),
            ("module_stderr", stderr.into()),
            ("rc", 127.into()),
        ]));
    }
    outcome
}

/// The lines from the first that begins an object to the last that ends one, and what is said behind that.
fn json_lines(stdout: &str) -> Result<(String, Option<String>), String> {
    let lines: Vec<&str> = stdout.lines().collect();
    let start = lines.iter().position(|line| line.trim().starts_with('{'));
    let start = start.ok_or("No start of json char found")?;
    let end = lines.iter().rposition(|line| line.trim().ends_with('}'));
    let end = end
        .filter(|end| *end >= start)
        .ok_or("No end of json char found")?;
    let junk = lines[end + 1..].join("\n");
    let junk = (!junk.trim().is_empty()).then_some(junk);
    Ok((lines[start..=end].join("\n"), junk))
}

fn told(name: &str, answer: Object, mut outcome: Outcome) -> Outcome {
    let mut data = answer;
    let own = |value: &Value| {
        matches!(
            value,
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)
        )
    };
    if let Some(results) = data.get("results").filter(|results| own(results)).cloned() {
        data.shift_remove("results");
        data.insert("ansible_module_results".to_owned(), results);
        let warning =
            "Found internal 'results' key in module return, renamed to 'ansible_module_results'.";
        outcome.warnings.push(warning.to_owned());
    }
    let internal =
        |name: &str| name.starts_with("_ansible_") || ["add_host", "add_group"].contains(&name);
    for (name, value) in data.iter().filter(|(name, _)| internal(name)) {
        let warning = format!("Removed unexpected internal key in module return: {name} = {value}");
        outcome.warnings.push(warning);
    }
    data.retain(|name, _| !internal(name));
    notice::exception(&mut data);
    outcome.failed = match data.shift_remove("failed") {
        Some(failed) => truth(&failed),
        None => data.get("rc").is_some_and(|rc| *rc != 0 && *rc != "0"),
    };
    let flag =
        |data: &mut Object, name: &str| data.shift_remove(name).is_some_and(|value| truth(&value));
    outcome.changed = flag(&mut data, "changed");
    outcome.skipped = flag(&mut data, "skipped");
    if let Some(msg) = data.get("msg").and_then(Value::as_str).map(str::to_owned) {
        data.shift_remove("msg");
        outcome.msg = Some(msg);
    }
    if outcome.failed && outcome.msg.is_none() && !data.contains_key("msg") {
        outcome.msg = Some("Task failed: Action failed: Unknown error.".to_owned());
    }
    notice::gather(&mut data, &mut outcome.warnings);
    if let Some(diff) = data.get("diff") {
        outcome.diff = differences(name, diff);
    }
    outcome.data = data;
    outcome
}

/// One difference or a list of them, as Ansible's modules give them.
fn differences(name: &str, diff: &Value) -> Vec<Diff> {
    match diff {
        Value::Array(items) => items
            .iter()
            .flat_map(|diff| differences(name, diff))
            .collect(),
        Value::Object(diff) => difference(name, diff).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn difference(name: &str, diff: &Object) -> Option<Diff> {
    let header = |name: &str| diff.get(name).and_then(Value::as_str);
    let what = header("after_header")
        .or_else(|| header("before_header"))
        .unwrap_or(name);
    if let Some(prepared) = diff.get("prepared") {
        return Some(Diff {
            what: what.to_owned(),
            before: Side::Text(String::new()),
            after: side(Some(prepared)),
        });
    }
    (diff.contains_key("before") || diff.contains_key("after")).then(|| Diff {
        what: what.to_owned(),
        before: side(diff.get("before")),
        after: side(diff.get("after")),
    })
}

fn side(value: Option<&Value>) -> Side {
    match value {
        None | Some(Value::Null) => Side::Absent,
        Some(Value::String(text)) => Side::Text(text.clone()),
        Some(other) => Side::Text(serde_json::to_string_pretty(other).unwrap_or_default() + "\n"),
    }
}

/// As Python takes it: nothing, zero and what is empty are false.
fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    fn answer(stdout: &str) -> Outcome {
        let outcome = Outcome {
            changed: true,
            data: object([
                ("stdout", stdout.into()),
                ("stderr", "err".into()),
                ("rc", 3.into()),
            ]),
            ..Outcome::default()
        };
        read("say", outcome)
    }

    #[test]
    fn noise_around_the_answer_is_cut_off() {
        let outcome = answer("motd\n{\"changed\": true,\n \"msg\": \"done\", \"a\": 1}\nbye\n");
        assert!(outcome.changed && !outcome.failed);
        assert_eq!(outcome.msg.as_deref(), Some("done"));
        assert_eq!(outcome.data["a"], 1);
        assert!(!outcome.data.contains_key("msg"));
        assert_eq!(
            outcome.warnings,
            ["Module invocation had junk after the JSON data: bye"]
        );
    }

    #[test]
    fn what_is_no_answer_fails_with_all_that_was_said() {
        let outcome = answer("no json\n");
        assert!(outcome.failed && !outcome.changed);
        let msg = "Module result deserialization failed: No start of json char found";
        assert_eq!(outcome.msg.as_deref(), Some(msg));
        let said = json!({"module_stdout": "no json\n", "module_stderr": "err", "rc": 3});
        assert_eq!(Value::Object(outcome.data), said);
    }

    #[test]
    fn a_code_fails_where_the_answer_does_not_say() {
        assert!(answer(r#"{"rc": 1}"#).failed);
        assert!(!answer(r#"{"rc": 1, "failed": false}"#).failed);
        assert!(answer(r#"{"failed": "yes", "skipped": 0}"#).failed);
    }

    #[test]
    fn what_a_job_left_is_read_as_an_answer_beside_what_is_told_of_every_job() {
        let left = json!({
            "_said_by": "say", "rc": 4, "stdout": "{\"changed\": true, \"a\": 1}", "stderr": "hm\nhm\n",
            "stdout_lines": [], "stderr_lines": [],
            "started": true, "finished": true, "ansible_job_id": "j1.2", "results_file": "/j/j1.2",
        });
        let left = Outcome {
            data: left.as_object().cloned().unwrap(),
            ..Outcome::default()
        };
        let outcome = read_job(left);
        assert!(outcome.changed && !outcome.failed);
        let told = json!({
            "a": 1, "started": true, "finished": true, "ansible_job_id": "j1.2", "results_file": "/j/j1.2",
            "stdout": "", "stderr": "hm\nhm\n",
        });
        assert_eq!(Value::Object(outcome.data), told);
        let native = Outcome {
            data: object([("stdout", "{}".into())]),
            ..Outcome::default()
        };
        assert_eq!(read_job(native.clone()), native);
    }

    #[test]
    fn summaries_become_what_ansible_registers() {
        let outcome = answer(
            &json!({
                "warnings": ["a", {"event": {"msg": "b", "__ansible_type": "Event"}, "__ansible_type": "WarningSummary"}],
                "deprecations": [{"event": {"msg": "old"}, "version": "9", "deprecator": {
                    "resolved_name": "ansible.legacy.x", "type": {"value": "module"}}}],
                "exception": {"event": {"msg": "kaboom"}, "__ansible_type": "ErrorSummary"},
                "failed": true, "results": {}, "_ansible_x": 1,
            })
            .to_string(),
        );
        assert_eq!(
            outcome.msg.as_deref(),
            Some("Task failed: Module failed: kaboom")
        );
        assert_eq!(outcome.warnings.len(), 5, "{:?}", outcome.warnings);
        let registered = json!({
            "ansible_module_results": {}, "warnings": [outcome.warnings[0], outcome.warnings[1], "a", "b"],
            "deprecations": [{"msg": "old", "version": "9", "collection_name": "ansible.legacy",
                "deprecator": {"resolved_name": "ansible.legacy.x", "type": "module"}}],
        });
        assert_eq!(Value::Object(outcome.data), registered);
    }

    #[test]
    fn differences_are_shown_whatever_their_form() {
        let outcome = answer(
            r#"{"diff": [{"before": {"a": 1}, "after": "b\n", "after_header": "/x"}, {"before": null, "after": ""}]}"#,
        );
        assert_eq!(outcome.diff[0].what, "/x");
        assert_eq!(
            outcome.diff[0].before,
            Side::Text("{\n  \"a\": 1\n}\n".into())
        );
        assert_eq!(outcome.diff[1].before, Side::Absent);
    }
}
