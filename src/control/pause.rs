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
                    Fault::new("`pause` takes minutes or seconds, not both").at(call.place())
                );
            }
            (Some(minutes), None) => Some(Duration::from_secs(minutes.saturating_mul(60))),
            (None, Some(seconds)) => Some(Duration::from_secs(seconds)),
            (None, None) => None,
        };
        Ok(Prepared::Wait(match time {
            Some(time) => Wait::For {
                time,
                prompt: self.prompt,
            },
            None => Wait::Prompt {
                text: self
                    .prompt
                    .unwrap_or("Press enter to continue, Ctrl+C to interrupt".to_owned()),
                echo: self.echo,
            },
        }))
    }
}
