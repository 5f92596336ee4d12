use {
    crate::{
        check::{Definition, PlayTrace},
        source::{Kind, MASK, Place},
        template,
        variable::Level,
    },
    serde_json::{Value, json},
    std::path::{Path, PathBuf},
};

/// The most characters of a value that a table shows.
const MOST: usize = 60;

/// What was asked, and what was found.
pub(super) struct Question<'a> {
    pub(super) variable: &'a str,
    pub(super) host: &'a str,
    pub(super) traces: &'a [PlayTrace],
}

impl Question<'_> {
    /// For people.
    pub(super) fn human(&self) -> String {
        let parts: Vec<String> = self.traces.iter().map(|trace| self.play(trace)).collect();
        parts.join("\n")
    }

    fn play(&self, trace: &PlayTrace) -> String {
        let mut text = format!("{} of {} {}\n", self.variable, self.host, outcome(trace));
        if let Some((name, place)) = &trace.play {
            text += &format!("in the play `{name}` ({})\n", at(place));
        }
        let (part, whole): (Vec<_>, Vec<_>) =
            trace.definitions.iter().partition(|one| one.only.is_some());
        let winner = trace.winner();
        let row = |one: &&Definition| {
            let wins = winner.is_some_and(|winner| std::ptr::eq(*one, winner));
            let mark = if wins { ">" } else { " " };
            let note = one
                .owner
                .iter()
                .chain(&one.only)
                .cloned()
                .collect::<Vec<_>>();
            [
                format!("{mark} {}", one.level.name()),
                match one.level {
                    Level::Magic => "set by farcast".to_owned(),
                    _ => at(&one.place),
                },
                shown(one),
                note.join(", "),
            ]
        };
        for (title, definitions) in [
            ("Defined, weakest first:", whole),
            ("Defined for a part of the play, which wins there:", part),
        ] {
            if !definitions.is_empty() {
                text += &format!("\n{title}\n");
                text += &table(&definitions.iter().map(row).collect::<Vec<_>>());
            }
        }
        if !trace.readers.is_empty() {
            text += "\nRead by:\n";
            let rows = trace.readers.iter();
            let rows: Vec<_> = rows
                .map(|reader| [format!("  {}", at(&reader.place)), reader.what.clone()])
                .collect();
            text += &table(&rows);
        }
        text
    }

    /// For programs: one object a line.
    pub(super) fn jsonl(&self) -> String {
        let mut lines = Vec::new();
        for trace in self.traces {
            let play = trace.play.as_ref().map(|(name, _)| name.as_str());
            let winner = trace.winner();
            let (value, error) = match &trace.value {
                Ok(Some(_)) if is_secret(winner) => (json!(MASK), None),
                Ok(Some(value)) => (template::to_json(value), None),
                Ok(None) => (Value::Null, None),
                Err(error) => (Value::Null, Some(error.message.as_str())),
            };
            lines.push(json!({
                "kind": "value", "variable": self.variable, "host": self.host, "play": play,
                "defined": !trace.definitions.is_empty(), "value": value, "error": error,
            }));
            for one in &trace.definitions {
                let wins = winner.is_some_and(|winner| std::ptr::eq(one, winner));
                lines.push(placed(
                    &one.place,
                    json!({
                        "kind": "definition", "play": play, "level": one.level.name(), "wins": wins,
                        "text": one.node.is_some().then(|| shown(one)), "owner": one.owner,
                        "only": one.only,
                    }),
                ));
            }
            for reader in &trace.readers {
                let reading = json!({"kind": "reader", "play": play, "what": reader.what});
                lines.push(placed(&reader.place, reading));
            }
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// What the variable is, in a few words.
fn outcome(trace: &PlayTrace) -> String {
    match &trace.value {
        Ok(Some(_)) if is_secret(trace.winner()) => format!("is {MASK}"),
        Ok(Some(value)) => format!("is {}", cut(&template::to_json(value).to_string())),
        Ok(None) if trace.definitions.is_empty() => "is not defined".to_owned(),
        Ok(None) => "is not defined before the play begins".to_owned(),
        Err(error) => format!("cannot be told: {}", error.message),
    }
}

fn is_secret(definition: Option<&Definition>) -> bool {
    definition.is_some_and(|one| {
        let vaulted = one
            .node
            .as_ref()
            .is_some_and(|node| matches!(node.kind, Kind::Vault(_)));
        vaulted || one.place.file().is_confidential()
    })
}

/// The value as it is written.
fn shown(definition: &Definition) -> String {
    match &definition.node {
        None => String::new(),
        Some(_) if is_secret(Some(definition)) => MASK.to_owned(),
        Some(node) => cut(node.place.shown()),
    }
}

/// The first line, and not too much of it.
fn cut(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_none() && first.chars().count() <= MOST {
        return first.to_owned();
    }
    let begin: String = first.chars().take(MOST - 1).collect();
    format!("{begin}…")
}

/// `file:line:column`, from here where the file is below.
fn at(place: &Place) -> String {
    let path = near(place.path());
    format!("{}:{}:{}", path.display(), place.line(), place.column())
}

fn near(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let near = here.and_then(|here| Some(path.strip_prefix(here).ok()?.to_owned()));
    near.unwrap_or_else(|| path.to_owned())
}

fn placed(place: &Place, mut line: Value) -> Value {
    line["file"] = near(place.path()).display().to_string().into();
    line["line"] = place.line().into();
    line["column"] = place.column().into();
    line
}

/// Rows with their columns in line.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(unicode_width::UnicodeWidthStr::width(cell.as_str()));
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            let fill = width - unicode_width::UnicodeWidthStr::width(cell.as_str());
            format!("{cell}{}  ", " ".repeat(fill))
        });
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(line).collect()
}
