use {
    crate::{event::Event, wire::Stream},
    std::collections::BTreeMap,
};

/// A line longer than this many bytes is shown in pieces.
const LONGEST: usize = 64 * 1024;

/// Puts the pieces of running output together to whole lines, so that no line (and no secret) is torn apart.
#[derive(Default)]
pub(super) struct OutputLines {
    begun: BTreeMap<Source, String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    task: u64,
    host: String,
    item: Option<String>,
    stderr: bool,
}

impl Source {
    fn output(self, text: String) -> Event {
        Event::Output {
            task: self.task,
            host: self.host,
            item: self.item,
            stream: match self.stderr {
                true => Stream::Stderr,
                false => Stream::Stdout,
            },
            text,
        }
    }
}

impl OutputLines {
    /// The events to show for this one: output only once its line has ended, or the host's step has.
    pub fn whole(&mut self, event: &Event) -> Vec<Event> {
        match event {
            Event::Output {
                task,
                host,
                item,
                stream,
                text,
            } => {
                let source = Source {
                    task: *task,
                    host: host.clone(),
                    item: item.clone(),
                    stderr: *stream == Stream::Stderr,
                };
                self.append(source, text)
            }
            Event::HostFinished { host, .. } => {
                let mut events = self.rest(|source| source.host == *host);
                events.push(event.clone());
                events
            }
            Event::RunFinished(_) => {
                let mut events = self.rest(|_| true);
                events.push(event.clone());
                events
            }
            _ => vec![event.clone()],
        }
    }

    fn append(&mut self, source: Source, text: &str) -> Vec<Event> {
        let mut line = self.begun.remove(&source).unwrap_or_default();
        line.push_str(text);
        let end = match line.rfind(['\n', '\r']) {
            Some(at) => at + 1,
            None if line.len() > LONGEST => line.len(),
            None => 0,
        };
        let rest = line.split_off(end);
        if !rest.is_empty() {
            self.begun.insert(source.clone(), rest);
        }
        match line.is_empty() {
            true => Vec::new(),
            false => vec![source.output(line)],
        }
    }

    fn rest(&mut self, wanted: impl Fn(&Source) -> bool) -> Vec<Event> {
        let ended = self.begun.extract_if(.., |source, _| wanted(source));
        ended.map(|(source, text)| source.output(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            event::Status,
            render::recording::{done, finished, output},
        },
    };

    #[test]
    fn gives_whole_lines_and_the_rest_at_the_end() {
        let mut lines = OutputLines::default();
        let piece = |text| output("web1", Stream::Stdout, text);
        assert_eq!(lines.whole(&piece("a")), []);
        assert_eq!(lines.whole(&output("web1", Stream::Stderr, "e\n")).len(), 1);
        assert_eq!(lines.whole(&piece("b\nc")), [piece("ab\n")]);
        let end = done("web1", finished(Status::Ok, "command"));
        assert_eq!(lines.whole(&end), [piece("c"), end.clone()]);
    }

    #[test]
    fn a_line_without_end_is_not_kept_for_ever() {
        let mut lines = OutputLines::default();
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(lines.whole(&output("web1", Stream::Stdout, &long)).len(), 1);
    }
}
