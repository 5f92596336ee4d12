use {
    super::{Call, Control, Prepared, Wait},
    crate::source::Fault,
    schemars::JsonSchema,
    serde::Deserialize,
    std::time::Duration,
};

/// Wait until the host can be reached. All times are in seconds.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WaitForConnection {
    /// How long to wait before the first try.
    #[serde(default)]
    delay: u64,
    /// How long to wait between tries.
    #[serde(default = "one")]
    sleep: u64,
    /// When to give up.
    #[serde(default = "ten_minutes")]
    timeout: u64,
}

fn one() -> u64 {
    1
}

fn ten_minutes() -> u64 {
    600
}

impl Control for WaitForConnection {
    const NAME: &'static str = "wait_for_connection";

    fn prepare(self, _: &Call<'_>) -> Result<Prepared, Fault> {
        Ok(Prepared::Wait(Wait::Connection {
            delay: Duration::from_secs(self.delay),
            timeout: Duration::from_secs(self.timeout),
            sleep: Duration::from_secs(self.sleep),
        }))
    }
}
