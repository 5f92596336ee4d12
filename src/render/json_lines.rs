use {
    super::{Masked, Render, timestamp::timestamp},
    crate::event::Event,
    serde_json::{Map, Value},
    std::{
        io::{self, Write},
        time::SystemTime,
    },
};

/// Writes each event as one line of JSON, with its time and a number that counts up from 1. `docs/events.md` describes the lines.
pub struct JsonLines<W> {
    writer: W,
    clock: fn() -> SystemTime,
    sequence: u64,
    /// The first failure; nothing is written after it.
    failure: Option<io::Error>,
}

impl<W: Write> JsonLines<W> {
    pub fn new(writer: W) -> Self {
        Self::with_clock(writer, SystemTime::now)
    }

    /// Takes what tells the time.
    pub fn with_clock(writer: W, clock: fn() -> SystemTime) -> Self {
        Self {
            writer,
            clock,
            sequence: 0,
            failure: None,
        }
    }

    /// Writes an event of an earlier run again, with the time that it had. Its secrets were masked when it was written first.
    pub fn repeat(&mut self, time: &str, event: &Event) {
        if self.failure.is_none() {
            self.sequence += 1;
            self.failure = self.write(time.to_owned(), event).err();
        }
    }

    fn write(&mut self, time: String, event: &Event) -> io::Result<()> {
        let mut line = Map::new();
        line.insert("time".to_owned(), time.into());
        line.insert("sequence".to_owned(), self.sequence.into());
        if let Value::Object(fields) = serde_json::to_value(event)? {
            line.extend(fields);
        }
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

impl<W: Write + Send> Render for JsonLines<W> {
    fn show(&mut self, event: &Masked) {
        self.repeat(&timestamp((self.clock)()), event);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::render::recording::{play, samples, shown},
        std::time::UNIX_EPOCH,
    };

    fn lines(events: &[Event]) -> String {
        shown(|paper| JsonLines::with_clock(paper, || UNIX_EPOCH), events)
    }

    #[test]
    fn one_line_an_event_in_order() {
        let events = [play("a\nb", &["web1"]), play("c", &[])];
        insta::assert_snapshot!(lines(&events), @r#"
        {"time":"1970-01-01T00:00:00.000Z","sequence":1,"event":"play_started","name":"a\nb","strategy":"linear","hosts":["web1"]}
        {"time":"1970-01-01T00:00:00.000Z","sequence":2,"event":"play_started","name":"c","strategy":"linear","hosts":[]}
        "#);
    }

    #[test]
    fn a_line_reads_back_as_its_event() {
        for event in samples() {
            let read = serde_json::from_str::<Event>(&lines(std::slice::from_ref(&event)));
            assert_eq!(read.unwrap(), event);
        }
    }

    #[test]
    fn the_document_names_every_kind_and_every_field() {
        let document = include_str!("../../docs/events.md");
        for line in lines(&samples()).lines() {
            let fields = serde_json::from_str::<Map<String, Value>>(line).unwrap();
            let kind = fields["event"].as_str().unwrap();
            assert!(Event::KINDS.contains(&kind), "{kind}");
            let row = document
                .lines()
                .find(|row| row.starts_with(&format!("| `{kind}` |")));
            let row = row.unwrap_or_else(|| panic!("docs/events.md has no row for {kind}"));
            for field in fields
                .keys()
                .filter(|key| !["time", "sequence", "event"].contains(&key.as_str()))
            {
                assert!(row.contains(&format!("`{field}`")), "{kind}: {field}");
            }
            let result = fields.get("result").and_then(Value::as_object);
            for field in result.into_iter().flat_map(Map::keys) {
                assert!(
                    document.contains(&format!("| `{field}` |")),
                    "result: {field}"
                );
            }
        }
    }
}
