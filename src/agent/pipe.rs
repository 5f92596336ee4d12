use {
    super::inbox::Inbox,
    crate::{
        act::{Body, Controller, Digest, Failure},
        wire::{CHUNK, Frame, FrameError, Report, Stream},
    },
    std::{
        cell::RefCell,
        io::{self, Read, Write},
        path::Path,
        rc::Rc,
    },
};

/// The controller at the other end of the pipe.
#[derive(Clone)]
pub(super) struct Pipe {
    output: Rc<RefCell<dyn Write>>,
    inbox: Rc<RefCell<Inbox>>,
}

impl Pipe {
    pub fn new(output: impl Write + 'static, inbox: Inbox) -> Self {
        Self {
            output: Rc::new(RefCell::new(output)),
            inbox: Rc::new(RefCell::new(inbox)),
        }
    }

    /// The next request to work on.
    pub fn next(&self) -> Result<Option<crate::wire::Request>, FrameError> {
        self.inbox.borrow_mut().next()
    }

    /// Sends a report.
    pub fn report(&self, report: &Report) -> Result<(), SendError> {
        self.send(&Frame::message(report)?)
    }

    fn send(&self, frame: &Frame) -> Result<(), SendError> {
        let bytes = frame.encode()?;
        let mut output = self.output.borrow_mut();
        output.write_all(&bytes)?;
        output.flush()?;
        Ok(())
    }

    /// Receives the chunks of content to their end, even when they cannot be kept.
    fn receive(&self) -> Result<Body, Failure> {
        let mut inbox = self.inbox.borrow_mut();
        let mut body = Ok(Body::new());
        while let Some(chunk) = inbox.chunk() {
            body = body.and_then(|mut body| body.extend(&chunk.bytes).map(|()| body));
            if chunk.is_last {
                return body;
            }
        }
        Err(Failure::Cancelled)
    }

    fn fetch(&self, sha256: &str) -> Result<Body, Failure> {
        let need = Report::Need {
            sha256: sha256.into(),
        };
        self.report(&need).map_err(SendError::failure)?;
        let answer = self.inbox.borrow_mut().content();
        match answer {
            Ok(Some(None)) => self.receive(),
            Ok(Some(Some(why))) => Err(Failure::refused(format!(
                "the controller cannot give the content that is needed: {why}"
            ))),
            Ok(None) => Err(Failure::Cancelled),
            Err(error) => Err(Failure::refused(error.to_string())),
        }
    }
}

impl Controller for Pipe {
    fn content(&mut self, sha256: &str) -> Result<Body, Failure> {
        let body = self.fetch(sha256)?;
        let hash = body
            .reader()
            .and_then(|mut reader| Digest::Sha256.read(&mut reader))
            .map_err(Failure::io("read", Path::new("received content")))?;
        match hash == sha256 {
            true => Ok(body),
            false => Err(Failure::refused(format!(
                "the content that came is {hash}, not {sha256} as announced; did the file change on the controller meanwhile?"
            ))),
        }
    }

    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure> {
        self.report(&Report::Content { id })
            .map_err(SendError::failure)?;
        loop {
            let mut chunk = Vec::new();
            // What cannot be read any further must still have an end on the pipe.
            let read = bytes.take(CHUNK as u64).read_to_end(&mut chunk);
            let is_last = read.is_err() || chunk.len() < CHUNK;
            let frame = match is_last {
                true => Frame::Last(chunk),
                false => Frame::Chunk(chunk),
            };
            self.send(&frame).map_err(SendError::failure)?;
            read.map_err(Failure::io("read", Path::new("the file to send")))?;
            if is_last {
                return Ok(());
            }
        }
    }

    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str) {
        let text = text.into();
        // When the pipe is broken the end of the step tells.
        let _ = self.report(&Report::Output {
            id,
            item,
            stream,
            text,
        });
    }
}

/// Why a report could not be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("the controller is gone: {0}")]
    Pipe(#[from] io::Error),
}

impl SendError {
    fn failure(self) -> Failure {
        Failure::refused(self.to_string())
    }
}
