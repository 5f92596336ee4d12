use {
    super::{
        Exit, Pipe, Unreachable,
        tail::{Tail, clean},
    },
    futures::future::{BoxFuture, FutureExt, Shared},
    std::{io, time::Duration},
    tokio::{
        io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
        time::timeout,
    },
};

/// Bytes that are read ahead. Every host has them as long as its agent runs.
const AHEAD: usize = 16 * 1024;

/// Output before the first line of the bootstrap (a login script that prints) is let pass up to this many bytes.
const NOISE_LIMIT: usize = 256 * 1024;

/// The talk with the shell on the host until the agent speaks: lines from it, bytes to it.
pub(super) struct Dialogue {
    pub(super) stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub(super) stdout: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    pub(super) stderr: Tail,
    /// May be awaited again and again.
    pub(super) exit: Shared<BoxFuture<'static, Exit>>,
    /// What came since the last whole line.
    partial: Vec<u8>,
    /// What came that was no line of the bootstrap, for messages.
    noise: String,
    patience: Duration,
}

/// What the dialogue waited for.
pub(super) enum Heard {
    /// A line of the bootstrap, without its `FARCAST `.
    Line(String),
    /// Something came on standard error, or a piece of a line.
    Piece,
    /// The process has ended.
    End,
}

impl Dialogue {
    /// `patience`: how long the host may be silent.
    pub(super) fn new(pipe: Pipe, patience: Duration) -> Self {
        Self {
            stdin: pipe.stdin,
            stdout: BufReader::with_capacity(AHEAD, pipe.stdout),
            stderr: Tail::of(pipe.stderr),
            exit: pipe.exit.shared(),
            partial: Vec::new(),
            noise: String::new(),
            patience,
        }
    }

    /// Waits for whatever the host says next.
    pub(super) async fn hear(&mut self) -> Result<Heard, Unreachable> {
        let patience = self.patience;
        let stderr = self.stderr.clone();
        let next = async {
            tokio::select! {
                heard = self.read() => heard,
                () = stderr.changed() => Heard::Piece,
            }
        };
        match timeout(patience, next).await {
            Ok(heard) => Ok(heard),
            Err(_) => Err(Unreachable::Silent {
                limit: patience,
                said: self.said(),
            }),
        }
    }

    /// Waits for a line of the bootstrap; `None` at the end.
    pub(super) async fn line(&mut self) -> Result<Option<String>, Unreachable> {
        loop {
            match self.hear().await? {
                Heard::Line(line) => return Ok(Some(line)),
                Heard::Piece => {}
                Heard::End => return Ok(None),
            }
        }
    }

    /// Reads to the next end of a line; may be cut off and called again.
    async fn read(&mut self) -> Heard {
        let Ok(bytes) = self.stdout.fill_buf().await else {
            return Heard::End;
        };
        if bytes.is_empty() {
            return Heard::End;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(bytes.len(), |end| end + 1);
        self.partial.extend_from_slice(&bytes[..length]);
        self.stdout.consume(length);
        if self.noise.len() + self.partial.len() > NOISE_LIMIT {
            return Heard::End;
        }
        if end.is_none() {
            return Heard::Piece;
        }
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.partial)).into_owned();
        // A prompt without an end of line may stand before.
        match line.find("FARCAST ") {
            Some(at) => Heard::Line(line[at + "FARCAST ".len()..].trim_end().to_owned()),
            None => {
                self.noise.push_str(&line);
                Heard::Piece
            }
        }
    }

    /// An unfinished line on standard output, such as a question.
    pub(super) fn partial(&self) -> String {
        String::from_utf8_lossy(&self.partial).into_owned()
    }

    /// Forgets an unfinished line that was dealt with.
    pub(super) fn forget_partial(&mut self) {
        self.partial.clear();
    }

    /// Sends bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdin.write_all(bytes).await?;
        self.stdin.flush().await
    }

    /// Waits for the end of the process, but not for ever, and tells its exit code where it has one.
    pub(super) async fn ended(&mut self) -> Option<i32> {
        let wait = async {
            self.stderr.ended().await;
            self.exit.clone().await
        };
        match timeout(Duration::from_secs(5), wait).await {
            Ok(Exit::Code(code)) => Some(code),
            _ => None,
        }
    }

    /// What the host said, fit for a message: its errors, or else its output.
    pub(super) fn said(&self) -> String {
        let errors = self.stderr.text();
        let output = clean(&format!("{}{}", self.noise, self.partial()));
        match (errors.is_empty(), output.is_empty()) {
            (false, _) => errors,
            (true, false) => output,
            (true, true) => "nothing".to_owned(),
        }
    }
}
