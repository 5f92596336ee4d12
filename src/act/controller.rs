use {
    super::{Body, Failure},
    crate::wire::Stream,
    std::io::Read,
};

/// The controller, as the work on a step sees it: the other end of the pipe.
pub trait Controller {
    /// Asks for content by its hash, and waits for it.
    fn content(&mut self, sha256: &str) -> Result<Body, Failure>;

    /// Sends bytes that belong to the outcome of step `id`, to their end.
    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure>;

    /// Sends a piece of a running program's output.
    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str);
}

/// No controller: only inline content is to be had.
pub struct Alone;

impl Controller for Alone {
    fn content(&mut self, sha256: &str) -> Result<Body, Failure> {
        Err(Failure::refused(format!(
            "content {sha256} is needed and there is no controller to ask"
        )))
    }

    fn deliver(&mut self, _: u64, _: &mut dyn Read) -> Result<(), Failure> {
        Err(Failure::refused(
            "there is no controller to send content to",
        ))
    }

    fn output(&mut self, _: u64, _: usize, _: Stream, _: &str) {}
}
