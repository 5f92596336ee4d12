use {
    super::content_store::Supply,
    crate::wire::{CHUNK, Decoder, Frame, FrameError, Packer, Request},
    serde::Serialize,
    std::{
        collections::VecDeque,
        io::{self, Read},
    },
    tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
};

/// Frames in both directions over the streams of a process. Sending never waits for the other side: what is to be sent is
/// queued, and goes out while frames are awaited.
pub(super) struct Conversation {
    stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    stdout: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    decoder: Decoder,
    queue: VecDeque<Parcel>,
    packer: Packer,
    /// Bytes that are going out, and how many of them are gone.
    bytes: Vec<u8>,
    gone: usize,
}

enum Parcel {
    Frame(Frame),
    /// Opened when its turn comes: there may be many.
    Content(Supply),
    /// Read piece by piece as it goes out, so that a large file is never in memory. Second: how much is yet to come.
    Rest(Box<dyn Read + Send>, u64),
}

/// Why no further frame will come.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("end of the stream")]
    End,
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("content could not be read to its end: {0}")]
    Content(io::Error),
}

impl Conversation {
    pub(super) fn new(
        stdin: Box<dyn AsyncWrite + Send + Unpin>,
        stdout: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    ) -> Self {
        Self {
            stdin: Some(stdin),
            stdout,
            decoder: Decoder::default(),
            queue: VecDeque::new(),
            packer: Packer::default(),
            bytes: Vec::new(),
            gone: 0,
        }
    }

    /// Queues a message.
    ///
    /// # Errors
    /// When it is too large for a frame.
    pub(super) fn send(&mut self, message: &impl Serialize) -> Result<(), FrameError> {
        let frame = Frame::message(message)?;
        self.queue.push_back(Parcel::Frame(frame));
        Ok(())
    }

    /// Queues content as the answer to a need: that it comes, and its chunks; or why it does not.
    pub(super) fn send_content(&mut self, content: Supply) {
        self.queue.push_back(Parcel::Content(content));
    }

    /// Waits for the next frame, and sends what is queued meanwhile. May be cut off and called again.
    pub(super) async fn next(&mut self) -> Result<Frame, Broken> {
        loop {
            if let Some(frame) = self.decoder.pull()? {
                return Ok(frame);
            }
            self.refill()?;
            let sending = self.gone < self.bytes.len() && self.stdin.is_some();
            tokio::select! {
                read = self.stdout.fill_buf() => {
                    let length = match read {
                        Ok(bytes) if !bytes.is_empty() => {
                            self.decoder.push(bytes);
                            bytes.len()
                        }
                        _ => return Err(Broken::End),
                    };
                    self.stdout.consume(length);
                }
                written = write(&mut self.stdin, &self.bytes[self.gone..]), if sending => {
                    match written {
                        Ok(length) => self.gone += length,
                        // The process reads no more; what it still said is read to the end.
                        Err(_) => self.stdin = None,
                    }
                }
            }
        }
    }

    /// Sends what is queued, then says that nothing more will come.
    pub(super) async fn finish(&mut self) {
        while let (Ok(()), Some(stdin)) = (self.refill(), &mut self.stdin) {
            let rest = &self.bytes[self.gone..];
            if rest.is_empty() || stdin.write_all(rest).await.is_err() {
                break;
            }
            self.gone = self.bytes.len();
        }
        if let Some(mut stdin) = self.stdin.take() {
            // Where this fails, the process is gone, as it should be.
            let _ = stdin.shutdown().await;
        }
    }

    /// Takes the next bytes from the queue once the last ones are gone: as much as makes a chunk, packed as one.
    fn refill(&mut self) -> Result<(), Broken> {
        if self.gone < self.bytes.len() || self.queue.is_empty() {
            return Ok(());
        }
        let mut batch = std::mem::take(&mut self.bytes);
        batch.clear();
        while batch.len() < CHUNK {
            match self.queue.pop_front() {
                None => break,
                Some(Parcel::Frame(frame)) => frame.encode_to(&mut batch)?,
                Some(Parcel::Content(content)) => self.begin(&content, &mut batch)?,
                Some(Parcel::Rest(content, left)) => self.go_on(content, left, &mut batch)?,
            }
        }
        self.gone = 0;
        self.bytes = self.packer.pack(batch);
        Ok(())
    }

