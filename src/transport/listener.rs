use crate::wire::{Outcome, Stream};

/// Hears what happens while steps run on a host, as it happens.
pub trait Listener: Send {
    /// The host's turn has come: what it takes from now on is its own time. May be told more than once.
    fn begun(&mut self) {}

    /// A piece of a running step's output.
    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str);

    /// The next bytes that a step hands over (`fetch`), before its outcome; after the `last` piece the content is whole.
    fn content(&mut self, id: u64, bytes: &[u8], last: bool);

    /// An item is finished.
    fn outcome(&mut self, id: u64, item: usize, outcome: &Outcome);

    /// A step was passed over.
    fn passed(&mut self, id: u64);
}
