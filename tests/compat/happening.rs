//! What happened in a run, as lines that both programs' records come to.

use {
    serde_json::{Map, Value},
    std::collections::BTreeMap,
};

/// A line, and the host that it is about where that is one of several whose order does not matter.
pub struct Line {
    text: String,
    host: Option<String>,
}

impl Line {
    fn common(text: String) -> Self {
        Self { text, host: None }
    }

    /// About a host; its label names the one that the step was delegated to, too.
    fn of(label: &str, text: String) -> Self {
        Self {
            host: label.split(" -> ").next().map(str::to_owned),
            text: format!("  {label}: {text}"),
        }
    }

    fn at(host: &str, kind: &str, name: &str) -> Self {
        Self::of(host, format!("at {kind} {name}"))
    }

    fn includes(host: &str, file: &str) -> Self {
        Self::of(host, format!("included {file}"))
    }
}

/// Brings the lines of one step into the order of their hosts: which of them is first is chance.
pub fn ordered(lines: Vec<Line>) -> Vec<String> {
    let mut ordered = Vec::new();
    let mut step: Vec<Line> = Vec::new();
    for line in lines {
        if line.host.is_none() {
            step.sort_by(|one, other| one.host.cmp(&other.host));
            ordered.append(&mut step);
            ordered.push(line);
        } else {
            step.push(line);
        }
    }
    step.sort_by(|one, other| one.host.cmp(&other.host));
    ordered.append(&mut step);
    ordered.into_iter().map(|line| line.text).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The lines of `callback/happenings.py`.
pub fn oracle_happenings(record: &str) -> Vec<Line> {
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("a line of JSON");
    record
        .lines()
        .map(read)
        .map(|line| oracle_line(&line))
        .collect()
}

fn oracle_line(line: &Value) -> Line {
    let field = |index: usize| &line[index];
    match text(field(0)) {
        "result" => Line::of(
            text(field(1)),
            format!("{} {}", text(field(2)), sorted(field(3))),
        ),
        "item" => Line::of(
            text(field(1)),
            format!(
                "({}) {} {}",
                text(field(2)),
                text(field(3)),
                sorted(field(4))
            ),
        ),
        "retry" => Line::of(text(field(1)), format!("retry, {} left", field(2))),
        "recap" => Line::common(format!("recap {} {}", text(field(1)), sorted(field(2)))),
        "stats" => Line::common(format!("stats {}", sorted(field(1)))),
        "at" => Line::at(text(field(1)), text(field(2)), text(field(3))),
        "includes" => Line::includes(text(field(1)), text(field(2))),
        "included" => Line::common(format!("included {} {}", text(field(1)), field(2))),
        kind => Line::common(format!("{kind} {}", text(field(1)))),
    }
}

/// The lines of farcast's events.
pub fn farcast_happenings(record: &str) -> Vec<Line> {
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("a line of JSON");
    let mut paces = Paces::default();
    record
        .lines()
        .map(read)
        .flat_map(|event| paces.lines(&event))
        .collect()
}

/// Hosts that do not wait for each other, each at its step.
#[derive(Default)]
struct Paces {
    free: bool,
    /// Kind and name of each step of the play by its number.
    steps: BTreeMap<u64, (String, String)>,
    at: BTreeMap<String, u64>,
}

impl Paces {
    fn lines(&mut self, event: &Value) -> Vec<Line> {
        let number = event["task"].as_u64().unwrap_or_default();
        match text(&event["event"]) {
            "play_started" => {
                *self = Self::default();
                self.free = event["strategy"] != "linear";
            }
            "task_started" if self.free => {
                let step = (kind(event).to_owned(), text(&event["name"]).to_owned());
                self.steps.insert(number, step);
                return Vec::new();
            }
            "included" if self.free => {
                let hosts = event["hosts"].as_array().into_iter().flatten().map(text);
                let lines = hosts.flat_map(|host| {
                    let mut lines = self.stands(host, number);
                    lines.push(Line::includes(host, text(&event["file"])));
                    lines
                });
                return lines.collect();
            }
            _ => {}
        }
        let mut lines = farcast_lines(event);
        if self.free && number > 0 && !lines.is_empty() {
            lines.splice(0..0, self.stands(text(&event["host"]), number));
        }
        lines
    }

    /// A line where the host has come to another step.
    fn stands(&mut self, host: &str, number: u64) -> Vec<Line> {
        if self.at.insert(host.to_owned(), number) == Some(number) {
            return Vec::new();
        }
        let (kind, name) = &self.steps[&number];
        vec![Line::at(host, kind, name)]
    }
}

fn kind(event: &Value) -> &str {
    match event["kind"] == "handler" {
        true => "handler",
        false => "task",
    }
}

fn farcast_lines(event: &Value) -> Vec<Line> {
    let host = text(&event["host"]);
    match text(&event["event"]) {
        "play_started" => vec![Line::common(format!("play {}", text(&event["name"])))],
        "play_skipped" => vec![
            Line::common(format!("play {}", text(&event["name"]))),
            Line::common("nobody ".to_owned()),
        ],
        "task_started" => {
            vec![Line::common(format!(
                "{} {}",
                kind(event),
                text(&event["name"])
            ))]
        }
        "item_finished" => {
            let result = &event["result"];
            let status = status(result);
            // Ansible tells of an item's failure before it asks whether that is ignored, or what it was.
            let status = if ["ignored", "unreachable"].contains(&status) {
                "failed"
            } else {
                status
            };
            let said = said(result, status);
            vec![Line::of(
                &label(host, result),
                format!("({}) {status} {said}", text(&event["item"])),
            )]
        }
        "host_finished" => finished(host, &event["result"]),
        "retrying" => vec![Line::of(host, format!("retry, {} left", event["left"]))],
        "included" => vec![Line::common(format!(
            "included {} {}",
            text(&event["file"]),
            event["hosts"]
        ))],
        "run_finished" => recap(event),
        _ => Vec::new(),
    }
}

/// The same value, its maps in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map
                .iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

fn label(host: &str, result: &Value) -> String {
    match result["delegated"].as_str() {
        Some(other) => format!("{host} -> {other}"),
        None => host.to_owned(),
    }
}

fn status(result: &Value) -> &str {
    match text(&result["status"]) {
        "failed" | "unreachable" if result["ignored"] == true => "ignored",
        status => status,
    }
}

fn finished(host: &str, result: &Value) -> Vec<Line> {
    let status = status(result);
    let includes = ["include_tasks", "include_role"].contains(&text(&result["module"]));
    if includes && ["ok", "changed"].contains(&status) {
        return Vec::new();
    }
    let said = match result["looped"] == true {
        true => Value::Object(Map::new()),
        false => said(result, status),
    };
    vec![Line::of(&label(host, result), format!("{status} {said}"))]
}

/// What debug, fail and assert say; the words of other steps are each program's own.
fn said(result: &Value, status: &str) -> Value {
    let failed = ["failed", "ignored"].contains(&status);
    let mut said = Map::new();
    match text(&result["module"]) {
        _ if ["skipped", "unreachable"].contains(&status) => {}
        _ if result["censored"] == true => {
            said.insert("censored".to_owned(), true.into());
        }
        "debug" if !failed => {
            said = result["data"].as_object().cloned().unwrap_or_default();
            let around = |name: &String| {
                ["attempts", "failed_when_result", "results"].contains(&name.as_str())
            };
            said.retain(|name, _| !around(name));
        }
        "fail" | "assert" if failed => {
            said.insert("msg".to_owned(), result["msg"].clone());
        }
        _ => {}
    }
    sorted(&Value::Object(said))
}

fn recap(event: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    for pair in event["hosts"].as_array().into_iter().flatten() {
        let mut counts = pair[1].clone();
        if let Some(counts) = counts.as_object_mut() {
            counts.retain(|name, count| name != "unknown" || *count != 0);
        }
        lines.push(Line::common(format!(
            "recap {} {}",
            text(&pair[0]),
            sorted(&counts)
        )));
    }
    lines.push(Line::common(format!("stats {}", sorted(&event["stats"]))));
    lines
}
