use {
    super::{
        Label, Screen, Style, epilogue::epilogue, failure_log::FailureLog, printable::on_one_line,
        task_log::TaskLog,
    },
    crate::event::{Event, Status},
    std::{
        collections::HashSet,
        io::{self, Write},
    },
};

/// Shows only what a run came to: its warnings, then the recap with the causes of failures.
pub struct Closing<W> {
    screen: Screen<W>,
    dry: bool,
    tasks: TaskLog,
    failures: FailureLog,
    /// Warnings that were shown, so that each is shown once.
    warned: HashSet<String>,
}

impl<W: Write> Closing<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            screen: Screen::new(writer, style),
            dry: false,
            tasks: TaskLog::default(),
            failures: FailureLog::default(),
            warned: HashSet::new(),
        }
    }

    /// Shows an event, whose secrets must be masked.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { dry, .. } => self.dry = *dry,
            Event::PlayStarted { .. } => self.tasks.clear(),
            Event::TaskStarted {
                task,
                kind,
                name,
                place,
                ..
            } => self.tasks.begin(*task, *kind, name, place),
            Event::ItemFinished {
                task,
                host,
                item,
                result,
            } if is_bad(result.status) => {
                let task = self.tasks.task(*task);
                let item = on_one_line(item);
                self.failures
                    .item(host, &task.name, &task.place, &item, result);
            }
            Event::HostFinished { task, host, result } => {
                let task = self.tasks.task(*task);
                self.failures.host(host, &task.name, &task.place, result);
            }
            Event::Warning { message, place } => self.warn(message, place.as_deref()),
            Event::RunFinished(recap) => {
                epilogue(&mut self.screen, recap, &self.failures, self.dry);
                self.screen.flush();
            }
            _ => {}
        }
    }

    /// Hands on what is left and gives the first failure to write that there was.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.screen.finish()
    }

    fn warn(&mut self, message: &str, place: Option<&str>) {
        let place = place.map(|place| format!("\n    place: {}", on_one_line(place)));
        let message = message.trim_end().replace('\n', "\n    ");
        let text = format!("[WARNING]: {message}{}", place.unwrap_or_default());
        if !self.warned.contains(&text) {
            self.screen.line(Label::Warning, &text);
            self.warned.insert(text);
        }
    }
}

fn is_bad(status: Status) -> bool {
    matches!(status, Status::Failed | Status::Unreachable)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            event::Tally,
            render::recording::{
                Paper, done, ended, failed, finished, numbered, play, started, task,
            },
        },
        serde_json::json,
    };

    #[test]
    fn shows_warnings_once_and_the_end() {
        let warning = Event::Warning {
            message: "look out".to_owned(),
            place: None,
        };
        let events = [
            started(false),
            warning.clone(),
            play("First", &["web1", "web2"]),
            task("Install", &["web1", "web2"]),
            done("web1", failed("it broke", json!({"rc": 1}))),
            done("web2", finished(Status::Changed, "apt")),
            warning,
            ended(&[
                (
                    "web1",
                    Tally {
                        failed: 1,
                        ..Tally::default()
                    },
                ),
                (
                    "web2",
                    Tally {
                        ok: 1,
                        changed: 1,
                        ..Tally::default()
                    },
                ),
            ]),
        ];
        let paper = Paper::default();
        let mut closing = Closing::new(paper.clone(), Style::default());
        numbered(&events)
            .iter()
            .for_each(|event| closing.take(event));
        closing.finish().unwrap();
        insta::assert_snapshot!(paper.text(), @r#"
        [WARNING]: look out

        PLAY RECAP *********************************************************************
        web1                       : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   
        web2                       : ok=1    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0   

        FAILED on web1: [Install] at site.yml:7:5
            it broke
        "#);
    }
}
