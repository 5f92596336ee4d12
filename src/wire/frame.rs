//! Frames: how messages and bytes stand on the pipe. No I/O happens here.
//!
//! | bytes | meaning |
//! |---|---|
//! | 4 | length of the payload, big-endian, at most [`LIMIT`] |
//! | 1 | kind: `1` message, `2` chunk, `3` last chunk |
//! | length | payload: JSON of a `Request` or a `Report`; raw bytes for chunks |
//!
//! | after this message | come |
//! |---|---|
//! | `Request::Content { refused: None }` | chunks to the agent, the last one marked (it may be empty) |
//! | `Report::Content` | chunks to the controller, the last one marked (it may be empty) |

use serde::{Serialize, de::DeserializeOwned};

/// The most bytes that a frame's payload may have.
pub const LIMIT: usize = 16 * 1024 * 1024;

/// The bytes of content that senders put in a chunk.
pub const CHUNK: usize = 256 * 1024;

const HEADER: usize = 5;
const MESSAGE: u8 = 1;
const PART: u8 = 2;
const LAST: u8 = 3;

/// One unit on the pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A `Request` or a `Report` as JSON.
    Message(Vec<u8>),
    /// Bytes of content, more to come.
    Chunk(Vec<u8>),
    /// The end of content.
    Last(Vec<u8>),
}

/// What the other side, or a too large message of our own, did wrong.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error(
        "a frame of {0} bytes is over the limit of {LIMIT}; send large content as chunks, or less of it"
    )]
    TooLong(usize),
    #[error(
        "unknown kind of frame: {0}; something other than farcast wrote to the pipe (a login script that prints?)"
    )]
    UnknownKind(u8),
    #[error("a message that is not understood: {0}; do both sides have the same version?")]
    Message(#[from] serde_json::Error),
}

impl Frame {
    /// Makes a message frame of a `Request` or a `Report`.
    pub fn message(message: &impl Serialize) -> Result<Self, FrameError> {
        let payload = serde_json::to_vec(message)?;
        if payload.len() > LIMIT {
            return Err(FrameError::TooLong(payload.len()));
        }
        Ok(Self::Message(payload))
    }

    /// Reads the payload of a message frame.
    pub fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, FrameError> {
        Ok(serde_json::from_slice(payload)?)
    }

    /// The bytes for the pipe. Fails if the payload is over the limit.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let (kind, payload) = match self {
            Self::Message(payload) => (MESSAGE, payload),
            Self::Chunk(payload) => (PART, payload),
            Self::Last(payload) => (LAST, payload),
        };
        let length = u32::try_from(payload.len())
            .ok()
            .filter(|_| payload.len() <= LIMIT)
            .ok_or(FrameError::TooLong(payload.len()))?;
        let mut bytes = Vec::with_capacity(HEADER + payload.len());
        bytes.extend(length.to_be_bytes());
        bytes.push(kind);
        bytes.extend(payload);
        Ok(bytes)
    }
}

/// Cuts the bytes of a pipe into frames.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
}

impl Decoder {
    /// Takes the next bytes from the pipe, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` until more bytes are pushed. After an error the pipe is of no more use.
    pub fn pull(&mut self) -> Result<Option<Frame>, FrameError> {
        let rest = &self.buffer[self.start..];
        let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let [a, b, c, d, kind] = *header;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(MESSAGE..=LAST).contains(&kind) {
            return Err(FrameError::UnknownKind(kind));
        }
        if length > LIMIT {
            return Err(FrameError::TooLong(length));
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let payload = payload.to_vec();
        self.start += HEADER + length;
        Ok(Some(match kind {
            MESSAGE => Frame::Message(payload),
            PART => Frame::Chunk(payload),
            _ => Frame::Last(payload),
        }))
    }

    /// Whether bytes of an unfinished frame are held: the pipe was cut in the middle.
    pub fn is_partial(&self) -> bool {
        self.start < self.buffer.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_cutting() {
        let frames = [
            Frame::Message(b"{}".to_vec()),
            Frame::Chunk(vec![7; 300]),
            Frame::Last(Vec::new()),
        ];
        let bytes: Vec<u8> = frames.iter().flat_map(|f| f.encode().unwrap()).collect();
        for size in [1, 3, 7, bytes.len()] {
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in bytes.chunks(size) {
                decoder.push(piece);
                while let Some(frame) = decoder.pull().unwrap() {
                    seen.push(frame);
                }
            }
            assert_eq!(seen, frames);
            assert!(!decoder.is_partial());
        }
    }

    #[test]
    fn refuses_what_is_no_frame_before_holding_it() {
        let mut decoder = Decoder::default();
        decoder.push(b"Welcome to host");
        assert!(decoder.pull().is_err());
        let mut decoder = Decoder::default();
        decoder.push(&[0xff, 0xff, 0xff, 0xff, MESSAGE]);
        assert!(matches!(decoder.pull(), Err(FrameError::TooLong(_))));
        assert!(Frame::Chunk(vec![0; LIMIT + 1]).encode().is_err());
    }
}
