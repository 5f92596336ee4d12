use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{
        source::Fault,
        template::{self, Value},
        variable::Values,
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::sync::PoisonError,
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
        let host_vars: Object = vars
            .iter()
            .map(|(name, value)| (name.clone(), template::to_json(value)))
            .collect();
        let shown = Object::from_iter([
            ("host_name".to_owned(), self.name.as_str().into()),
            ("groups".to_owned(), self.groups.clone().into()),
            ("host_vars".to_owned(), host_vars.into()),
        ]);
        let mut done = Done::ok(Object::from_iter([("add_host".to_owned(), shown.into())]));
        done.outcome.changed = self.is_new(call, &vars);
        Ok(done
            .and(Change::AddHost {
                name: self.name,
                groups: self.groups,
                vars,
            })
            .into())
    }
}

impl AddHost {
    /// Whether the inventory has no such host yet, or another idea of it.
    fn is_new(&self, call: &Call<'_>, vars: &Values) -> bool {
        let inventory = call.scope.world().inventory.read();
        let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
        let known = inventory
            .host(&self.name)
            .filter(|host| !host.is_implicit());
        let Some(known) = known else {
            return true;
        };
        let same = |(name, value): (&String, &Value)| {
            let old = known.variables().get(name).map(template::raw);
            old.is_some_and(|old| template::to_json(&old) == template::to_json(value))
        };
        let member = |group: &String| inventory.is_member(group, &self.name);
        !(self.groups.iter().all(member) && vars.iter().all(same))
    }
}
