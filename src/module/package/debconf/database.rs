use {
    crate::act::{Failure, Probe, Thing},
    std::{collections::BTreeMap, path::Path},
};

/// What debconf has been told, as its files say it.
pub(super) struct Database {
    questions: Vec<Stanza>,
    /// Defaults and kinds by the names of templates.
    templates: BTreeMap<String, Stanza>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub value: String,
    /// It has been asked.
    pub seen: bool,
    /// It asks for a password.
    pub secret: bool,
}

type Stanza = BTreeMap<String, String>;

const DIRECTORY: &str = "/var/cache/debconf";

impl Database {
    /// Fails if debconf is not installed.
    pub fn read(probe: &Probe) -> Result<Self, Failure> {
        let file = |name: &str| match probe.read(&Path::new(DIRECTORY).join(name)) {
            Ok(bytes) => Ok(stanzas(&String::from_utf8_lossy(&bytes))),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => Ok(Vec::new()),
            Err(failure) => Err(failure),
        };
        if !probe.exists(Path::new("/usr/share/debconf"))? {
            return Err(Failure::missing(Thing::Command, "debconf-set-selections"));
        }
        let mut questions = file("config.dat")?;
        questions.extend(file("passwords.dat")?);
        let templates = file("templates.dat")?.into_iter();
        let templates = templates.filter_map(|stanza| Some((stanza.get("Name")?.clone(), stanza)));
        Ok(Self {
            questions,
            templates: templates.collect(),
        })
    }

    /// The questions that a package owns, by name.
    pub fn of_package(&self, package: &str) -> BTreeMap<String, Question> {
        let owned = self.questions.iter().filter(|stanza| {
            let owners = stanza.get("Owners").map_or("", String::as_str);
            owners.split(',').any(|owner| owner.trim() == package)
        });
        owned
            .filter_map(|stanza| Some((stanza.get("Name")?.clone(), self.question(stanza))))
            .collect()
    }

    fn question(&self, stanza: &Stanza) -> Question {
        let template = stanza.get("Template");
        let template = template.and_then(|name| self.templates.get(name));
        let of_template = |field: &str| template.and_then(|template| template.get(field));
        let value = stanza.get("Value").or_else(|| of_template("Default"));
        let flags = stanza.get("Flags").map_or("", String::as_str);
        Question {
            value: value.cloned().unwrap_or_default(),
            seen: flags.split(',').any(|flag| flag.trim() == "seen"),
            secret: of_template("Type").is_some_and(|kind| kind == "password"),
        }
    }
}

impl Question {
    /// The answer, for people.
    pub fn shown(&self) -> String {
        match self.secret && !self.value.is_empty() {
            true => "(password omitted)".into(),
            false => self.value.clone(),
        }
    }
}

fn stanzas(text: &str) -> Vec<Stanza> {
    let fields = |stanza: &str| {
        let lines = stanza.lines().filter(|line| !line.starts_with(' '));
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs
            .map(|(name, value)| (name.to_owned(), value.trim().replace("\\n", "\n")))
            .collect()
    };
    text.split("\n\n").map(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_questions_with_their_defaults() {
        let config = "Name: a/b\nTemplate: a/b\nValue: x: y\nOwners: a, z\nFlags: seen\nVariables:\n k = v\n\n\
                      Name: a/c\nTemplate: a/c\nOwners: a\n\nName: a/p\nTemplate: a/p\nValue: s\nOwners: a\n";
        let templates = "Name: a/c\nType: string\nDefault: d\nDefault-de.UTF-8: e\n\nName: a/p\nType: password\n";
        let database = Database {
            questions: stanzas(config),
            templates: stanzas(templates)
                .into_iter()
                .map(|stanza| (stanza["Name"].clone(), stanza))
                .collect(),
        };
        let questions = database.of_package("a");
        assert_eq!(questions["a/b"].value, "x: y");
        assert!(questions["a/b"].seen && !questions["a/c"].seen);
        assert_eq!(questions["a/c"].value, "d");
        assert_eq!(questions["a/p"].shown(), "(password omitted)");
        assert_eq!(database.of_package("z").len(), 1);
        assert!(database.of_package("b").is_empty());
    }
}
