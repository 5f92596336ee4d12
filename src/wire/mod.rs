//! What controller and agent share on the pipe: messages, and the frames that carry them.

mod message;

pub use message::*;
