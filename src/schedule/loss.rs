use {
    super::{
        batch::{Batch, Onward},
        outcome::Ending,
        walk::{End, Fate, Walk},
    },
    crate::{
        playbook::Key,
        program::Step,
        template::Value,
        variable::{Scope, Surroundings},
    },
    std::{collections::HashSet, sync::Arc},
};

impl Batch<'_> {
    /// A step failed on a host: its `rescue` takes over, or the host is lost once what runs always has run.
    pub(super) fn fail(&mut self, step: &Arc<Step>, host: &str, ending: &Ending) {
        if self.walk(host).fail() != Fate::Rescued {
            return;
        }
        self.runner.sink.rescued(host);
        let task = Value::from_pairs([
            // Of a task without a name, Ansible's is empty.
            (
                "name",
                Value::from(step.task.keywords.text(Key::Name).unwrap_or_default()),
            ),
            ("action", Value::from(step.task.action.short_name())),
            ("tags", Value::from(step.tags.clone())),
        ]);
        let result = ending.value();
        self.runner.world.remember(host, |memory| {
            memory.set([
                ("ansible_failed_task".to_owned(), task),
                ("ansible_failed_result".to_owned(), result),
            ]);
        });
    }

    /// A failure that is fatal for all: every other host fails at this step, too, and may be rescued.
    pub(super) fn fail_others(&mut self, failed: &[String]) {
        let failed: HashSet<_> = failed.iter().collect();
        for (host, walk) in &mut self.walks {
            if walk.end.is_none() && !failed.contains(&&*host) {
                walk.fail();
            }
        }
    }

    /// Hosts whose way has ended in failure leave the play.
    pub(super) fn settle(&mut self) {
        let context = &self.context;
        let failed: Vec<_> = self
            .walks
            .iter_mut()
            .filter_map(|(host, walk)| {
                (has_failed(walk) && !context.is_lost(host)).then(|| host.clone())
            })
            .collect();
        for host in failed {
            self.lose(&host, End::Failed);
        }
    }

    /// The same for one host, where hosts do not wait for each other.
    pub(super) fn settle_host(&mut self, host: &str) {
        if has_failed(self.walk(host)) && !self.context.is_lost(host) {
            self.lose(host, End::Failed);
        }
    }

    pub(super) fn lose(&mut self, host: &str, end: End) {
        self.context.lose(host);
        self.runner.put_out(host, end);
        let walk = self.walk(host);
        match end {
            End::Unreachable => {
                walk.done();
                walk.park();
            }
            End::Failed | End::Asked => walk.stop(end),
        }
        if self.too_many_lost() {
            self.end_all(End::Failed);
        }
    }

    /// Takes hosts that were lost back into the run. Those that could not be reached go on where they stood; the way of
    /// those that failed is over in this play all the same.
    pub(super) fn forgive(&mut self) {
        for (host, walk) in &mut self.walks {
            self.runner.take_back(host);
            if walk.resume() {
                self.context.recover(host);
                self.forgiven.push(host.clone());
            } else if walk.end == Some(End::Failed) {
                walk.stop(End::Asked);
            }
        }
    }

    /// Whether every host of the batch was lost in it.
    pub(super) fn is_lost(&self) -> bool {
        let lost = |(host, walk): &(String, Walk)| {
            walk.end.is_some_and(|end| end != End::Asked) && !self.absent.contains(host)
        };
        self.walks.iter().all(lost)
    }

    /// `max_fail_percentage`; it means nothing where hosts do not wait for each other.
    fn too_many_lost(&self) -> bool {
        if !self.strategy.keeps_step() {
            return false;
        }
        let Some(limit) = self.max_fail_percentage() else {
            return false;
        };
        let failed = |(host, walk): &&(String, Walk)| {
            walk.end == Some(End::Failed) && !self.absent.contains(host)
        };
        let lost = self.walks.iter().filter(failed).count();
        lost as f64 * 100.0 / self.context.batch.len() as f64 > limit
    }

    fn max_fail_percentage(&self) -> Option<f64> {
        let node = self.program.play.keywords.get(Key::MaxFailPercentage)?;
        let around = Surroundings {
            play: Some(Arc::clone(&self.context)),
            frame: self.context.frame.clone(),
            ..Surroundings::default()
        };
        let world = &self.runner.world;
        let host = self.context.batch.first()?;
        let scope = Scope::new(world, host, around);
        let value = world.engine.node(node, &scope.variables()).ok()?;
        value.to_string().trim_end_matches('%').trim().parse().ok()
    }

    /// Ends the play for every host of the batch.
    pub(super) fn end_all(&mut self, end: End) {
        if end == End::Failed {
            self.onward = Onward::Nothing;
        }
        for (_, walk) in &mut self.walks {
            if walk.end.is_none() {
                walk.stop(end);
            }
        }
    }
}

/// Whether the way is at its end, and that end is a failure.
fn has_failed(walk: &mut Walk) -> bool {
    walk.is_over() && walk.end == Some(End::Failed)
}
