use {
    super::values::{message, pretty},
    crate::event::Finished,
    serde_json::Value,
};

const INDENT: &str = "    ";

/// Of a long value so many lines are shown from its beginning and from its end; what matters mostly stands at the end.
const FIRST: usize = 10;
const LAST: usize = 30;

/// Return values that tell why a step failed, in the order in which a person wants them.
const TELLING: [&str; 9] = [
    "assertion",
    "evaluated_to",
    "rc",
    "cmd",
    "stdout",
    "stderr",
    "module_stdout",
    "module_stderr",
    "exception",
];

/// Why a step failed, to be read: the message, then below it, indented, what else tells about it.
pub(super) fn complaint(result: &Finished, place: &str, verbosity: u8) -> String {
    let mut lines = vec![indented(reason(result))];
    if result.censored {
        lines.push(format!("{INDENT}(the rest is hidden by no_log)"));
    } else {
        let blocks = TELLING
            .iter()
            .filter_map(|key| block(key, result, verbosity));
        lines.extend(blocks);
    }
    let place = result.place.as_deref().unwrap_or(place);
    if !place.is_empty() {
        lines.push(format!("{INDENT}place: {place}"));
    }
    if verbosity > 0 && !result.censored {
        lines.extend(others(result, verbosity));
    }
    lines.join("\n")
}

/// The message, or what can be said without one.
pub(super) fn reason(result: &Finished) -> &str {
    message(result).unwrap_or("the module gave no reason")
}

/// The text with all lines but the first indented, so that it cannot pass for lines of ours.
pub(super) fn indented(text: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{INDENT}"))
}

/// One return value: on the line of its name where it fits there, below it otherwise. Nothing where it is empty.
pub(super) fn block(key: &str, result: &Finished, verbosity: u8) -> Option<String> {
    let text = readable(key, result.data.get(key)?)?;
    let text = text.trim_end();
    if !text.contains('\n') {
        return Some(format!("{INDENT}{key}: {text}"));
    }
    let lines = text.lines().collect::<Vec<_>>();
    let shown = match verbosity {
        0 => shortened(&lines),
        _ => lines.join("\n"),
    };
    let below = shown.replace('\n', &format!("\n{INDENT}{INDENT}"));
    Some(format!("{INDENT}{key}:\n{INDENT}{INDENT}{below}"))
}

fn readable(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(words) if key == "cmd" => Some(command_line(words)),
        Value::Array(_) | Value::Object(_) => Some(pretty(value.clone())),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}

/// The words of a command, quoted as a shell would need them: only to be read.
fn command_line(words: &[Value]) -> String {
    let words = words.iter().map(|word| match word {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let words = words.collect::<Vec<_>>();
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

fn shortened(lines: &[&str]) -> String {
    if lines.len() <= FIRST + LAST + 1 {
        return lines.join("\n");
    }
    let left_out = lines.len() - FIRST - LAST;
    let note = format!("… {left_out} lines left out (-v shows them)");
    let (first, last) = (&lines[..FIRST], &lines[lines.len() - LAST..]);
    [first, &[note.as_str()], last].concat().join("\n")
}

fn others(result: &Finished, verbosity: u8) -> Option<String> {
    let mut values = result.data.clone();
    values.retain(|key, _| {
        let told = TELLING.contains(&key.as_str())
            || matches!(key.as_str(), "msg" | "stdout_lines" | "stderr_lines");
        let shown_elsewhere = ["invocation", "diff", "warnings", "deprecations"];
        !told && (!shown_elsewhere.contains(&key.as_str()) || verbosity >= 3)
    });
    if values.is_empty() {
        return None;
    }
    let text = pretty(Value::Object(values)).replace('\n', &format!("\n{INDENT}"));
    Some(format!("{INDENT}more: {text}"))
}

#[cfg(test)]
mod tests {
    use {super::*, crate::render::recording::failed, serde_json::json};

    #[test]
    fn is_read_from_top_to_bottom() {
        let result = failed(
            "non-zero return code\nfatal: [web2]: not a line of ours",
            json!({"stderr": "err", "stdout": "a\nb\n", "rc": 3, "cmd": ["sh", "-c", "echo 'a'"], "start": "now"}),
        );
        insta::assert_snapshot!(complaint(&result, "site.yml:7:5", 0), @r#"
        non-zero return code
            fatal: [web2]: not a line of ours
            rc: 3
            cmd: sh -c "echo 'a'"
            stdout:
                a
                b
            stderr: err
            place: site.yml:7:5
        "#);
        assert!(complaint(&result, "", 1).contains("more: {\n        \"start\": \"now\"\n    }"));
    }

    #[test]
    fn long_output_keeps_its_ends_and_says_so() {
        let stdout = (1..=100).map(|n| format!("{n}\n")).collect::<String>();
        let result = failed("bad", json!({"stdout": stdout}));
        let text = complaint(&result, "", 0);
        assert!(
            text.contains("10\n        … 60 lines left out (-v shows them)\n        71\n"),
            "{text}"
        );
        assert!(text.ends_with("100"));
        assert!(complaint(&result, "", 1).contains("\n        42\n"));
    }

    #[test]
    fn no_log_hides_the_values() {
        let mut result = failed("bad", json!({"stdout": "x y z"}));
        result.censored = true;
        assert!(!complaint(&result, "", 3).contains("x y z"));
    }
}
