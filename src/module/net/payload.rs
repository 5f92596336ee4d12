use {
    crate::act::{Body, Failure, Probe},
    std::{
        io::{Cursor, Read},
        path::{Path, PathBuf},
        rc::Rc,
    },
};

/// What a request carries.
#[derive(Clone, Debug)]
pub enum Payload {
    Bytes(Vec<u8>),
    /// A file on the host, with its length in bytes.
    File(PathBuf, u64),
    /// Content from the controller, with its length in bytes.
    Body(Rc<Body>, u64),
}

impl Payload {
    /// In bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, length) | Self::Body(_, length) => *length,
        }
    }

    /// Reads it from the beginning.
    pub fn open(&self, probe: &Probe) -> Result<Box<dyn Read + '_>, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes))),
            Self::File(path, _) => probe.open(path),
            Self::Body(body, _) => match body.reader() {
                Ok(reader) => Ok(reader),
                Err(error) => Err(Failure::io("read", Path::new("received content"))(error)),
            },
        }
    }
}
