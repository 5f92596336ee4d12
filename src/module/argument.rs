//! The arguments of modules, as the argument structs declare them, and the coming to terms with what users write.
//!
//! Arguments whose name begins with `_` are the controller's own: they are neither shown nor accepted from users; the
//! controller adds them to what [`Schema::accept`] gave.

use {
    super::{Module, context::PARTS},
    crate::wire::Object,
    schemars::{JsonSchema, generate::SchemaSettings},
    serde_json::{Map, Value},
};

mod error;
mod shape;

pub use {
    error::{ArgumentError, Fault},
    shape::Shape,
};

/// A module's arguments.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// What the module does, in Markdown.
    pub doc: String,
    /// In the order in which the module declares them.
    pub arguments: Vec<Argument>,
}

/// One argument of a module.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: String,
    pub aliases: Vec<String>,
    pub doc: String,
    pub shape: Shape,
    pub default: Option<Value>,
    pub required: bool,
    /// Its value must not be shown.
    pub secret: bool,
}

impl Schema {
    /// The arguments that a struct declares.
    pub fn of<M: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let schema = settings.into_generator().into_root_schema_for::<M>();
        Self::read(schema.as_value())
    }

    /// The arguments of a module, with those that all modules about files have.
    pub fn of_module<M: Module>() -> Self {
        let mut schema = Self::of::<M>();
        if M::FILES {
            let parts = PARTS.map(|name| Argument {
                name: name.to_owned(),
                aliases: Vec::new(),
                doc: format!(
                    "The {} of the file's SELinux context. Hosts without SELinux ignore it.",
                    &name[2..]
                ),
                shape: Shape::Text,
                default: None,
                required: false,
                secret: false,
            });
            schema.arguments.extend(parts);
        }
        schema
    }

    fn read(schema: &Value) -> Self {
        let required = strings(&schema["required"]);
        let properties = schema["properties"].as_object();
        let arguments = properties
            .into_iter()
            .flatten()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, property)| Argument {
                name: name.clone(),
                aliases: strings(&property["aliases"]),
                doc: text(&property["description"]),
                shape: Shape::read(property),
                default: property.get("default").filter(|v| !v.is_null()).cloned(),
                required: required.contains(name),
                secret: property["secret"] == true,
            });
        Self {
            doc: text(&schema["description"]),
            arguments: arguments.collect(),
        }
    }

    /// Finds an argument by its name or alias.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        let mut arguments = self.arguments.iter();
        arguments.find(|argument| argument.is(name))
    }

    /// Turns what a user wrote into the canonical form that the agent reads: canonical names, declared types, no nulls.
    /// Errors: all faults at once, in the order in which the arguments were written, missing ones last.
    pub fn accept(&self, written: Object) -> Result<Object, Vec<ArgumentError>> {
        let mut accepted = Map::new();
        let mut errors = Vec::new();
        for (name, value) in written {
            match self.accept_one(&name, value, &accepted) {
                Ok(Some((name, value))) => {
                    accepted.insert(name, value);
                }
                Ok(None) => {}
                Err(fault) => errors.push(ArgumentError {
                    argument: name,
                    fault,
                }),
            }
        }
        for argument in self.arguments.iter().filter(|argument| argument.required) {
            let faulty = errors.iter().any(|error| argument.is(&error.argument));
            if !accepted.contains_key(&argument.name) && !faulty {
                errors.push(ArgumentError {
                    argument: argument.name.clone(),
                    fault: Fault::Missing,
                });
            }
        }
        match errors.is_empty() {
            true => Ok(accepted),
            false => Err(errors),
        }
    }

    /// The same for a step that takes arguments of any name besides those declared: the others pass as they are.
    pub fn accept_open(&self, written: Object) -> Result<Object, Vec<ArgumentError>> {
        let declared = |name: &String| self.argument(name).is_some();
        let (known, others): (Object, Object) =
            written.into_iter().partition(|(name, _)| declared(name));
        let mut accepted = self.accept(known)?;
        accepted.extend(others);
        Ok(accepted)
    }

    fn accept_one(
        &self,
        name: &str,
        value: Value,
        accepted: &Object,
    ) -> Result<Option<(String, Value)>, Fault> {
        let Some(argument) = self.argument(name) else {
            let names = self.arguments.iter().flat_map(Argument::names);
            let nearest = nearest(name, names).map(Into::into);
            return Err(Fault::Unknown { nearest });
        };
        if value.is_null() {
            return Ok(None);
        }
        if accepted.contains_key(&argument.name) {
            let name = argument.name.clone();
            return Err(Fault::Twice { name });
        }
        let value = argument.shape.accept(value)?;
        Ok(Some((argument.name.clone(), value)))
    }
}

