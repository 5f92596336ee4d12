//! Frames: how messages and bytes stand on the pipe. No I/O happens here.
//!
//! | bytes | meaning |
//! |---|---|
//! | 4 | length of the payload, big-endian, at most [`LIMIT`] |
//! | 1 | kind: `1` message, `2` chunk, `3` last chunk, `4` packed |
//! | length | payload: JSON of a `Request` or a `Report`; raw bytes for chunks; for packed, the length of what it holds (4 bytes, big-endian, at most [`LIMIT`]) and that as an LZ4 block: whole frames of the other kinds |
//!
//! | after this message | come |
//! |---|---|
//! | `Report::Need` | `Request::Content` for each hash, in the order asked, without waiting in between |
//! | `Request::Content { refused: None }` | chunks to the agent, the last one marked (it may be empty) |
//! | `Report::Content` | chunks to the controller, the last one marked (it may be empty) |

use {
    super::packing,
    serde::{Serialize, de::DeserializeOwned},
};

/// The most bytes that a frame's payload may have.
pub const LIMIT: usize = 16 * 1024 * 1024;

/// The bytes of content that senders put in a chunk.
pub const CHUNK: usize = 256 * 1024;

const HEADER: usize = 5;
const MESSAGE: u8 = 1;
const PART: u8 = 2;
const LAST: u8 = 3;
pub(super) const PACKED: u8 = 4;

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
    #[error("a packed frame does not hold what it says; were bytes changed on their way?")]
    Packed,
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
        let mut bytes = Vec::new();
        self.encode_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Adds the bytes for the pipe to others. Fails if the payload is over the limit.
    pub fn encode_to(&self, bytes: &mut Vec<u8>) -> Result<(), FrameError> {
        let (kind, payload) = match self {
            Self::Message(payload) => (MESSAGE, payload),
            Self::Chunk(payload) => (PART, payload),
            Self::Last(payload) => (LAST, payload),
        };
        let length = u32::try_from(payload.len())
            .ok()
            .filter(|_| payload.len() <= LIMIT)
            .ok_or(FrameError::TooLong(payload.len()))?;
        bytes.reserve(HEADER + payload.len());
        bytes.extend(header(length, kind));
        bytes.extend_from_slice(payload);
        Ok(())
    }
}

pub(super) fn header(length: u32, kind: u8) -> [u8; HEADER] {
    let [a, b, c, d] = length.to_be_bytes();
    [a, b, c, d, kind]
}

/// Cuts the bytes of a pipe into frames.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    /// What was in a packed frame, and how much of that is given already.
    unpacked: Vec<u8>,
    given: usize,
}

/// What stands first in some bytes, and how many of them it takes.
struct Cut<'a> {
    kind: u8,
    payload: &'a [u8],
    length: usize,
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
        loop {
            if self.given < self.unpacked.len() {
                let cut = cut(&self.unpacked[self.given..])?.ok_or(FrameError::Packed)?;
                let frame = cut.frame().ok_or(FrameError::Packed)?;
                self.given += cut.length;
                if self.given == self.unpacked.len() {
                    (self.unpacked, self.given) = (Vec::new(), 0);
                }
                return Ok(Some(frame));
            }
            let Some(cut) = cut(&self.buffer[self.start..])? else {
                return Ok(None);
            };
            let length = cut.length;
            let frame = cut.frame();
            if frame.is_none() {
                self.unpacked = packing::unpack(cut.payload)?;
                self.given = 0;
            }
            self.start += length;
            if frame.is_some() {
                return Ok(frame);
            }
        }
    }

    /// Whether bytes of an unfinished frame are held: the pipe was cut in the middle.
    pub fn is_partial(&self) -> bool {
        self.start < self.buffer.len()
    }
}

/// `None` until there are more bytes.
fn cut(bytes: &[u8]) -> Result<Option<Cut<'_>>, FrameError> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
        return Ok(None);
    };
    let [a, b, c, d, kind] = *header;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if !(MESSAGE..=PACKED).contains(&kind) {
        return Err(FrameError::UnknownKind(kind));
    }
    if length > LIMIT {
        return Err(FrameError::TooLong(length));
    }
    Ok(rest.get(..length).map(|payload| Cut {
        kind,
        payload,
        length: HEADER + length,
    }))
}

impl Cut<'_> {
    /// `None`: it is packed.
    fn frame(&self) -> Option<Frame> {
        let payload = || self.payload.to_vec();
        match self.kind {
            MESSAGE => Some(Frame::Message(payload())),
            PART => Some(Frame::Chunk(payload())),
            LAST => Some(Frame::Last(payload())),
            _ => None,
        }
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
