use {
    crate::{
        event::{Cut, Event, Finished, Recap, Tally},
        wire::{Diff, Object, Side},
    },
    serde_json::Value,
    std::{borrow::Cow, collections::BTreeMap, ops::Deref},
};

/// Hides secrets in text.
pub trait Redactor: Send + Sync {
    /// The text with every secret in it replaced; borrowed where there is none.
    fn mask<'a>(&self, text: &'a str) -> Cow<'a, str>;
}

impl<F> Redactor for F
where
    F: for<'a> Fn(&'a str) -> Cow<'a, str> + Send + Sync,
{
    fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self(text)
    }
}

/// An event in which every string has passed a redactor: the only thing a renderer is ever given.
pub struct Masked(Event);

impl Masked {
    pub fn new(mut event: Event, redactor: &dyn Redactor) -> Self {
        event.hide(redactor);
        Self(event)
    }
}

impl Deref for Masked {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.0
    }
}

/// Masks every string inside. Patterns name all fields, so that a new one cannot be forgotten.
trait Hide {
    fn hide(&mut self, redactor: &dyn Redactor);
}

impl Hide for String {
    fn hide(&mut self, redactor: &dyn Redactor) {
        if let Cow::Owned(masked) = redactor.mask(self) {
            *self = masked;
        }
    }
}

impl<T: Hide> Hide for Option<T> {
    fn hide(&mut self, redactor: &dyn Redactor) {
        self.iter_mut().for_each(|inner| inner.hide(redactor));
    }
}

impl<T: Hide> Hide for Vec<T> {
    fn hide(&mut self, redactor: &dyn Redactor) {
        self.iter_mut().for_each(|inner| inner.hide(redactor));
    }
}

/// The key stays.
impl<T: Hide> Hide for (String, T) {
    fn hide(&mut self, redactor: &dyn Redactor) {
        self.1.hide(redactor);
    }
}

/// Keys stay.
impl<T: Hide> Hide for BTreeMap<String, T> {
    fn hide(&mut self, redactor: &dyn Redactor) {
        self.values_mut().for_each(|inner| inner.hide(redactor));
    }
}

/// Keys stay.
impl Hide for Object {
    fn hide(&mut self, redactor: &dyn Redactor) {
        self.values_mut().for_each(|inner| inner.hide(redactor));
    }
}

impl Hide for Value {
    fn hide(&mut self, redactor: &dyn Redactor) {
        match self {
            Self::String(text) => text.hide(redactor),
            Self::Array(items) => items.hide(redactor),
            Self::Object(object) => object.hide(redactor),
            // A secret made of digits comes back as a number.
            Self::Number(number) => {
                if let Cow::Owned(masked) = redactor.mask(&number.to_string()) {
                    *self = Self::String(masked);
                }
            }
            Self::Null | Self::Bool(_) => {}
        }
    }
}

impl Hide for Side {
    fn hide(&mut self, redactor: &dyn Redactor) {
        match self {
            Self::Text(text) => text.hide(redactor),
            Self::State(state) => state.hide(redactor),
            Self::Absent => {}
            Self::Opaque {
                length: _,
                sha256: _,
            } => {}
        }
    }
}

impl Hide for Diff {
    fn hide(&mut self, redactor: &dyn Redactor) {
        let Self {
            what,
            before,
            after,
        } = self;
        what.hide(redactor);
        before.hide(redactor);
        after.hide(redactor);
    }
}

impl Hide for Finished {
    fn hide(&mut self, redactor: &dyn Redactor) {
        let Self {
            status: _,
            ignored: _,
            looped: _,
            module: _,
            delegated,
            msg,
            data,
            diff,
            warnings,
            censored: _,
            place,
            elapsed: _,
        } = self;
        delegated.hide(redactor);
        msg.hide(redactor);
        data.hide(redactor);
        diff.hide(redactor);
        warnings.hide(redactor);
        place.hide(redactor);
    }
}

impl Hide for Tally {
    fn hide(&mut self, _: &dyn Redactor) {}
}

