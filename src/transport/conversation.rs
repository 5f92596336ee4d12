use {
    crate::wire::{CHUNK, Decoder, Frame, FrameError},
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
    /// Bytes of the parcel that is going out, and how many of them are gone.
    bytes: Vec<u8>,
    gone: usize,
}

enum Parcel {
    Frame(Frame),
    /// Read piece by piece as it goes out, so that a large file is never in memory.
    Content(Box<dyn Read + Send>),
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

    /// Queues content as chunks.
    pub(super) fn send_content(&mut self, content: Box<dyn Read + Send>) {
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

    /// Takes the next bytes from the queue once the last ones are gone.
    fn refill(&mut self) -> Result<(), Broken> {
        if self.gone < self.bytes.len() {
            return Ok(());
        }
        self.gone = 0;
        self.bytes = match self.queue.pop_front() {
            None => Vec::new(),
            Some(Parcel::Frame(frame)) => frame.encode()?,
            Some(Parcel::Content(mut content)) => {
                let mut piece = Vec::new();
                let read = content.by_ref().take(CHUNK as u64).read_to_end(&mut piece);
                if read.map_err(Broken::Content)? < CHUNK {
                    Frame::Last(piece).encode()?
                } else {
                    self.queue.push_front(Parcel::Content(content));
                    Frame::Chunk(piece).encode()?
                }
            }
        };
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
    async fn content_travels_in_chunks_and_ends_with_one_that_is_marked() {
        let (here, there) = duplex(1024);
        let (mut here, mut there) = (conversation(here), conversation(there));
        here.send_content(Box::new(io::Cursor::new(vec![7; CHUNK])));
        let (_, frames) = tokio::join!(here.finish(), async {
            [there.next().await.unwrap(), there.next().await.unwrap()]
        });
        assert_eq!(
            frames,
            [Frame::Chunk(vec![7; CHUNK]), Frame::Last(Vec::new())]
        );
    }
}
