use {
    super::{Masked, Redactor, output_lines::OutputLines},
    crate::event::{Consumer, Event},
    std::{io, sync::Arc},
};

/// Shows events, from which secrets are gone already.
pub trait Render: Send {
    fn show(&mut self, event: &Masked);

    /// Hands on what is left and gives the first failure to write there was; called once, at the end.
    fn finish(&mut self) -> io::Result<()>;
}

/// Everybody who looks on: masks each event once and shows it to all renderers.
pub struct Audience {
    redactor: Arc<dyn Redactor>,
    renderers: Vec<Box<dyn Render>>,
    output: OutputLines,
}

impl Audience {
    /// Takes what hides the secrets; it may learn more of them while the run goes on.
    pub fn new(redactor: Arc<dyn Redactor>) -> Self {
        Self {
            redactor,
            renderers: Vec::new(),
            output: OutputLines::default(),
        }
    }

    /// Lets one more renderer look on.
    pub fn with(mut self, renderer: impl Render + 'static) -> Self {
        self.renderers.push(Box::new(renderer));
        self
    }

    /// Ends all renderers; gives the first failure to write that any of them had.
    pub fn finish(&mut self) -> io::Result<()> {
        let mut first = Ok(());
        for renderer in &mut self.renderers {
            first = first.and(renderer.finish());
        }
        first
    }
}

impl Consumer for Audience {
    fn take(&mut self, event: &Event) {
        for event in self.output.whole(event) {
            let masked = Masked::new(event, &*self.redactor);
            for renderer in &mut self.renderers {
                renderer.show(&masked);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{render::recording::output, wire::Stream},
        std::{borrow::Cow, sync::Mutex},
    };

    struct Notes(Arc<Mutex<Vec<Event>>>);

    impl Render for Notes {
        fn show(&mut self, event: &Masked) {
            self.0.lock().unwrap().push((**event).clone());
        }

        fn finish(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn stars(text: &str) -> Cow<'_, str> {
        match text.contains("hunter2") {
            true => Cow::Owned(text.replace("hunter2", "********")),
            false => Cow::Borrowed(text),
        }
    }

    #[test]
    fn a_secret_cut_in_two_by_the_pipe_is_still_masked() {
        let notes = Arc::new(Mutex::new(Vec::new()));
        let mut audience = Audience::new(Arc::new(stars)).with(Notes(Arc::clone(&notes)));
        audience.take(&output("web1", Stream::Stdout, "it is hun"));
        audience.take(&output("web1", Stream::Stdout, "ter2\n"));
        assert_eq!(
            *notes.lock().unwrap(),
            [output("web1", Stream::Stdout, "it is ********\n")]
        );
        assert!(audience.finish().is_err());
    }
}
