use {
    crate::{
        act::Watch,
        wire::{Decoder, Frame, FrameError, Request},
    },
    std::{
        collections::VecDeque,
        io::{ErrorKind, Read},
        sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
        thread,
        time::Duration,
    },
};

/// How many chunks of content may wait in memory.
const CHUNKS: usize = 8;

/// How long the work gets to stop by itself after the controller is gone.
const GRACE: Duration = Duration::from_secs(3);

/// What the controller sent, as the work takes it. A thread of its own reads the pipe, so that a cancel or the end of the
/// pipe acts at once.
pub(super) struct Inbox {
    requests: Receiver<Result<Request, FrameError>>,
    waiting: VecDeque<Request>,
    chunks: Receiver<Chunk>,
    /// Nothing is sent on it: that it is gone says that the work has ended.
    _working: Sender<()>,
}

/// A piece of content.
pub(super) struct Chunk {
    pub bytes: Vec<u8>,
    pub is_last: bool,
}

impl Inbox {
    /// Begins to read. When the pipe ends, everything that was started ends; should the work hang in a system call all the
    /// same, so does the process.
    pub fn open(input: impl Read + Send + 'static, watch: Watch) -> Self {
        let (request, requests) = mpsc::channel();
        let (chunk, chunks) = mpsc::sync_channel(CHUNKS);
        let (working, work) = mpsc::channel();
        thread::spawn(move || {
            read(input, &watch, request, chunk);
            if work.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                std::process::exit(0);
            }
        });
        Self {
            requests,
            waiting: VecDeque::new(),
            chunks,
            _working: working,
        }
    }

    /// The next request to work on; `None`: the controller is gone.
    pub fn next(&mut self) -> Result<Option<Request>, FrameError> {
        match self.waiting.pop_front() {
            Some(request) => Ok(Some(request)),
            None => self.requests.recv().ok().transpose(),
        }
    }

    /// Waits for the answer to a need: why it is refused. Requests that come before it wait. `None`: the controller is gone.
    pub fn content(&mut self) -> Result<Option<Option<String>>, FrameError> {
        while let Ok(request) = self.requests.recv() {
            match request? {
                Request::Content { refused } => return Ok(Some(refused)),
                other => self.waiting.push_back(other),
            }
        }
        Ok(None)
    }

    /// The next piece of content; `None`: the controller is gone.
    pub fn chunk(&mut self) -> Option<Chunk> {
        self.chunks.recv().ok()
    }
}

/// Reads to the end of the pipe; then ends everything. The work notices by itself and returns.
fn read(
    input: impl Read,
    watch: &Watch,
    requests: Sender<Result<Request, FrameError>>,
    chunks: SyncSender<Chunk>,
) {
    if let Err(error) = pass(input, watch, &requests, &chunks) {
        // Nobody is left to hear it if the work has ended.
        let _ = requests.send(Err(error));
    }
    drop((requests, chunks));
    watch.close();
}

fn pass(
    mut input: impl Read,
    watch: &Watch,
    requests: &Sender<Result<Request, FrameError>>,
    chunks: &SyncSender<Chunk>,
) -> Result<(), FrameError> {
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // A broken pipe is its end.
            Err(_) => return Ok(()),
        };
        decoder.push(&buffer[..count]);
        while let Some(frame) = decoder.pull()? {
            let taken = match frame {
                Frame::Chunk(bytes) => chunks
                    .send(Chunk {
                        bytes,
                        is_last: false,
                    })
                    .is_ok(),
                Frame::Last(bytes) => chunks
                    .send(Chunk {
                        bytes,
                        is_last: true,
                    })
                    .is_ok(),
                Frame::Message(payload) => match Frame::read(&payload)? {
                    Request::Cancel { id } => {
                        watch.cancel(id);
                        true
                    }
                    request => requests.send(Ok(request)).is_ok(),
                },
            };
            if !taken {
                return Ok(());
            }
        }
    }
}
