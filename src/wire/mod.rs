//! What controller and agent share on the pipe: messages, and the frames that carry them.

mod frame;
mod message;
mod packing;

pub use frame::{CHUNK, Decoder, Frame, FrameError, LIMIT};
pub use message::*;
pub use packing::Packer;
