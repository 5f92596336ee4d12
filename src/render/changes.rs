use {
    super::{Masked, Render},
    crate::event::{Event, Status},
    std::{
        collections::BTreeMap,
        io,
        sync::{Arc, Mutex, PoisonError},
    },
};

/// Keeps what changed in a run, a line each. Clones share what they know.
#[derive(Clone, Default)]
pub struct Changes {
    lines: Arc<Mutex<Vec<String>>>,
    steps: BTreeMap<u64, String>,
}

impl Changes {
    /// Step, place and host of every change so far, in the order in which they happened.
    pub fn lines(&self) -> Vec<String> {
        // A thread that panicked left whole lines.
        let lines = self.lines.lock();
        lines.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::PlayStarted { .. } => self.steps.clear(),
            Event::TaskStarted {
                task, name, place, ..
            } => {
                let step = format!("{name} ({place})");
                self.steps.insert(*task, step);
            }
            Event::HostFinished { task, host, result } if result.status == Status::Changed => {
                let step = self.steps.get(task).map_or("", String::as_str);
                let line = format!("{step}: {host}");
                let lines = self.lines.lock();
                lines.unwrap_or_else(PoisonError::into_inner).push(line);
            }
            _ => {}
        }
    }
}

impl Render for Changes {
    fn show(&mut self, event: &Masked) {
        self.take(event);
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            event::Kind,
            render::recording::{done, finished},
        },
    };

    #[test]
    fn names_the_step_and_the_host() {
        let mut changes = Changes::default();
        let shared = changes.clone();
        changes.take(&Event::TaskStarted {
            task: 0,
            kind: Kind::Task,
            name: "write".to_owned(),
            place: "a.yml:3:5".to_owned(),
            hosts: Vec::new(),
        });
        changes.take(&done("web1", finished(Status::Ok, "copy")));
        changes.take(&done("web2", finished(Status::Changed, "copy")));
        assert_eq!(shared.lines(), ["write (a.yml:3:5): web2"]);
    }
}
