use {
    super::Failure,
    crate::wire::Stream,
    std::io::{BufRead, Read},
};

/// The controller, as the work on a step sees it: the other end of the pipe.
pub trait Controller {
    /// Asks for contents by their hashes, all at once, and hands each over as it comes, in the order asked, by its index. A
    /// content that ends without an error is what the hash says. After a failure nothing more is handed over.
    fn contents(
        &mut self,
        wanted: &[&str],
        take: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure>;

    /// Sends bytes that belong to the outcome of step `id`, to their end.
    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure>;

    /// Sends a piece of a running program's output.
    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str);
}

/// No controller: only inline content is to be had.
pub struct Alone;

impl Controller for Alone {
    fn contents(
        &mut self,
        wanted: &[&str],
        _: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let wanted = wanted.join(", ");
        Err(Failure::refused(format!(
            "content {wanted} is needed and there is no controller to ask"
        )))
    }

    fn deliver(&mut self, _: u64, _: &mut dyn Read) -> Result<(), Failure> {
        Err(Failure::refused(
            "there is no controller to send content to",
        ))
    }

    fn output(&mut self, _: u64, _: usize, _: Stream, _: &str) {}
}
