use {
    serde_json::{Value, json},
    std::collections::BTreeMap,
};

/// Words of Compose for something that it does.
const WORKING: [&str; 10] = [
    "Building",
    "Creating",
    "Killing",
    "Pulling",
    "Recreate",
    "Removing",
    "Restarting",
    "Starting",
    "Stopping",
    "Working",
];

/// Something that Compose says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    /// `container`, `network`, …
    what: String,
    id: String,
    status: String,
}

/// What Compose says of a call, or of what a call would do.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    events: Vec<Event>,
    errors: Vec<String>,
}

impl Events {
    /// Reads Compose's reports: a line each, in JSON or in words.
    pub(super) fn read(text: &str) -> Self {
        let mut events = Self::default();
        for line in text.lines().map(str::trim) {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(said)) => events.take(&said.into()),
                _ => events.take_words(line),
            }
        }
        events
    }

    fn take(&mut self, said: &Value) {
        let text = |key: &str| said[key].as_str().unwrap_or_default();
        if said["error"] == true || said["tail"] == true || text("level") == "error" {
            let words = ["message", "text", "msg"].map(text);
            let words = words.iter().find(|word| !word.is_empty());
            self.errors.extend(words.map(|word| (*word).to_owned()));
            return;
        }
        let status = match text("status") {
            "" | "Working" | "Done" | "Error" => text("text"),
            status => status,
        };
        let status = if status.is_empty() {
            text("status")
        } else {
            status
        };
        self.add(text("id"), status);
    }

    /// `Container web Creating`, after a mark in a dry run.
    fn take_words(&mut self, line: &str) {
        let line = line.strip_prefix("DRY-RUN MODE -").unwrap_or(line).trim();
        if line.to_lowercase().starts_with("error") {
            self.errors.push(line.into());
        } else if let Some((id, status)) = line.rsplit_once(char::is_whitespace) {
            self.add(id.trim(), status);
        }
    }

    fn add(&mut self, id: &str, status: &str) {
        if !WORKING.contains(&status) {
            return;
        }
        let (what, id) = match id.split_once(' ') {
            Some((what, id)) => (what.to_lowercase(), id.trim()),
            None => ("service".to_owned(), id),
        };
        self.events.push(Event {
            what,
            id: id.into(),
            status: status.into(),
        });
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.events.extend(other.events);
        self.errors.extend(other.errors);
    }

    /// Whether anything becomes otherwise: to pull is nothing yet, nor (as is asked for) to build.
    pub(super) fn changes(&self, ignores_builds: bool) -> bool {
        let counts = |event: &Event| match event.status.as_str() {
            "Pulling" | "Working" => false,
            "Building" => !ignores_builds,
            _ => true,
        };
        self.events.iter().any(counts)
    }

    /// What went wrong; empty: nothing.
    pub(super) fn errors(&self) -> String {
        self.errors.join("\n")
    }

    /// As they are returned.
    pub(super) fn actions(&self) -> Vec<Value> {
        let events = self.events.iter();
        events
            .map(|event| json!({"what": event.what, "id": event.id, "status": event.status}))
            .collect()
    }

    /// All that is done to each thing, in order.
    pub(super) fn each(&self) -> BTreeMap<String, String> {
        let mut each: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for event in &self.events {
            let done = each
                .entry(format!("{} {}", event.what, event.id))
                .or_default();
            if !done.contains(&event.status.as_str()) {
                done.push(&event.status);
            }
        }
        let each = each.into_iter();
        each.map(|(what, done)| (what, done.join(", ").to_lowercase()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json_and_words() {
        let json = Events::read(
            r#"{"dry-run":true,"id":"Network p_default","status":"Creating"}
            {"id":"Container p-web-1","text":"Recreate","status":"Working"}
            {"id":"Container p-web-1","status":"Running"}"#,
        );
        let words = Events::read(
            "DRY-RUN MODE -  Network p_default  Creating\n Container p-web-1  Recreate\n Container p-web-1  Running\n",
        );
        assert_eq!(json.events, words.events);
        assert_eq!(json.each()["container p-web-1"], "recreate");
        assert!(json.changes(true));
    }

    #[test]
    fn pulling_alone_is_no_change() {
        let events = Events::read("web Pulling\nweb Pulled\nContainer p-web-1  Running\n");
        assert!(!events.changes(true));
        let events = Events::read(r#"{"error":true,"message":"no such service: x"}"#);
        assert_eq!(events.errors(), "no such service: x");
    }
}
