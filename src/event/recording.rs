use {
    super::Event,
    serde::Deserialize,
    std::{
        io::{self, BufRead},
        path::{Path, PathBuf},
    },
};

/// Reads the lines of an event file one by one, so that a file of any length takes the memory of one line.
pub struct Recording<R> {
    reader: R,
    path: PathBuf,
    /// How many lines were read.
    number: u64,
    /// The `sequence` of the line before.
    sequence: u64,
}

/// One line of an event file.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When it happened, as it is written.
    pub time: String,
    /// So many events before it are not in the file.
    pub missing: u64,
    /// None is of a kind that this version does not know.
    pub event: Option<Event>,
}

/// What a file says next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Line(Box<Line>),
    /// The last line was not written to its end.
    Torn,
    /// Nothing more.
    End,
}

/// A file is no event file.
#[derive(Debug, thiserror::Error)]
pub enum BadRecording {
    #[error("{}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{}:{line}: no event, as --events and --format jsonl write them: {reason}", path.display())]
    NoEvent {
        path: PathBuf,
        line: u64,
        reason: serde_json::Error,
    },
    #[error("{}:{line}: another run begins here; a file is to hold one", path.display())]
    AnotherRun { path: PathBuf, line: u64 },
}

/// What every line says, whatever its kind.
#[derive(Deserialize)]
struct Head {
    time: String,
    sequence: u64,
    event: String,
}

impl<R: BufRead> Recording<R> {
    /// Takes where the file's text comes from, and its path for messages.
    pub fn new(reader: R, path: &Path) -> Self {
        Self {
            reader,
            path: path.to_owned(),
            number: 0,
            sequence: 0,
        }
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// The file cannot be read, a line in its middle is no event, or a second run begins.
    pub fn next_line(&mut self) -> Result<Next, BadRecording> {
        let mut text = Vec::new();
        let read = self.reader.read_until(b'\n', &mut text);
        read.map_err(|reason| BadRecording::Unreadable {
            path: self.path.clone(),
            reason,
        })?;
        match text.last() {
            None => return Ok(Next::End),
            Some(b'\n') => self.number += 1,
            Some(_) => return Ok(Next::Torn),
        }
        let head: Head = serde_json::from_slice(&text).map_err(|reason| BadRecording::NoEvent {
            path: self.path.clone(),
            line: self.number,
            reason,
        })?;
        Ok(Next::Line(Box::new(Line {
            missing: self.count(head.sequence)?,
            event: self.event(&head.event, &text)?,
            time: head.time,
        })))
    }

    /// How many events are missing before the one of this number.
    fn count(&mut self, found: u64) -> Result<u64, BadRecording> {
        let expected = self.sequence + 1;
        self.sequence = found;
        found
            .checked_sub(expected)
            .ok_or_else(|| BadRecording::AnotherRun {
                path: self.path.clone(),
                line: self.number,
            })
    }

    /// The event of a line; none where its kind is not known.
    fn event(&self, kind: &str, text: &[u8]) -> Result<Option<Event>, BadRecording> {
        match serde_json::from_slice(text) {
            Ok(event) => Ok(Some(event)),
            Err(_) if !Event::KINDS.contains(&kind) => Ok(None),
            Err(reason) => Err(BadRecording::NoEvent {
                path: self.path.clone(),
                line: self.number,
                reason,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(recording: &mut Recording<&[u8]>) -> Next {
        recording.next_line().unwrap()
    }

    fn recording(text: &str) -> Recording<&[u8]> {
        Recording::new(text.as_bytes(), Path::new("a.jsonl"))
    }

    const FIRST: &str =
        r#"{"time":"t1","sequence":1,"event":"warning","message":"m","place":null}"#;

    #[test]
    fn reads_lines_and_passes_over_kinds_that_it_does_not_know() {
        let text =
            format!("{FIRST}\n{{\"time\":\"t2\",\"sequence\":2,\"event\":\"new\",\"x\":1}}\n");
        let mut recording = recording(&text);
        let Next::Line(line) = next(&mut recording) else {
            panic!("a line");
        };
        assert_eq!(line.time, "t1");
        assert!(matches!(line.event, Some(Event::Warning { .. })));
        let unknown = Line {
            time: "t2".to_owned(),
            missing: 0,
            event: None,
        };
        assert_eq!(next(&mut recording), Next::Line(Box::new(unknown)));
        assert_eq!(next(&mut recording), Next::End);
    }

    #[test]
    fn a_line_without_its_end_is_torn() {
        let mut recording = recording(&FIRST[..20]);
        assert_eq!(next(&mut recording), Next::Torn);
    }

    #[test]
    fn says_where_a_file_is_no_event_file() {
        let message = |text: &str| {
            let mut recording = recording(text);
            loop {
                match recording.next_line() {
                    Ok(Next::Line(_)) => {}
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => return error.to_string(),
                }
            }
        };
        let no_event = message(&format!("{FIRST}\nhello\n"));
        assert!(
            no_event.starts_with("a.jsonl:2: no event, as --events"),
            "{no_event}"
        );
        let broken = message(&format!("{}\n", FIRST.replace("\"message\"", "\"other\"")));
        assert!(broken.starts_with("a.jsonl:1: no event"), "{broken}");
    }

    #[test]
    fn says_how_many_events_are_missing() {
        let text = format!("{FIRST}\n{}\n{FIRST}\n", FIRST.replace(":1,", ":5,"));
        let mut recording = recording(&text);
        let missing = [next(&mut recording), next(&mut recording)].map(|next| match next {
            Next::Line(line) => line.missing,
            other => panic!("{other:?}"),
        });
        assert_eq!(missing, [0, 3]);
        assert_eq!(
            recording.next_line().unwrap_err().to_string(),
            "a.jsonl:3: another run begins here; a file is to hold one"
        );
    }
}
