use {
    super::item::Item,
    crate::{
        control::{Done, Pausing},
        wire::Object,
    },
    chrono::Local,
    std::time::Instant,
};

impl Item<'_> {
    /// Waits for time or for a person, and says how long it took.
    pub(super) async fn pause(&self, pause: &Pausing) -> Done {
        let begun = (Instant::now(), now());
        let mut warnings = Vec::new();
        let mut answer = String::new();
        match pause.time {
            Some(time) => {
                if let Some(prompt) = &pause.prompt {
                    self.runner.sink.warn(prompt, None);
                }
                if !self.dry() {
                    tokio::time::sleep(time).await;
                }
            }
            None => match self.runner.ask(&self.question(pause), pause.echo) {
                Some(given) => answer = given,
                None => warnings.push(
                    "Not waiting for response to prompt as stdin is not interactive".to_owned(),
                ),
            },
        }
        let elapsed = begun.0.elapsed();
        let (amount, unit) = match pause.in_seconds {
            true => (elapsed.as_secs_f64(), "seconds"),
            false => (elapsed.as_secs_f64() / 60.0, "minutes"),
        };
        let amount = (amount * 100.0).round() / 100.0;
        let mut done = Done::ok(Object::from_iter([
            ("rc".to_owned(), 0.into()),
            ("stderr".to_owned(), "".into()),
            (
                "stdout".to_owned(),
                format!("Paused for {amount:?} {unit}").into(),
            ),
            ("start".to_owned(), begun.1.into()),
            ("stop".to_owned(), now().into()),
            ("delta".to_owned(), elapsed.as_secs().into()),
            ("echo".to_owned(), pause.echo.into()),
            ("user_input".to_owned(), answer.into()),
        ]));
        done.outcome.warnings = warnings;
        done
    }

    fn question(&self, pause: &Pausing) -> String {
        let text = pause.prompt.as_deref();
        let text = text.unwrap_or("Press enter to continue, Ctrl+C to interrupt");
        let hidden = if pause.echo {
            ""
        } else {
            " (output is hidden)"
        };
        format!("[{}]\n{text}{hidden}:", self.step.task.name().trim())
    }
}

/// The local time, as Python writes it.
fn now() -> String {
    Local::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
