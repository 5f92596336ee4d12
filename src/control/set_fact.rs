use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{source::Fault, template, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Set variables on a host for the rest of the run; every argument is a variable.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetFact {
    /// Set them as facts too, where plays and roles that come later find them among `ansible_facts`.
    #[serde(default)]
    cacheable: bool,
}

impl Control for SetFact {
    const NAME: &'static str = "set_fact";
    const EARLY: bool = true;
    const OPEN: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let mut values = call.values.clone();
        values.remove("cacheable");
        if values.is_empty() {
            return Err(Fault::new("`set_fact` sets nothing")
                .at(call.place())
                .help("name a variable and its value"));
        }
        if let Some(name) = values.keys().find(|name| !is_name(name)) {
            return Err(
                Fault::new(format!("`{name}` cannot be the name of a variable"))
                    .at(call.place_of(name))
                    .help("use letters, digits and underscores, beginning with a letter"),
            );
        }
        let shown: Object = values
            .iter()
            .map(|(name, value)| (name.clone(), template::to_json(value)))
            .collect();
        let data = Object::from_iter([("ansible_facts".to_owned(), shown.into())]);
        let done = Done::ok(data).and(Change::Set(values.clone()));
        Ok(if self.cacheable {
            done.and(Change::Facts(values)).into()
        } else {
            done.into()
        })
    }
}

/// Whether a name may be a variable's.
pub(super) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}
