use {
    super::{Call, Control, Done, Prepared},
    crate::source::Fault,
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Fail with a message.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fail {
    /// Why.
    #[serde(default)]
    msg: Option<String>,
}

impl Control for Fail {
    const NAME: &'static str = "fail";
    const EARLY: bool = true;

    fn prepare(self, _: &Call<'_>) -> Result<Prepared, Fault> {
        let msg = self
            .msg
            .unwrap_or("Failed as requested from task".to_owned());
        Ok(Done::failed(msg).into())
    }
}
