use {
    super::{
        inbox::Inbox,
        incoming::{Incoming, Incomplete},
    },
    crate::{
        act::{Controller, Failure},
        wire::{CHUNK, Frame, FrameError, Packer, Report, Stream},
    },
    std::{
        cell::RefCell,
        io::{self, BufRead, Read, Write},
        path::Path,
        rc::Rc,
    },
};

/// The controller at the other end of the pipe.
#[derive(Clone)]
pub(super) struct Pipe {
    output: Rc<RefCell<dyn Write>>,
    packer: Rc<RefCell<Packer>>,
    inbox: Rc<RefCell<Inbox>>,
}

impl Pipe {
    pub fn new(output: impl Write + 'static, inbox: Inbox) -> Self {
        Self {
            output: Rc::new(RefCell::new(output)),
            packer: Rc::default(),
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
        let bytes = self.packer.borrow_mut().pack(frame.encode()?);
        let mut output = self.output.borrow_mut();
        output.write_all(&bytes)?;
        output.flush()?;
        Ok(())
    }

    /// Takes the answer to one hash of a need to its end, even when it cannot be kept. `None`: the controller is gone.
    fn receive(&self, sha256: &str, take: Option<&mut Taker<'_>>) -> Option<Result<(), Failure>> {
        let mut inbox = self.inbox.borrow_mut();
        match inbox.content() {
            Ok(Some(None)) => {}
            Ok(Some(Some(why))) => {
                return Some(Err(Failure::refused(format!(
                    "the controller cannot give the content that is needed: {why}"
                ))));
            }
            Ok(None) => return None,
            Err(error) => return Some(Err(Failure::refused(error.to_string()))),
        }
        let mut incoming = Incoming::new(&mut inbox, sha256);
        let taken = take.map_or(Ok(()), |take| take(&mut incoming));
        match incoming.finish() {
            Ok(()) => Some(taken),
            Err(Incomplete::Lost) => None,
            // What is wrong with the content says more than what came of that.
            Err(other) => Some(Err(Failure::refused(other.to_string()))),
        }
    }
}

type Taker<'a> = dyn FnMut(&mut dyn BufRead) -> Result<(), Failure> + 'a;

impl Controller for Pipe {
    fn contents(
        &mut self,
        wanted: &[&str],
        take: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let sha256 = wanted.iter().map(ToString::to_string).collect();
        self.report(&Report::Need { sha256 })
            .map_err(SendError::failure)?;
        let mut ended = Ok(());
        for (index, sha256) in wanted.iter().enumerate() {
            // After a failure the rest goes by, so that the next need finds its own.
            let mut take = |bytes: &mut dyn BufRead| take(index, bytes);
            let take: Option<&mut Taker<'_>> = match ended {
                Ok(()) => Some(&mut take),
                Err(_) => None,
            };
            let received = self.receive(sha256, take).ok_or(Failure::Cancelled)?;
            ended = ended.and(received);
        }
        ended
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
