use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{source::Fault, template, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Set statistics that are told at the end of the run.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetStats {
    /// Names and values.
    data: Value,
    /// Add to what stands there already instead of replacing it.
    #[serde(default = "yes")]
    aggregate: bool,
    /// Keep them for each host.
    #[serde(default)]
    per_host: bool,
}

fn yes() -> bool {
    true
}

impl Control for SetStats {
    const NAME: &'static str = "set_stats";

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let Value::Object(data) = self.data else {
            return Err(Fault::new("`data` is a map of names and values").at(call.place_of("data")));
        };
        let told = Object::from_iter([
            ("data".to_owned(), data.clone().into()),
            ("per_host".to_owned(), self.per_host.into()),
            ("aggregate".to_owned(), self.aggregate.into()),
        ]);
        let told = Object::from_iter([("ansible_stats".to_owned(), told.into())]);
        let data = data
            .into_iter()
            .map(|(name, value)| (name, template::from_json(&value)))
            .collect();
        Ok(Done::ok(told)
            .and(Change::Stats {
                data,
                aggregate: self.aggregate,
                per_host: self.per_host,
            })
            .into())
    }
}
