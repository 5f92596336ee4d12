use {
    super::{Condition, condition::Found},
    crate::{
        act::{Delta, Failure, Host},
        wire::{Diff, Effect, Object, Outcome},
    },
    serde_json::Value,
    std::time::{Duration, Instant},
};

/// The waiting that has to be done. It changes nothing.
pub struct Wait {
    pub(super) condition: Condition,
    /// The return values that are known before.
    pub(super) values: Object,
    pub(super) delay: Duration,
    pub(super) timeout: Duration,
    pub(super) sleep: Duration,
    pub(super) msg: Option<String>,
}

impl Wait {
    /// The return values.
    pub(super) fn outcome(&self, found: Found, elapsed: Duration) -> Object {
        let mut values = self.values.clone();
        values.insert("match_groups".into(), found.groups.into());
        values.insert("match_groupdict".into(), Value::Object(found.names));
        values.insert("elapsed".into(), elapsed.as_secs().into());
        values
    }

    fn late(&self, elapsed: Duration) -> Failure {
        let msg = self.msg.clone();
        Failure::Refused {
            msg: msg.unwrap_or_else(|| format!("Timeout when waiting for {}", self.condition)),
            data: Object::from_iter([("elapsed".into(), elapsed.as_secs().into())]),
        }
    }
}

impl Delta for Wait {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn unknown(&self) -> Option<String> {
        Some(format!("would wait for {}", self.condition))
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let start = Instant::now();
        host.pause(self.delay)?;
        loop {
            host.check()?;
            let rest = self.timeout.saturating_sub(start.elapsed());
            if rest.is_zero() {
                break;
            }
            if let Some(found) = self.condition.met(host)? {
                let data = self.outcome(found, start.elapsed());
                return Ok(Outcome {
                    data,
                    ..Outcome::default()
                });
            }
            host.pause(self.condition.interval(self.sleep).min(rest))?;
        }
        match self.condition.is_time() {
            true => Ok(Outcome {
                data: self.outcome(Found::default(), start.elapsed()),
                ..Outcome::default()
            }),
            false => Err(self.late(start.elapsed())),
        }
    }
}
