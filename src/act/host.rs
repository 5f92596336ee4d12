use {
    super::{Failure, Finished, Probe, Program, process},
    crate::wire::Mode,
    std::ops::Deref,
};

/// A host that may be changed: everything a [`Probe`] can, and starting programs. Acts write to it.
pub struct Host<'p> {
    probe: &'p mut Probe,
}

impl<'p> Host<'p> {
    /// `None` unless the step under way is an apply: nothing else may write.
    pub(crate) fn of(probe: &'p mut Probe) -> Option<Self> {
        (probe.step.mode == Mode::Apply).then_some(Self { probe })
    }

    /// Runs a program to its end, sending its output as it comes where the step asks for that. Its exit code is for the
    /// caller to judge.
    ///
    /// Errors: it is not there, cannot be started, or the step was cancelled or is late (it is ended with all it started).
    pub fn spawn(&mut self, program: &Program) -> Result<Finished, Failure> {
        let step = self.probe.step.clone();
        let mut controller = self.probe.controller.borrow_mut();
        process::run(program, &step, &self.probe.watch, &mut |stream, bytes| {
            if step.stream {
                controller.output(step.id, step.item, stream, &String::from_utf8_lossy(bytes));
            }
        })
    }

    /// As `spawn`, but an exit code other than 0 is an error.
    pub fn succeed(&mut self, program: &Program) -> Result<Finished, Failure> {
        let finished = self.spawn(program)?;
        match finished.success() {
            true => Ok(finished),
            false => Err(Failure::program(program, finished)),
        }
    }
}

impl Deref for Host<'_> {
    type Target = Probe;

    fn deref(&self) -> &Probe {
        self.probe
    }
}
