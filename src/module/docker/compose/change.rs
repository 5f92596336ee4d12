use {
    super::{Events, Project},
    crate::{
        act::{Delta, Failure, Host},
        wire::{Diff, Effect, Object, Outcome, Side},
    },
};

/// What would change in a project.
pub struct ComposeChange {
    pub(super) project: Project,
    pub(super) commands: Vec<Vec<String>>,
    pub(super) foreseen: Events,
    pub(super) ignores_builds: bool,
}

impl Delta for ComposeChange {
    fn diff(&self) -> Vec<Diff> {
        let each = self.foreseen.each().into_iter();
        let diffs = each.map(|(what, done)| {
            let side = |word: String| Side::State([("work".to_owned(), word)].into());
            Diff {
                what,
                before: side("none".into()),
                after: side(done),
            }
        });
        diffs.collect()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    fn predicted(&self) -> Object {
        Object::from_iter([("actions".to_owned(), self.foreseen.actions().into())])
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut happened = Events::default();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        for words in &self.commands {
            let finished = host.spawn(&self.project.call(words))?;
            let (events, finished) = self.project.judged(words, finished)?;
            happened.extend(events);
            stdout += &finished.text();
            stderr += &String::from_utf8_lossy(&finished.stderr);
        }
        let mut data = self.project.values(host, &happened)?;
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                data.insert(name.into(), text.into());
            }
        }
        Ok(Outcome {
            changed: happened.changes(self.ignores_builds),
            data,
            ..Outcome::default()
        })
    }
}
