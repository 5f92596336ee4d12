use {
    super::{Call, Control, Include, Prepared},
    crate::source::Fault,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Bring in a file of tasks while the play runs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IncludeTasks {
    /// The file, from the directory of this one or the role's `tasks`.
    file: String,
    /// Keywords for every task that is brought in.
    #[serde(default)]
    #[serde(rename = "apply")]
    _apply: Option<Value>,
}

impl Control for IncludeTasks {
    const NAME: &'static str = "include_tasks";
    const FREE_FORM: Option<&'static str> = Some("file");
    const RAW: &'static [&'static str] = &["apply"];

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let action = &call.step.task.action;
        let named = action.arg("file").or(action.free.as_ref());
        Ok(Prepared::Include(Box::new(Include::Tasks {
            file: self.file,
            apply: action.arg("apply").cloned(),
            place: named.map_or(call.place(), |node| &node.place).clone(),
        })))
    }
}
