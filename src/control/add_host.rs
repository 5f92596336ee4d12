use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{source::Fault, template, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Add a host to the inventory for the rest of the run; arguments of any other name become its variables.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AddHost {
    /// The host's name.
    #[schemars(extend("aliases" = ["host", "hostname"]))]
    name: String,
    /// The groups to put it into.
    #[serde(default)]
    #[schemars(extend("aliases" = ["group", "groupname"]))]
    groups: Vec<String>,
}

impl Control for AddHost {
    const NAME: &'static str = "add_host";
    const ONCE: bool = true;
    const OPEN: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let mut vars = call.values.clone();
        vars.retain(|name, _| name != "name" && name != "groups");
        let shown = Object::from_iter([
            ("host_name".to_owned(), self.name.as_str().into()),
            ("groups".to_owned(), self.groups.clone().into()),
            (
                "host_vars".to_owned(),
                vars.iter()
                    .map(|(name, value)| (name.clone(), template::to_json(value)))
                    .collect(),
            ),
        ]);
        let mut done = Done::ok(Object::from_iter([("add_host".to_owned(), shown.into())]));
        done.outcome.changed = true;
        Ok(done
            .and(Change::AddHost {
                name: self.name,
                groups: self.groups,
                vars,
            })
            .into())
    }
}
