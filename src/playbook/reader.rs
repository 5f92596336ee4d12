use {
    super::{Key, Keywords, On},
    crate::source::{Fault, Kind, Node, Topic},
};

/// A map of the playbook language, taken apart: its keywords, its `with_*` loop, and what is neither.
pub(super) struct Reader {
    pub(super) keywords: Keywords,
    pub(super) with: Option<(Node, Node)>,
    pub(super) others: Vec<(Node, Node)>,
}

impl Reader {
    /// Takes a map node apart. Errors: not a map, a key that is no string, a value of the wrong shape.
    pub(super) fn new(node: &Node, on: On, what: &str) -> Result<Self, Fault> {
        let Some(entries) = node.as_map() else {
            return Err(
                Fault::new(format!("{what} must be a map, not {}", node.describe()))
                    .at(&node.place),
            );
        };
        let mut reader = Self {
            keywords: Keywords::default(),
            with: None,
            others: Vec::new(),
        };
        for (name, value) in entries {
            reader.entry(name, value, on)?;
        }
        Ok(reader)
    }

    fn entry(&mut self, name: &Node, value: &Node, on: On) -> Result<(), Fault> {
        let Some(text) = name.as_str() else {
            return Err(Fault::new("a keyword must be a string").at(&name.place));
        };
        let looping = matches!(on, On::Task | On::Handler) && text.starts_with("with_");
        // An old name that Ansible still takes.
        let known = match (text, on) {
            ("user", On::Play) => "remote_user",
            _ => text,
        };
        match Key::find(known, on) {
            Some(key) => self.keywords.put(key, value.clone()),
            None if looping => {
                self.with = Some((name.clone(), value.clone()));
                Ok(())
            }
            None => {
                self.others.push((name.clone(), value.clone()));
                Ok(())
            }
        }
    }

    /// Fails where anything is left that is no keyword there.
    pub(super) fn only_keywords(self, on: On, what: &str) -> Result<Keywords, Fault> {
        match self.others.first() {
            None => Ok(self.keywords),
            Some((name, _)) => Err(unknown(name, on, what)),
        }
    }
}

/// The fault for a name that is no keyword where it stands.
pub(super) fn unknown(name: &Node, on: On, what: &str) -> Fault {
    let text = name.as_str().unwrap_or_default();
    let fault = Fault::new(format!("`{text}` is not a keyword of {what}"))
        .at(&name.place)
        .about(Topic::Keyword);
    match nearest(text, on) {
        Some(key) => fault.help(format!("did you mean `{key}`?")),
        None => fault,
    }
}

/// The keyword nearest to a mistyped one, where one is near.
pub(super) fn nearest(name: &str, on: On) -> Option<&'static str> {
    Key::ALL
        .iter()
        .filter(|key| key.on().contains(&on))
        .map(|key| (strsim::damerau_levenshtein(name, key.name()), key.name()))
        .filter(|(distance, key)| *distance <= 1 + key.len() / 5)
        .min()
        .map(|(_, key)| key)
}

/// The items of a list node; nothing for null.
pub(super) fn list<'a>(node: &'a Node, what: &str) -> Result<&'a [Node], Fault> {
    match &node.kind {
        Kind::Null => Ok(&[]),
        Kind::List(items) => Ok(items),
        _ => Err(
            Fault::new(format!("{what} must be a list, not {}", node.describe())).at(&node.place),
        ),
    }
}
