use {
    super::{Call, Control, Prepared, Wait},
    crate::source::Fault,
    schemars::JsonSchema,
    serde::Deserialize,
    std::time::Duration,
};

/// Wait for some time, or for a person.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pause {
    /// How long, in minutes.
    #[serde(default)]
    minutes: Option<u64>,
    /// How long, in seconds.
    #[serde(default)]
    seconds: Option<u64>,
    /// What to ask.
    #[serde(default)]
    prompt: Option<String>,
    /// Show what is typed.
    #[serde(default = "yes")]
    echo: bool,
}

/// What to wait for.
#[derive(Debug)]
pub struct Pausing {
    /// `None`: a person.
    pub time: Option<Duration>,
    /// Whether the time was given in seconds, not in minutes.
    pub in_seconds: bool,
    pub prompt: Option<String>,
    /// Whether what is typed may be seen.
    pub echo: bool,
}

fn yes() -> bool {
    true
}

impl Control for Pause {
    const NAME: &'static str = "pause";
    const ONCE: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let time = match (self.minutes, self.seconds) {
            (Some(_), Some(_)) => {
                return Err(
                    Fault::new("parameters are mutually exclusive: minutes|seconds")
                        .at(call.place())
                        .help("`pause` takes minutes or seconds, not both"),
                );
            }
            (Some(minutes), None) => Some(minutes.saturating_mul(60)),
            (None, seconds) => seconds,
        };
        Ok(Prepared::Wait(Wait::Pause(Pausing {
            time: time.map(|seconds| Duration::from_secs(seconds.max(1))),
            in_seconds: self.seconds.is_some(),
            prompt: self.prompt.filter(|prompt| !prompt.is_empty()),
            echo: self.echo,
        })))
    }
}
