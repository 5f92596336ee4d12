use {
    super::{
        address::Address,
        tokens::{bare, tokens},
    },
    crate::{act::Failure, wire::Object},
    std::collections::BTreeMap,
};

pub const METHODS: [&str; 14] = [
    "cert",
    "gss",
    "ident",
    "krb5",
    "ldap",
    "md5",
    "pam",
    "password",
    "peer",
    "radius",
    "reject",
    "scram-sha-256",
    "sspi",
    "trust",
];
pub const TYPES: [&str; 6] = [
    "local",
    "host",
    "hostnossl",
    "hostssl",
    "hostgssenc",
    "hostnogssenc",
];

/// Who may connect from where to what, and how they show who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub kind: String,
    pub databases: String,
    pub users: String,
    /// None for local connections.
    pub address: Option<Address>,
    pub method: String,
    pub options: BTreeMap<String, String>,
    pub comment: Option<String>,
}

impl Rule {
    /// Reads the words of a line, without a comment.
    pub fn read(words: &[String]) -> Result<Self, Failure> {
        let few = || Failure::refused("The rule has too few symbols");
        let word = |at: usize| words.get(at).map(String::as_str).ok_or_else(few);
        let kind = known(word(0)?, &TYPES, "Found an unknown connection-type")?;
        let (address, method) = match kind.as_str() {
            "local" => (None, 3),
            _ if Address::wants_mask(word(3)?) => {
                (Some(Address::read(word(3)?, Some(word(4)?))?), 5)
            }
            _ => (Some(Address::read(word(3)?, None)?), 4),
        };
        Ok(Self {
            kind,
            databases: names(word(1)?),
            users: names(word(2)?),
            address,
            method: known(word(method)?, &METHODS, "Found an unknown method:")?,
            options: options(words.get(method + 1..).unwrap_or_default())?,
            comment: None,
        })
    }

    /// Both are about the same connections.
    pub fn same_key(&self, other: &Self) -> bool {
        (&self.kind, &self.databases, &self.users, &self.address)
            == (&other.kind, &other.databases, &other.users, &other.address)
    }

    /// And say the same of them.
    pub fn is_same(&self, other: &Self) -> bool {
        self.same_key(other) && (&self.method, &self.options) == (&other.method, &other.options)
    }

    /// The line, as this module writes it.
    pub fn line(&self) -> String {
        let mut fields = vec![
            self.kind.clone(),
            self.databases.clone(),
            self.users.clone(),
        ];
        fields.extend(self.address.as_ref().map(ToString::to_string));
        fields.push(self.method.clone());
        if !self.options.is_empty() {
            fields.push(self.option_text());
        }
        fields.extend(self.comment.as_deref().map(comment));
        fields.join("\t")
    }

    fn option_text(&self) -> String {
        let options = self
            .options
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        options.collect::<Vec<_>>().join(" ")
    }

    /// As the return value shows it.
    pub fn object(&self) -> Object {
        let mut object = Object::from_iter([
            ("type".into(), self.kind.clone().into()),
            ("db".into(), self.databases.clone().into()),
            ("usr".into(), self.users.clone().into()),
            ("method".into(), self.method.clone().into()),
        ]);
        if let Some(address) = &self.address {
            object.insert("src".into(), address.to_string().into());
        }
        if !self.options.is_empty() {
            object.insert("options".into(), self.option_text().into());
        }
        object
    }
}

/// A comment with its mark.
pub fn comment(text: &str) -> String {
    let text = text.trim();
    match text.starts_with('#') {
        true => text.into(),
        false => format!("#{text}"),
    }
}

/// A word that has to be one of a list.
pub fn known(word: &str, list: &[&str], complaint: &str) -> Result<String, Failure> {
    match list.contains(&bare(word)) {
        true => Ok(bare(word).into()),
        false => Err(Failure::refused(format!("{complaint} {word}"))),
    }
}

/// Names in the order of the alphabet, so that two lists of the same are the same. Quotes and patterns stay as they are.
pub fn names(list: &str) -> String {
    if list.contains('"') || list.starts_with('/') {
        return list.into();
    }
    let mut names: Vec<&str> = list.split(',').collect();
    names.sort_unstable();
    names.join(",")
}

/// The options of a method, each `name=value`.
pub fn options(words: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut options = BTreeMap::new();
    for word in words {
        let pair = bare(word)
            .split_once('=')
            .filter(|(name, value)| !name.is_empty() && !value.is_empty());
        let Some((name, value)) = pair else {
            return Err(Failure::refused(format!(
                "Found invalid option '{word}'. Options need to be in the format 'key=value'"
            )));
        };
        if options.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Failure::refused(format!(
                "The rule contains two options with the same key ('{name}')"
            )));
        }
    }
    Ok(options)
}

/// One word, as a database or a user has to be.
pub fn one_word(text: &str, what: &str) -> Result<(), Failure> {
    match tokens(text).is_ok_and(|words| words.len() == 1) {
        true => Ok(()),
        false => Err(Failure::refused(format!(
            "Invalid string for {what}: {text}"
        ))),
    }
}