impl Argument {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    fn is(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// The name that a mistyped one most likely means.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = (length / 3).clamp(1, 3);
    let own = letters(name);
    // Cheap to tell: an edit changes the length by one, and adds and removes one letter at most.
    let perhaps = |known: &&str| {
        (letters(known) ^ own).count_ones() as usize <= 2 * limit
            && known.chars().count().abs_diff(length) <= limit
    };
    names
        .into_iter()
        .filter(perhaps)
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The letters of a text as a set, in which some share a place.
fn letters(text: &str) -> u64 {
    let bits = text.chars().map(|letter| 1 << (u32::from(letter) % 64));
    bits.fold(0, |all, bit: u64| all | bit)
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(Into::into).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::module::{Acts, Failure, Look, Module, Permissions, Probe},
        schemars::JsonSchema,
        serde::Deserialize,
        serde_json::json,
    };

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum State {
        /// Be there.
        Present,
        Absent,
    }

    /// A module.
    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only the schema is of interest")]
    struct Trial {
        /// Who.
        #[schemars(extend("aliases" = ["user"]))]
        name: String,
        state: Option<State>,
        #[serde(default)]
        force: bool,
        uid: Option<u32>,
        mode: Option<Permissions>,
        #[serde(default)]
        groups: Vec<String>,
        #[serde(rename = "_own")]
        own: Option<String>,
    }

    impl Module for Trial {
        const NAME: &'static str = "trial";
        type Delta = Acts;

        fn look(&self, _: &Probe) -> Result<Look<Acts>, Failure> {
            Ok(Acts::new().into_look())
        }
    }

    fn accept(value: Value) -> Result<Value, Vec<String>> {
        let Value::Object(written) = value else {
            panic!("an object");
        };
        Schema::of::<Trial>()
            .accept(written)
            .map(Value::Object)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn makes_what_users_write_canonical() {
        let written = json!({"user": 7, "state": "absent", "force": "yes", "uid": "5", "mode": 420, "groups": "a, b"});
        let canonical = json!({"name": "7", "state": "absent", "force": true, "uid": 5, "mode": "0644", "groups": ["a", "b"]});
        assert_eq!(accept(written).unwrap(), canonical);
        let written = json!({"name": "a", "state": null, "groups": 3});
        let canonical = json!({"name": "a", "groups": ["3"]});
        assert_eq!(accept(written).unwrap(), canonical);
    }

    #[test]
    fn names_every_fault() {
        let errors =
            accept(json!({"stat": "absent", "force": "perhaps", "uid": -1, "state": "absnt"}))
                .unwrap_err();
        assert_eq!(
            errors,
            [
                "unknown argument `stat`; did you mean `state`?",
                "argument `force` must be a boolean, and \"perhaps\" is none",
                "argument `uid` must be a whole number from 0, and -1 is none",
                "argument `state` must be one of absent, present, and \"absnt\" is not; did you mean `absent`?",
                "argument `name` is missing",
            ]
        );
        let errors = accept(json!({"name": "a", "user": "b", "_own": "c"})).unwrap_err();
        assert_eq!(errors.len(), 2);
    }

    #[test]
    fn carries_the_documentation() {
        let schema = Schema::of::<Trial>();
        assert_eq!(schema.doc, "A module.");
        assert_eq!(schema.arguments[0].doc, "Who.");
        assert_eq!(
            schema.argument("force").unwrap().default,
            Some(json!(false))
        );
        assert_eq!(schema.argument("uid").unwrap().default, None);
        let state = &schema.argument("state").unwrap().shape;
        assert_eq!(state.choices().join(" "), "absent present");
    }
}
