use {
    super::{Call, Change, Control, Done, Prepared, set_fact::is_name},
    crate::{source::Fault, template, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Set statistics that are told at the end of the run.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetStats {
    /// Names and values.
    #[serde(default = "nothing")]
    data: Value,
    /// Add to what stands there already instead of replacing it.
    #[serde(default = "yes")]
    aggregate: bool,
    /// Keep them for each host.
    #[serde(default)]
    per_host: bool,
}

fn nothing() -> Value {
    Object::new().into()
}

fn yes() -> bool {
    true
}

impl Control for SetStats {
    const NAME: &'static str = "set_stats";

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let Value::Object(data) = self.data else {
            return Err(
                Fault::new("The 'data' option needs to be a dictionary/hash")
                    .at(call.place_of("data")),
            );
        };
        if let Some(name) = data.keys().find(|name| !is_name(name)) {
            return Err(
                Fault::new(format!("`{name}` cannot be the name of a statistic"))
                    .at(call.place_of("data"))
                    .help("use letters, digits and underscores, beginning with a letter"),
            );
        }
        let told = Object::from_iter([
            ("data".to_owned(), Value::Object(data.clone())),
            ("per_host".to_owned(), self.per_host.into()),
            ("aggregate".to_owned(), self.aggregate.into()),
        ]);
        let data = data
            .into_iter()
            .map(|(name, value)| (name, template::from_json(&value)))
            .collect();
        let told = Object::from_iter([("ansible_stats".to_owned(), told.into())]);
        Ok(Done::ok(told)
            .and(Change::Stats {
                data,
                aggregate: self.aggregate,
                per_host: self.per_host,
            })
            .into())
    }
}
