//! One case: a file that says what a task must do to a host.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// A case, as its file says it. The parts that are playbook language stay text: farcast itself is to read them.
pub struct Case {
    /// `MODULE/CASE`.
    pub name: String,
    /// Its module's directory, whose `files` and `templates` lie beside the playbook.
    pub directory: PathBuf,
    pub plain: Plain,
    sections: BTreeMap<String, String>,
}

/// The parts that the runner reads. The others are read by farcast, from the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Names of sandbox images.
    pub hosts: Vec<String>,
    #[serde(default = "yes")]
    pub r#become: bool,
    #[serde(default)]
    pub gather_facts: bool,
    pub expect: Expect,
    /// Files on the controller, beside the playbook under `files/`.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    #[serde(default, rename = "setup")]
    _setup: IgnoredAny,
    #[serde(rename = "task")]
    _task: IgnoredAny,
    #[serde(default, rename = "verify")]
    _verify: IgnoredAny,
    #[serde(default, rename = "vars")]
    _vars: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What a dry run says: `true`, `false` or `unknown`.
    pub plan_changed: Option<Value>,
    pub changed: Option<bool>,
    /// The task changes something each time it runs.
    #[serde(default)]
    pub again: bool,
    #[serde(default)]
    pub failed: bool,
    /// `/regex/` of the failure's message, or all of it.
    pub message: Option<Value>,
    /// Return values: each a value, or `/regex/`.
    #[serde(default)]
    pub result: BTreeMap<String, Value>,
}

fn yes() -> bool {
    true
}

impl Case {
    /// Reads `root/MODULE/CASE.yaml`.
    ///
    /// # Errors
    /// When it cannot be read or is no case.
    pub fn read(path: &Path) -> Result<Self, String> {
        let say = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| say(&error))?;
        let plain: Plain = serde_yaml::from_str(&text).map_err(|error| say(&error))?;
        let expects = plain.expect.failed || plain.expect.changed.is_some();
        if !expects {
            return Err(say(&"`expect` has neither `changed` nor `failed`"));
        }
        let directory = path.parent().unwrap_or(Path::new(".")).to_owned();
        let word = |part: Option<&std::ffi::OsStr>| {
            part.map(|part| part.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        Ok(Self {
            name: format!("{}/{}", word(directory.file_name()), word(path.file_stem())),
            directory,
            plain,
            sections: sections(&text),
        })
    }

    /// Has this list of tasks, or these variables.
    pub fn has(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// A playbook that runs these parts of the case, in order.
    pub fn playbook(&self, parts: &[&str]) -> String {
        let plain = &self.plain;
        let mut text = format!(
            "- hosts: all\n  gather_facts: {}\n  become: {}\n",
            plain.gather_facts, plain.r#become
        );
        if let Some(vars) = self.sections.get("vars") {
            text += &format!("  vars:\n{}", indented(vars));
        }
        text += "  tasks:\n";
        for part in parts {
            let body = self.sections.get(*part).map_or("", String::as_str);
            let body = flush(body);
            // A task is one item of a list; the others are lists already.
            text += &indented(&if *part == "task" {
                as_item(&body)
            } else {
                body
            });
        }
        text
    }
}

/// The text below each key of the file, by key.
fn sections(text: &str) -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let starts = line.starts_with(|first: char| first.is_ascii_lowercase());
        if let (true, Some((key, rest))) = (starts, line.split_once(':')) {
            let rest = rest.trim();
            let own = if rest.is_empty() {
                String::new()
            } else {
                format!("  {rest}\n")
            };
            sections.insert(key.to_owned(), own);
            current = Some(key.to_owned());
        } else if let Some(section) = current.as_ref().and_then(|key| sections.get_mut(key)) {
            *section += &format!("{line}\n");
        }
    }
    sections
}

/// Without the blanks that stand before the first line, on every line.
fn flush(text: &str) -> String {
    let Some(first) = text.lines().find(is_content) else {
        return String::new();
    };
    let margin = &first[..first.len() - first.trim_start().len()];
    let line = |line: &str| {
        format!(
            "{}\n",
            line.strip_prefix(margin).unwrap_or(line.trim_start())
        )
    };
    text.lines().map(line).collect()
}

/// A mapping's lines as one item of a list.
fn as_item(mapping: &str) -> String {
    let mut lines = mapping.lines().skip_while(|line| !is_content(line));
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| format!("  {line}\n"));
    format!("- {first}\n{}", rest.collect::<String>())
}

fn is_content(line: &&str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.trim().is_empty() {
            "\n".to_owned()
        } else {
            format!("    {line}\n")
        }
    };
    text.lines().map(line).collect()
}