impl Hide for Cut {
    fn hide(&mut self, redactor: &dyn Redactor) {
        match self {
            Self::Interrupted => {}
            Self::Fault(message) => message.hide(redactor),
        }
    }
}

impl Hide for Recap {
    fn hide(&mut self, redactor: &dyn Redactor) {
        let Self {
            hosts,
            owed,
            interrupted,
            cut_short,
            stats,
            elapsed: _,
        } = self;
        hosts.hide(redactor);
        owed.hide(redactor);
        interrupted.hide(redactor);
        cut_short.hide(redactor);
        stats.hide(redactor);
    }
}

/// The names of hosts stay: they are keys.
impl Hide for Event {
    fn hide(&mut self, redactor: &dyn Redactor) {
        match self {
            Self::RunStarted {
                playbooks,
                dry: _,
                shard: _,
            } => playbooks.hide(redactor),
            Self::PlayStarted {
                name,
                strategy: _,
                hosts: _,
            } => name.hide(redactor),
            Self::PlaySkipped { name, reason } => {
                name.hide(redactor);
                reason.hide(redactor);
            }
            Self::Asked { question } => question.hide(redactor),
            Self::TaskStarted {
                task: _,
                kind: _,
                name,
                place,
                hosts: _,
            } => {
                name.hide(redactor);
                place.hide(redactor);
            }
            Self::Output {
                task: _,
                host: _,
                item,
                stream: _,
                text,
            } => {
                item.hide(redactor);
                text.hide(redactor);
            }
            Self::ItemFinished {
                task: _,
                host: _,
                item,
                result,
            } => {
                item.hide(redactor);
                result.hide(redactor);
            }
            Self::Retrying {
                task: _,
                host: _,
                item,
                attempt: _,
                left: _,
            } => item.hide(redactor),
            Self::Waiting {
                task: _,
                hosts: _,
                seconds: _,
            } => {}
            Self::HostFinished {
                task: _,
                host: _,
                result,
            } => result.hide(redactor),
            Self::Included {
                task: _,
                file,
                hosts: _,
            } => file.hide(redactor),
            Self::Warning { message, place } => {
                message.hide(redactor);
                place.hide(redactor);
            }
            Self::RunFinished(recap) => recap.hide(redactor),
        }
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::render::recording::samples, serde_json::json};

    fn stars(text: &str) -> Cow<'_, str> {
        match text.contains("s3cret") {
            true => Cow::Owned(text.replace("s3cret", "********")),
            false => Cow::Borrowed(text),
        }
    }

    /// Puts the secret into every string that is no key and no name of a host.
    fn poison(value: &mut Value, key: &str) {
        let kept = [
            "event", "kind", "strategy", "status", "stream", "module", "host", "hosts", "sha256",
            "shard",
        ];
        match value {
            Value::String(text) if !kept.contains(&key) => text.push_str(" s3cret"),
            Value::Array(items) => items.iter_mut().for_each(|item| poison(item, key)),
            Value::Object(object) => object.iter_mut().for_each(|(key, value)| {
                if !(key == "before" || key == "after") || value.is_object() {
                    poison(value, key);
                }
            }),
            _ => {}
        }
    }

    #[test]
    fn no_string_of_any_event_escapes() {
        for event in samples() {
            let mut value = serde_json::to_value(&event).unwrap();
            poison(&mut value, "");
            let poisoned = serde_json::from_value::<Event>(value.clone()).unwrap();
            let masked = Masked::new(poisoned, &stars);
            let text = serde_json::to_string(&*masked).unwrap();
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn a_number_that_is_a_secret_is_hidden() {
        fn pin(text: &str) -> Cow<'_, str> {
            match text {
                "4711" => Cow::Owned("********".to_owned()),
                _ => Cow::Borrowed(text),
            }
        }
        let mut value = json!({"pin": 4711, "rc": 0});
        value.hide(&pin);
        assert_eq!(value, json!({"pin": "********", "rc": 0}));
    }
}
