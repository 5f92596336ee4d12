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
            run,
            &self.runner.contents,
            &mut hearing,
            &signal,
        );
        let answer = deadline.watch(self.runner, running).await;
        let late = limit.filter(|_| deadline.has_passed());
        match answer {
            Ok(outcomes) => {
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

    /// No answer: the host is unreachable, unless a dry run asked for a user that is yet to be made.
    fn silent(&self, item: &Item<'_>, silence: &super::pool::Silence) -> Ending {
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
        let HostStep { runner, number, .. } = self.step;
        let host = self.step.scope.host();
        let begin = || runner.underway.begin(*number, host, Instant::now());
        self.stay.get_or_insert_with(begin);
    }

    fn output(&mut self, _: u64, item: usize, stream: Stream, text: &str) {
        if self.step.censored() {
            return;
        }
        self.step.runner.sink.tell(Event::Output {
            task: self.step.number,
            host: self.step.scope.host().to_owned(),
            item: self.labels.get(item).cloned().flatten(),
            stream,
            text: text.to_owned(),
        });
    }

    fn content(&mut self, _: u64, bytes: &[u8], _: bool) {
        self.bytes.get_or_insert_default().extend_from_slice(bytes);
    }

    fn outcome(&mut self, _: u64, _: usize, _: &Outcome) {}
}
