use {
    super::{Call, Control, Include, Prepared},
    crate::{program::RoleParts, source::Fault},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Bring in a role while the play runs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IncludeRole {
    /// The role's name or path.
    #[schemars(extend("aliases" = ["role"]))]
    name: String,
    /// The file of its `tasks` to run.
    #[serde(default)]
    tasks_from: Option<String>,
    /// The file of its `vars` to read.
    #[serde(default)]
    vars_from: Option<String>,
    /// The file of its `defaults` to read.
    #[serde(default)]
    defaults_from: Option<String>,
    /// The file of its `handlers` to take.
    #[serde(default)]
    handlers_from: Option<String>,
    /// Keywords for every task of the role.
    #[serde(default)]
    #[serde(rename = "apply")]
    _apply: Option<Value>,
    /// Let the rest of the play see the role's defaults and variables.
    #[serde(default)]
    public: bool,
    /// Run the role again where it ran before in the same way.
    #[serde(default = "yes")]
    allow_duplicates: bool,
    /// Hold the role's arguments against what its `meta` says of them.
    #[serde(default = "yes")]
    rolespec_validate: bool,
}

fn yes() -> bool {
    true
}

impl Control for IncludeRole {
    const NAME: &'static str = "include_role";
    const RAW: &'static [&'static str] = &["apply"];

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let part = |name: Option<String>| name.unwrap_or_else(|| "main".to_owned());
        Ok(Prepared::Include(Box::new(Include::Role {
            name: self.name,
            parts: RoleParts {
                tasks: part(self.tasks_from),
                handlers: part(self.handlers_from),
                defaults: part(self.defaults_from),
                vars: part(self.vars_from),
            },
            apply: call.step.task.action.arg("apply").cloned(),
            public: self.public,
            allow_duplicates: self.allow_duplicates,
            validate: self.rolespec_validate,
            place: call.place_of("name").clone(),
        })))
    }
}
