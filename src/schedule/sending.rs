use {
    super::{
        deadline::Deadline,
        item::{Item, Sending},
        outcome::Ending,
        step::HostStep,
        target::Resolver,
        underway::Stay,
    },
    crate::{
        event::Event,
        transport::{Listener, Unreachable},
        wire::{Outcome, Stream},
    },
    std::time::Instant,
};

impl HostStep<'_> {
    /// Sends what items have ready, as few messages as it takes, and puts how each ended into its place.
    pub(super) async fn send_all(
        &self,
        items: &[Item<'_>],
        mut waiting: Vec<(usize, Sending)>,
        endings: &mut [Ending],
    ) {
        while let Some((_, first)) = waiting.first() {
            let like = (
                first.delegated.clone(),
                first.remote.module,
                first.remote.keep.is_some(),
            );
            let mut batch = Vec::new();
            let mut rest = Vec::new();
            for (index, sending) in waiting {
                let same = (sending.delegated.clone(), sending.remote.module, false) == like
                    && batch.first().is_none_or(|(_, one): &(usize, Sending)| {
                        one.environment == sending.environment
                    });
                if same || batch.is_empty() {
                    batch.push((index, sending));
                } else {
                    rest.push((index, sending));
                }
            }
            let indices: Vec<_> = batch.iter().map(|(index, _)| *index).collect();
            let batch_items: Vec<_> = indices.iter().map(|index| &items[*index]).collect();
            let sendings = batch.into_iter().map(|(_, sending)| sending).collect();
            let answers = self.send(&batch_items, sendings).await;
            for (index, ending) in indices.into_iter().zip(answers) {
                endings[index] = ending;
            }
            waiting = rest;
        }
    }

    /// Sends modules that differ only in their arguments as one message, and gives how each ended.
    pub(super) async fn send(
        &self,
        items: &[&Item<'_>],
        mut sendings: Vec<Sending>,
    ) -> Vec<Ending> {
        let Some(first) = items.first() else {
            return Vec::new();
        };
        let args = sendings
            .iter_mut()
            .map(|sending| std::mem::take(&mut sending.remote.args))
            .collect();
        let resolver = Resolver {
            scope: &sendings[0].host,
            login: &self.runner.options.login,
            place: &self.step.task.place,
        };
        let connection = resolver
            .target()
            .and_then(|target| Ok((target, resolver.becomes()?)));
        let (target, becoming) = match connection {
            Ok(connection) => connection,
            Err(problem) => {
                return items
                    .iter()
                    .map(|item| Ending::fault(item.module(), &problem))
                    .collect();
            }
        };
        let run = first.request(&sendings[0], args);
        let mut hearing = Hearing {
            step: self,
            labels: items.iter().map(|item| item.label.clone()).collect(),
            bytes: None,
            stay: None,
        };
        let limit = sendings[0].timeout;
        let deadline = Deadline::new(limit, items.len());
        let signal = deadline.signal();
        let running = self.runner.connections.run(
            &target,
            becoming.as_ref(),
            vec![run],
            &self.runner.contents,
            &mut hearing,
            &signal,
        );
        let answer = deadline.watch(self.runner, running).await;
        let late = limit.filter(|_| deadline.has_passed());
        match answer {
            Ok(ran) => {
                let outcomes = ran.outcomes.into_iter().flatten();
                let bytes = &mut hearing.bytes;
                let each = items.iter().zip(&sendings).zip(outcomes);
                each.map(|((item, sending), outcome)| match late {
                    Some(seconds) if outcome.failed => Ending::timed_out(item.module(), seconds),
                    _ => item.answered(sending, outcome, bytes.take()),
                })
                .collect()
            }
            Err(silence) => items
                .iter()
                .map(|item| match late {
                    Some(seconds) => Ending::timed_out(item.module(), seconds),
                    None => self.silent(item, &silence),
                })
                .collect(),
        }
    }

    /// The host is at work on the step as long as what this gives is held.
    pub(super) fn stay(&self) -> Stay<'_> {
        let host = self.scope.host();
        self.runner
            .underway
            .begin(self.number, host, Instant::now())
    }

    /// Tells of a piece of a running module's output.
    pub(super) fn tell_output(&self, label: Option<&String>, stream: Stream, text: &str) {
        if self.censored() {
            return;
        }
        self.runner.sink.tell(Event::Output {
            task: self.number,
            host: self.scope.host().to_owned(),
            item: label.cloned(),
            stream,
            text: text.to_owned(),
        });
    }

    /// No answer: the host is unreachable, unless a dry run asked for a user that is yet to be made.
    pub(super) fn silent(&self, item: &Item<'_>, silence: &super::pool::Silence) -> Ending {
        if let (true, super::pool::Silence::Unreachable(why @ Unreachable::NoSuchUser { .. })) =
            (item.dry(), silence)
        {
            let outcome = Outcome {
                unknown: Some(why.to_string()),
                ..Outcome::default()
            };
            return Ending::of(item.module(), outcome);
        }
        Ending::unreachable(item.module(), silence)
    }
}

/// Hears a step's output and the bytes it hands over.
struct Hearing<'a> {
    step: &'a HostStep<'a>,
    labels: Vec<Option<String>>,
    bytes: Option<Vec<u8>>,
    stay: Option<Stay<'a>>,
}

impl Listener for Hearing<'_> {
    fn begun(&mut self) {
        self.stay.get_or_insert_with(|| self.step.stay());
    }

    fn output(&mut self, _: u64, item: usize, stream: Stream, text: &str) {
        let label = self.labels.get(item).and_then(Option::as_ref);
        self.step.tell_output(label, stream, text);
    }

    fn content(&mut self, _: u64, bytes: &[u8], _: bool) {
        self.bytes.get_or_insert_default().extend_from_slice(bytes);
    }

    fn outcome(&mut self, _: u64, _: usize, _: &Outcome) {}

    fn passed(&mut self, _: u64) {}
}
