use {
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// Whether something shall be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Absent,
    #[default]
    Present,
}
