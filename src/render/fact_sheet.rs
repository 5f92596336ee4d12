use {
    super::{Masked, Render, complaint::reason, printable::on_one_line, values::pretty},
    crate::event::{Event, Status},
    serde_json::{Map, Value},
    std::io::{self, Write},
};

/// Gives the facts that were gathered as one JSON object, host by host, once all are there; everything else is told apart.
pub struct FactSheet<W, E> {
    writer: W,
    errors: E,
    hosts: Map<String, Value>,
    failure: Option<io::Error>,
}

impl<W: Write, E: Write> FactSheet<W, E> {
    /// Takes where the facts go, and where it is said which hosts have none and why.
    pub fn new(writer: W, errors: E) -> Self {
        Self {
            writer,
            errors,
            hosts: Map::new(),
            failure: None,
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::HostFinished { host, result, .. } => match result.status {
                Status::Ok | Status::Changed => {
                    let facts = result.data.get("ansible_facts");
                    let facts = facts.cloned().unwrap_or_default();
                    self.hosts.insert(host.clone(), facts);
                }
                _ => self.complain(&format!("{host}: {}", reason(result))),
            },
            Event::Warning { message, .. } => self.complain(&format!("[WARNING]: {message}")),
            Event::RunFinished(_) => {
                let hosts = Value::Object(std::mem::take(&mut self.hosts));
                self.failure = writeln!(self.writer, "{}", pretty(hosts)).err();
            }
            _ => {}
        }
    }

    fn complain(&mut self, text: &str) {
        // Nothing is left to do where standard error is closed.
        let _ = writeln!(self.errors, "{}", on_one_line(text));
    }
}

impl<W: Write + Send, E: Write + Send> Render for FactSheet<W, E> {
    fn show(&mut self, event: &Masked) {
        self.take(event);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.failure.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            event::{Finished, Recap},
            render::recording::{done, failed, finished, object, shown},
        },
        serde_json::json,
    };

    #[test]
    fn facts_by_host_and_failures_apart() {
        let facts = Finished {
            data: object(json!({"ansible_facts": {"b": 1, "a": "x"}})),
            ..finished(Status::Ok, "setup")
        };
        let events = [
            done("web1", facts),
            done("web2", failed("no\nhome", json!({}))),
            Event::RunFinished(Recap::default()),
        ];
        let sheet = shown(|paper| FactSheet::new(paper, io::sink()), &events);
        assert_eq!(
            serde_json::from_str::<Value>(&sheet).unwrap(),
            json!({"web1": {"a": "x", "b": 1}})
        );
    }
}
