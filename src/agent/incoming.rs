use {
    super::inbox::Inbox,
    crate::act::hexadecimal,
    sha2::{Digest, Sha256},
    std::{
        io::{self, BufRead, Read},
        mem,
    },
};

/// One content as it comes from the controller, hashed on its way. Its end is an error where the hash is another than
/// announced, so that nobody takes it for whole.
pub(super) struct Incoming<'a> {
    inbox: &'a mut Inbox,
    wanted: &'a str,
    state: Sha256,
    piece: Vec<u8>,
    taken: usize,
    end: End,
}

/// How far it came.
enum End {
    Ahead,
    Whole,
    /// The controller is gone.
    Lost,
    /// What came has this hash.
    Other(String),
}

/// Why content did not come whole.
#[derive(Debug, thiserror::Error)]
pub(super) enum Incomplete {
    #[error("the controller is gone")]
    Lost,
    #[error(
        "the content that came is {found}, not {wanted} as announced; did the file change on the controller meanwhile?"
    )]
    Other { found: String, wanted: String },
}

impl<'a> Incoming<'a> {
    /// Takes the hash that was announced.
    pub fn new(inbox: &'a mut Inbox, wanted: &'a str) -> Self {
        Self {
            inbox,
            wanted,
            state: Sha256::new(),
            piece: Vec::new(),
            taken: 0,
            end: End::Ahead,
        }
    }

    /// Lets the rest go by, and says whether all of it came as announced.
    pub fn finish(mut self) -> Result<(), Incomplete> {
        while let End::Ahead = self.end {
            self.advance();
        }
        self.verdict()
    }

    fn verdict(&self) -> Result<(), Incomplete> {
        match &self.end {
            End::Ahead | End::Whole => Ok(()),
            End::Lost => Err(Incomplete::Lost),
            End::Other(found) => Err(Incomplete::Other {
                found: found.clone(),
                wanted: self.wanted.to_owned(),
            }),
        }
    }

    fn advance(&mut self) {
        self.taken = 0;
        let Some(chunk) = self.inbox.chunk() else {
            self.piece = Vec::new();
            self.end = End::Lost;
            return;
        };
        self.state.update(&chunk.bytes);
        self.piece = chunk.bytes;
        if chunk.is_last {
            let found = hexadecimal(&mem::take(&mut self.state).finalize());
            self.end = match found == self.wanted {
                true => End::Whole,
                false => End::Other(found),
            };
        }
    }
}

impl BufRead for Incoming<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.piece.len() {
            if !matches!(self.end, End::Ahead) {
                self.verdict().map_err(io::Error::other)?;
                return Ok(&[]);
            }
            self.advance();
        }
        Ok(&self.piece[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
    }
}

impl Read for Incoming<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
