//! What happened, in one order, as plain data: renderers are pure consumers of it, and a recording replays through any of them.

mod happening;
mod merge;
mod part;
mod recording;
mod tally;

pub use happening::{Event, Finished, Kind, Status};
pub use merge::{Merge, MergeError, RunKind};
pub use recording::{BadRecording, Line, Next, Recording};
pub use tally::{Cut, Recap, Tallies, Tally, count};

/// Takes every event of a run, in order. Nothing in an event may be written anywhere before a `Redactor` has seen it.
pub trait Consumer: Send {
    fn take(&mut self, event: &Event);
}
