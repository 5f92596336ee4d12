use minijinja::value::Value;
use serde_json::Value as Json;

use crate::template::from_json;

/// A link of a path: into a list, or into a dictionary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Link {
    Index(usize),
    Key(String),
}

/// Something in the data that the schema does not allow.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub message: String,
    /// Where it is in the data.
    pub path: Vec<Link>,
    /// Which part of the schema does not allow it.
    pub schema_path: Vec<Link>,
    /// The keyword, what it says, and the schema that it stands in.
    pub keyword: Option<String>,
    pub expected: Json,
    pub schema: Json,
    pub found: Json,
}

impl Mistake {
    pub fn value(&self) -> Value {
        let keyword = self.keyword.as_deref();
        Value::from_pairs([
            ("message", Value::from(self.message.as_str())),
            ("data_path", dotted(&self.path).into()),
            ("json_path", json_path(&self.path).into()),
            ("schema_path", dotted(&self.schema_path).into()),
            ("relative_schema", from_json(&self.schema)),
            ("expected", from_json(&self.expected)),
            ("validator", keyword.map_or(().into(), Value::from)),
            ("found", from_json(&self.found)),
        ])
    }
}

fn dotted(path: &[Link]) -> String {
    let links = path.iter().map(|link| match link {
        Link::Index(at) => at.to_string(),
        Link::Key(key) => key.clone(),
    });
    links.collect::<Vec<_>>().join(".")
}

fn json_path(path: &[Link]) -> String {
    let links = path.iter().map(|link| match link {
        Link::Index(at) => format!("[{at}]"),
        Link::Key(key) => format!(".{key}"),
    });
    format!("${}", links.collect::<String>())
}
