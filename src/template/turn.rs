//! What gives something else each time that it is asked: Jinja2's `cycler` and `joiner`, and words without meaning.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use minijinja::{
    Error, ErrorKind, State,
    value::{Object, ObjectRepr, Value},
};

use super::{bound, builtin::Run, call::Call, failure, filter};

pub(super) const ALL: &[(&str, Run)] =
    &[("cycler", cycler), ("joiner", joiner), ("lipsum", lipsum)];

/// Values in turn, from the first again after the last.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

fn cycler(call: &mut Call) -> Result<Value, Error> {
    let items = std::mem::take(&mut call.args);
    if items.is_empty() {
        return Err(failure::plain("needs something to go through"));
    }
    let at = AtomicUsize::new(0);
    Ok(Value::from_object(Cycler { items, at }))
}

impl Cycler {
    fn item(&self, turn: usize) -> Value {
        self.items[turn % self.items.len()].clone()
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "current" => Some(self.item(self.at.load(Ordering::Relaxed))),
            "items" => Some(self.items.clone().into()),
            "pos" => Some((self.at.load(Ordering::Relaxed) % self.items.len()).into()),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => Ok(self.item(self.at.fetch_add(1, Ordering::Relaxed))),
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// Nothing the first time, then what stands between two.
#[derive(Debug)]
struct Joiner {
    between: Value,
    used: AtomicBool,
}

fn joiner(call: &mut Call) -> Result<Value, Error> {
    Ok(Value::from_object(Joiner {
        between: call.arg(0, "sep").unwrap_or_else(|| Value::from(", ")),
        used: AtomicBool::new(false),
    }))
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Ok(match self.used.swap(true, Ordering::Relaxed) {
            true => self.between.clone(),
            false => Value::from(""),
        })
    }
}

/// The words of printers' samples.
const WORDS: [&str; 24] = [
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipisci",
    "elit",
    "sed",
    "eiusmod",
    "tempor",
    "incidunt",
    "ut",
    "labore",
    "et",
    "dolore",
    "magna",
    "aliqua",
    "enim",
    "minim",
    "veniam",
    "quis",
    "nostrum",
    "ullamco",
];

fn lipsum(call: &mut Call) -> Result<Value, Error> {
    let count = |at, name, default| -> Result<usize, Error> {
        let given = call.int(at, name)?.unwrap_or(default);
        bound::items(usize::try_from(given).unwrap_or(0))
    };
    let (paragraphs, least, most) = (
        count(0, "n", 5)?,
        count(2, "min", 20)?,
        count(3, "max", 100)?,
    );
    let html = call.arg(1, "html").is_none_or(|html| html.is_true());
    if least >= most {
        return Err(failure::plain("'min' must be less than 'max'"));
    }
    bound::items(paragraphs.saturating_mul(most))?;
    let mut random = filter::Random::fresh()?;
    let mut texts = Vec::new();
    for _ in 0..paragraphs {
        let length = least + random.below(most - least);
        let text = paragraph(&mut random, length);
        texts.push(if html { format!("<p>{text}</p>") } else { text });
    }
    Ok(texts.join(if html { "\n" } else { "\n\n" }).into())
}

fn paragraph(random: &mut filter::Random, length: usize) -> String {
    let mut text = String::new();
    let mut sentence = 0;
    for at in 0..length {
        let word = WORDS[random.below(WORDS.len())];
        match sentence {
            0 => text.extend(word[..1].to_uppercase().chars().chain(word[1..].chars())),
            _ => text.push_str(word),
        }
        sentence += 1;
        let last = at + 1 == length;
        if !last && sentence > 4 && random.below(8) == 0 {
            text.push('.');
            sentence = 0;
        }
        if !last {
            text.push(' ');
        }
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn a_cycler_begins_again_and_a_joiner_only_joins() {
        let cycled = "{% set c = cycler('a', 'b') %}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.next() }}";
        assert_eq!(shown(cycled), "'aabaa'");
        let joined = "{% set j = joiner('; ') %}{% for n in names %}{{ j() }}{{ n }}{% endfor %}";
        assert_eq!(shown(joined), "'ada; bob; eve'");
    }

    #[test]
    fn words_without_meaning_come_in_paragraphs() {
        assert_eq!(
            shown("{{ lipsum(3) | regex_findall('<p>[A-Z]') | length }}"),
            "3"
        );
        assert_eq!(shown("{{ lipsum(1, false, 4, 5).split() | length }}"), "4");
        assert!(shown("{{ lipsum(1, false, 5, 5) }}").starts_with("error: "));
    }
}
