use minijinja::Error;
use serde_json::{Map, Value as Json};

use super::{
    keyword,
    mistake::{Link, Mistake},
};
use crate::template::failure;

/// Schemas that lead to each other deeper than this lead nowhere.
const DEPTH: usize = 200;

/// The edition of the language of schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Of2019,
    Of2020,
}

impl Draft {
    /// The one that an option names.
    pub fn named(name: &str) -> Result<Self, Error> {
        match name {
            "draft4" => Ok(Self::Four),
            "draft6" => Ok(Self::Six),
            "draft7" => Ok(Self::Seven),
            "2019-09" => Ok(Self::Of2019),
            "2020-12" => Ok(Self::Of2020),
            other => Err(failure::plain(format!(
                "'draft' is one of draft4, draft6, draft7, 2019-09, 2020-12, not '{other}'"
            ))),
        }
    }

    /// The one that a schema names, else the newest.
    pub fn of(schema: &Json) -> Self {
        let name = schema.get("$schema").and_then(Json::as_str);
        let name = name.unwrap_or_default().trim_end_matches('#');
        match name.split_once("json-schema.org/").map(|(_, name)| name) {
            Some("draft-04/schema") => Self::Four,
            Some("draft-06/schema") => Self::Six,
            Some("draft-07/schema") => Self::Seven,
            Some("draft/2019-09/schema") => Self::Of2019,
            _ => Self::Of2020,
        }
    }
}

/// A schema as a whole.
pub(super) struct Schema<'s> {
    pub root: &'s Json,
    pub draft: Draft,
    pub formats: bool,
}

/// A part of a schema, and the part of the data that is held against it.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    pub part: &'s Json,
    pub data: &'s Json,
    pub depth: usize,
}

impl<'s> Spot<'s> {
    /// Another part of the schema, for the same data.
    pub fn part(self, part: &'s Json) -> Self {
        Self { part, ..self }
    }

    /// Another part of both.
    pub fn both(self, part: &'s Json, data: &'s Json) -> Self {
        Self { part, data, ..self }
    }
}

impl<'s> Schema<'s> {
    /// All that a schema does not allow, in the order of its keywords.
    ///
    /// # Errors
    /// A schema that cannot be understood.
    pub fn mistakes(&self, data: &Json) -> Result<Vec<Mistake>, Error> {
        self.walk(Spot {
            part: self.root,
            data,
            depth: 0,
        })
    }

    pub fn allows(&self, spot: Spot) -> Result<bool, Error> {
        Ok(self.walk(spot)?.is_empty())
    }

    pub fn walk(&self, spot: Spot) -> Result<Vec<Mistake>, Error> {
        if spot.depth > DEPTH {
            return Err(failure::plain(
                "the schema leads back to itself and never ends",
            ));
        }
        let spot = Spot {
            depth: spot.depth + 1,
            ..spot
        };
        let keywords = match spot.part {
            Json::Bool(true) => return Ok(Vec::new()),
            Json::Bool(false) => {
                let message = format!("False schema does not allow {}", keyword::shown(spot.data));
                let mut mistake = keyword::mistake(message);
                mistake.schema = Json::Bool(false);
                mistake.found = spot.data.clone();
                return Ok(vec![mistake]);
            }
            Json::Object(keywords) => keywords,
            other => {
                let message = format!("a schema is a dictionary, not {}", keyword::shown(other));
                return Err(failure::plain(message));
            }
        };
        if let Some(reference) = keywords.get("$ref")
            && self.draft <= Draft::Seven
        {
            return self.referred(reference, spot);
        }
        let mut found = Vec::new();
        for (name, wanted) in keywords {
            let mistakes = match name.as_str() {
                "$ref" => self.referred(wanted, spot)?,
                _ => keyword::held(self, name, wanted, keywords, spot)?,
            };
            found.extend(
                mistakes
                    .into_iter()
                    .map(|mistake| told(mistake, name, wanted, spot)),
            );
        }
        Ok(found)
    }

    /// The part that a reference leads to.
    fn referred(&self, reference: &Json, spot: Spot) -> Result<Vec<Mistake>, Error> {
        let reference = reference.as_str().unwrap_or_default();
        let target = match reference.strip_prefix('#') {
            Some(pointer) => {
                let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
                self.root.pointer(&pointer)
            }
            None => None,
        };
        let target = target.ok_or_else(|| {
            failure::plain(format!(
                "the schema refers to '{reference}', which does not stand in it"
            ))
        })?;
        self.walk(spot.part(target))
    }
}

/// Says of a mistake which keyword it breaks, where nobody has said it yet.
fn told(mut mistake: Mistake, name: &str, wanted: &Json, spot: Spot) -> Mistake {
    if mistake.keyword.is_none() && mistake.schema.is_null() {
        mistake.keyword = Some(name.to_owned());
        mistake.expected = wanted.clone();
    }
    if mistake.schema.is_null() {
        mistake.schema = spot.part.clone();
        mistake.found = spot.data.clone();
    }
    if name != "if" && name != "$ref" {
        mistake.schema_path.insert(0, Link::Key(name.to_owned()));
    }
    mistake
}

/// The entries of a dictionary; none of anything else.
pub(super) fn entries(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