    fn begin(&mut self, content: &Supply, batch: &mut Vec<u8>) -> Result<(), Broken> {
        let opened = content.open();
        let refused = opened.as_ref().err().map(ToString::to_string);
        Frame::message(&Request::Content { refused })?.encode_to(batch)?;
        match opened {
            Ok(reader) => self.go_on(reader, content.length(), batch),
            Err(_) => Ok(()),
        }
    }

    /// Sends the next piece.
    fn go_on(
        &mut self,
        mut content: Box<dyn Read + Send>,
        left: u64,
        batch: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let room = usize::try_from(left).map_or(CHUNK, |left| CHUNK.min(left + 1));
        let mut piece = Vec::with_capacity(room);
        let read = content.by_ref().take(CHUNK as u64).read_to_end(&mut piece);
        let read = read.map_err(Broken::Content)?;
        if read < CHUNK {
            Frame::Last(piece).encode_to(batch)?;
        } else {
            Frame::Chunk(piece).encode_to(batch)?;
            let left = left.saturating_sub(read as u64);
            self.queue.push_front(Parcel::Rest(content, left));
        }
        Ok(())
    }
}

async fn write(
    stdin: &mut Option<Box<dyn AsyncWrite + Send + Unpin>>,
    bytes: &[u8],
) -> io::Result<usize> {
    match stdin {
        Some(stdin) => stdin.write(bytes).await,
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, tokio::io::duplex};

    fn conversation(stream: tokio::io::DuplexStream) -> Conversation {
        let (reader, writer) = tokio::io::split(stream);
        Conversation::new(Box::new(writer), BufReader::new(Box::new(reader)))
    }

    #[tokio::test]
    async fn both_sides_may_send_more_than_the_pipe_holds() {
        let (here, there) = duplex(64);
        let (mut here, mut there) = (conversation(here), conversation(there));
        let large = "x".repeat(100_000);
        here.send(&large).unwrap();
        there.send(&large).unwrap();
        let (one, two) = tokio::join!(here.next(), async {
            let frame = there.next().await;
            // Sends the rest of its own.
            there.finish().await;
            frame
        });
        assert_eq!(
            Frame::read::<String>(payload(&one.unwrap())).unwrap(),
            large
        );
        // The first side has sent all by the time that the second has read it.
        assert_eq!(
            Frame::read::<String>(payload(&two.unwrap())).unwrap(),
            large
        );
    }

    fn payload(frame: &Frame) -> &[u8] {
        match frame {
            Frame::Message(bytes) | Frame::Chunk(bytes) | Frame::Last(bytes) => bytes,
        }
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_refused_and_the_next_one_comes() {
        let (here, there) = duplex(1024);
        let (mut here, mut there) = (conversation(here), conversation(there));
        let store = crate::transport::ContentStore::default();
        let directory = tempfile::tempdir().unwrap();
        let paths = ["one", "two"].map(|name| directory.path().join(name));
        paths.iter().for_each(|path| {
            std::fs::write(path, path.display().to_string()).unwrap();
        });
        for path in &paths {
            let metadata = std::fs::metadata(path).unwrap();
            let held = store.hold_files(&[(path, &metadata)]).unwrap();
            here.send_content(store.supply(&held[0].content.sha256).unwrap());
        }
        std::fs::remove_file(&paths[0]).unwrap();
        let (_, frames) = tokio::join!(here.finish(), async {
            let refused = there.next().await.unwrap();
            [
                refused,
                there.next().await.unwrap(),
                there.next().await.unwrap(),
            ]
        });
        let refused: Request = Frame::read(payload(&frames[0])).unwrap();
        assert!(matches!(refused, Request::Content { refused: Some(_) }));
        assert_eq!(
            payload(&frames[2]),
            paths[1].display().to_string().as_bytes()
        );
    }

    #[tokio::test]
    async fn content_travels_in_chunks_and_ends_with_one_that_is_marked() {
        let (here, there) = duplex(1024);
        let (mut here, mut there) = (conversation(here), conversation(there));
        for length in [CHUNK, 3] {
            here.send_content(Supply::Bytes(vec![7; length].into()));
        }
        let (_, frames) = tokio::join!(here.finish(), async {
            let mut frames = Vec::new();
            for _ in 0..5 {
                frames.push(there.next().await.unwrap());
            }
            frames
        });
        let here_it_comes = Frame::message(&Request::Content { refused: None }).unwrap();
        let wanted = [
            here_it_comes.clone(),
            Frame::Chunk(vec![7; CHUNK]),
            Frame::Last(Vec::new()),
            here_it_comes,
            Frame::Last(vec![7; 3]),
        ];
        assert!(frames == wanted);
    }
}
