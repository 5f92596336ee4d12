use {
    super::{Failure, Finished, Probe, Program, process},
    crate::wire::{Mode, Stream},
    std::ops::Deref,
};

/// A host that may be changed: everything a [`Probe`] can, and starting programs. Acts write to it.
pub struct Host<'p> {
    probe: &'p mut Probe,
}

impl<'p> Host<'p> {
    /// `None` unless the step under way is an apply, and due: nothing else may write.
    pub(crate) fn of(probe: &'p mut Probe) -> Option<Self> {
        let due = probe.step.mode == Mode::Apply && !probe.step.ahead;
        due.then_some(Self { probe })
    }

    /// Runs a program to its end, sending its output as it comes where the step asks for that. Its exit code is for the
    /// caller to judge.
    ///
    /// Errors: it is not there, cannot be started, or the step was cancelled or is late (it is ended with all it started).
    pub fn spawn(&mut self, program: &Program) -> Result<Finished, Failure> {
        let step = self.probe.step.clone();
        let mut controller = self.probe.controller.borrow_mut();
        if !step.stream {
            return process::run(program, &step, &self.probe.watch, &mut |_, _| {});
        }
        let mut lines = Lines::default();
        let mut send = |stream, text: &str| controller.output(step.id, step.item, stream, text);
        let finished = process::run(program, &step, &self.probe.watch, &mut |stream, bytes| {
            if let Some(text) = lines.take(stream, bytes) {
                send(stream, &text);
            }
        });
        lines.rest(&mut send);
        finished
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

/// Holds output back to the ends of its lines.
#[derive(Default)]
struct Lines {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Lines {
    fn held(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// Takes output; gives the lines that are whole now.
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Option<String> {
        let held = self.held(stream);
        held.extend_from_slice(bytes);
        let end = held.iter().rposition(|byte| *byte == b'\n')? + 1;
        let whole: Vec<u8> = held.drain(..end).collect();
        Some(String::from_utf8_lossy(&whole).into_owned())
    }

    fn rest(&mut self, send: &mut dyn FnMut(Stream, &str)) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let held = std::mem::take(self.held(stream));
            if !held.is_empty() {
                send(stream, &String::from_utf8_lossy(&held));
            }
        }
    }
}

impl Deref for Host<'_> {
    type Target = Probe;

    fn deref(&self) -> &Probe {
        self.probe
    }
}
