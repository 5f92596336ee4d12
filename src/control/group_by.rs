use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{source::Fault, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
    std::sync::PoisonError,
};

/// Put hosts into groups by what is known of them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GroupBy {
    /// The group's name.
    key: String,
    /// Groups above it.
    #[serde(default = "all")]
    parents: Vec<String>,
}

fn all() -> Vec<String> {
    vec!["all".to_owned()]
}

impl Control for GroupBy {
    const NAME: &'static str = "group_by";

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let tidy = |name: String| name.replace(' ', "-");
        let group = tidy(self.key);
        let parents: Vec<_> = self.parents.into_iter().map(tidy).collect();
        let data = Object::from_iter([
            ("add_group".to_owned(), group.as_str().into()),
            ("parent_groups".to_owned(), parents.clone().into()),
        ]);
        let mut done = Done::ok(data);
        done.outcome.changed = {
            let inventory = call.scope.world().inventory.read();
            let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
            let below = |parent: &String| inventory.is_child(parent, &group);
            !(inventory.is_member(&group, call.scope.host()) && parents.iter().all(below))
        };
        Ok(done.and(Change::GroupBy { group, parents }).into())
    }
}
