mod database;

use {
    crate::{
        act::{Acts, Failure, Look, Probe, Program, Spawn},
        module::Module,
        wire::{Diff, Object, Side},
    },
    database::{Database, Question},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
    std::collections::BTreeMap,
};

/// Answer a question of a Debian package before it is asked. A package that is installed already has to be reconfigured.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Debconf {
    /// The package.
    #[schemars(extend("aliases" = ["pkg"]))]
    name: String,
    /// The question: `locales/default_environment_locale`. Without it, all of the package's answers are told.
    #[schemars(extend("aliases" = ["selection", "setting"]))]
    question: Option<String>,
    /// The question's type.
    vtype: Option<Kind>,
    /// The answer; for `multiselect` perhaps a list.
    #[schemars(extend("aliases" = ["answer"]))]
    value: Option<Value>,
    /// The question is asked nevertheless.
    #[serde(default)]
    unseen: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Boolean,
    Error,
    Multiselect,
    Note,
    Password,
    Seen,
    Select,
    String,
    Text,
    Title,
}

impl Kind {
    fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    }
}

/// An answer that is asked for.
struct Answer<'a> {
    question: &'a str,
    kind: Kind,
    value: String,
    /// Its parts, where it was given as a list.
    parts: Option<Vec<String>>,
}

impl Module for Debconf {
    const NAME: &'static str = "debconf";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let answer = self.answer()?;
        let database = Database::read(probe)?;
        let before = database.of_package(&self.name);
        let mut acts = Acts::new();
        acts.msg("");
        let Some(answer) = answer else {
            acts.value("current", shown(&before));
            return Ok(acts.into_look());
        };
        let known = before.get(answer.question);
        if known.is_some_and(|known| answer.is_given(known)) {
            acts.value("current", shown(&before));
            return Ok(acts.into_look());
        }
        let old = known.map(Question::shown).unwrap_or_default();
        let pair = |value: &str| Object::from_iter([(answer.question.to_owned(), value.into())]);
        acts.value("current", pair(answer.shown()));
        acts.value("previous", pair(&old));
        acts.push(self.set(&answer, &old));
        Ok(acts.into_look())
    }
}

impl Debconf {
    fn answer(&self) -> Result<Option<Answer<'_>>, Failure> {
        let (Some(question), Some(kind), Some(value)) = (&self.question, self.vtype, &self.value)
        else {
            let none = self.question.is_none() && self.vtype.is_none() && self.value.is_none();
            return match none {
                true => Ok(None),
                false => Err(Failure::refused(
                    "parameters are required together: question, vtype, value",
                )),
            };
        };
        let word = |word: &str| word.is_empty() || word.contains(char::is_whitespace);
        if word(question) || word(&self.name) {
            return Err(Failure::refused("name and question must each be one word"));
        }
        let parts: Option<Vec<String>> = match (value, kind) {
            (Value::Array(parts), Kind::Multiselect) => Some(parts.iter().map(text).collect()),
            _ => None,
        };
        let value = match &parts {
            Some(parts) => parts.join(", "),
            None => text(value),
        };
        if value.contains(['\n', '\r']) {
            return Err(Failure::refused("an answer must be one line"));
        }
        let value = match kind {
            Kind::Boolean | Kind::Seen => value.to_lowercase(),
            _ => value,
        };
        Ok(Some(Answer {
            question,
            kind,
            value,
            parts,
        }))
    }

    fn set(&self, answer: &Answer, before: &str) -> Spawn {
        let mut argv = vec!["debconf-set-selections"];
        if self.unseen {
            argv.push("--unseen");
        }
        let kind = answer.kind.name();
        let input = format!(
            "{} {} {kind} {}\n",
            self.name, answer.question, answer.value
        );
        let side = |value: &str| {
            let state = (answer.question.to_owned(), value.to_owned());
            Side::State(BTreeMap::from([state]))
        };
        Spawn {
            program: Program::new(argv).stdin(input),
            diff: Some(Diff {
                what: format!("answers for package {}", self.name),
                before: side(before),
                after: side(answer.shown()),
            }),
            effects: Vec::new(),
        }
    }
}

impl Answer<'_> {
    fn is_given(&self, known: &Question) -> bool {
        match (self.kind, &self.parts) {
            (Kind::Seen, _) => known.seen == (self.value == "true"),
            (Kind::Boolean, _) => known.value.to_lowercase() == self.value,
            (_, Some(parts)) => {
                let mut wanted = parts.clone();
                let there = known.value.split(',').map(|part| part.trim().to_owned());
                let mut there: Vec<String> = there.filter(|part| !part.is_empty()).collect();
                wanted.sort();
                there.sort();
                wanted == there
            }
            _ => known.value == self.value,
        }
    }

    fn shown(&self) -> &str {
        match self.kind {
            Kind::Password => "********",
            _ => &self.value,
        }
    }
}

/// As Python writes it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => other.to_string(),
    }
}

fn shown(questions: &BTreeMap<String, Question>) -> Object {
    let shown = questions.iter();
    shown
        .map(|(name, question)| (name.clone(), question.shown().into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn compares_answers() {
        let known = |value: &str| Question {
            value: value.into(),
            seen: true,
            secret: false,
        };
        let given = |arguments: Value, value: &str| {
            let module: Debconf = serde_json::from_value(arguments).unwrap();
            module.answer().unwrap().unwrap().is_given(&known(value))
        };
        let ask = |kind: &str, value: Value| json!({"name": "a", "question": "a/b", "vtype": kind, "value": value});
        assert!(given(ask("boolean", json!(true)), "true"));
        assert!(!given(ask("boolean", json!("False")), "true"));
        assert!(given(ask("select", json!("x y")), "x y"));
        assert!(given(ask("multiselect", json!(["b", "a"])), "a, b"));
        assert!(!given(ask("multiselect", json!("b, a")), "a, b"));
        assert!(given(ask("seen", json!(true)), ""));
    }

    #[test]
    fn says_what_is_wrong() {
        let msg = |arguments| Trial::new().look("debconf", arguments).msg.unwrap();
        assert_eq!(
            msg(json!({"name": "a", "question": "a/b"})),
            "parameters are required together: question, vtype, value"
        );
        let split = json!({"name": "a", "question": "a b", "vtype": "text", "value": "x"});
        assert!(msg(split).contains("one word"));
        let lines =
            json!({"name": "a", "question": "a/b", "vtype": "text", "value": "x\ny z/k text v"});
        assert!(msg(lines).contains("one line"));
    }

    #[test]
    fn a_password_is_not_shown() {
        let arguments = json!({"name": "farcast-none", "question": "farcast-none/key", "vtype": "password", "value": "swordfish"});
        let look = Trial::new().look("debconf", arguments);
        assert!(look.changed, "{look:?}");
        assert!(!format!("{look:?}").contains("swordfish"));
    }
}
