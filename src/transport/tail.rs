use {
    std::sync::{Arc, Mutex, MutexGuard, PoisonError},
    tokio::{
        io::{AsyncRead, AsyncReadExt},
        sync::Notify,
    },
};

/// So much of a host's standard error is kept, in bytes.
const KEPT: usize = 8 * 1024;

/// The last of what a process wrote to standard error, read as it comes so that the process never waits for a reader.
#[derive(Clone, Default)]
pub(super) struct Tail {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    kept: Vec<u8>,
    /// Bytes read before `kept`.
    forgotten: usize,
    ended: bool,
}

impl Tail {
    /// Reads `stream` to its end in a task of its own.
    pub(super) fn of(stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let tail = Self::default();
        tokio::spawn(tail.clone().read(stream));
        tail
    }

    async fn read(self, mut stream: impl AsyncRead + Unpin) {
        let mut buffer = [0; 2048];
        loop {
            let length = stream.read(&mut buffer).await.unwrap_or(0);
            self.state().take(&buffer[..length]);
            self.shared.changed.notify_one();
            if length == 0 {
                return;
            }
        }
    }

    /// Waits until more was read, or the end.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Waits for the end of the stream.
    pub(super) async fn ended(&self) {
        while !self.state().ended {
            self.changed().await;
        }
    }

    /// How many bytes came so far.
    pub(super) fn position(&self) -> usize {
        let state = self.state();
        state.forgotten + state.kept.len()
    }

    /// What came after `position`, as far as it is kept.
    pub(super) fn since(&self, position: usize) -> String {
        let state = self.state();
        let from = position
            .saturating_sub(state.forgotten)
            .min(state.kept.len());
        String::from_utf8_lossy(&state.kept[from..]).into_owned()
    }

    /// The last lines, without surrounding white space and control characters that could confuse a terminal.
    pub(super) fn text(&self) -> String {
        clean(&self.since(0))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, bytes: &[u8]) {
        self.ended |= bytes.is_empty();
        self.kept.extend_from_slice(bytes);
        let excess = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..excess);
        self.forgotten += excess;
    }
}

/// What a host said, fit to be shown inside an error.
pub(super) fn clean(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_the_last_and_counts_the_rest() {
        let text = format!("{}end", "x".repeat(KEPT));
        let tail = Tail::of(std::io::Cursor::new(text.into_bytes()));
        tail.ended().await;
        assert_eq!(tail.position(), KEPT + 3);
        assert_eq!(tail.since(KEPT), "end");
        assert_eq!(tail.text().len(), KEPT);
    }

    #[test]
    fn a_host_cannot_send_escape_sequences_to_the_terminal() {
        assert_eq!(clean("\u{1b}[2Jno\r\n entry\n"), "[2Jno\n entry");
    }
}
