use {
    anyhow::{Context, Result},
    std::io::{self, ErrorKind, Write},
};

/// Writes to standard output. A reader that has seen enough (`farcast doc | head`) is no error.
pub(super) fn print(text: impl AsRef<[u8]>) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_ref())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Tells the person something that is not the output itself.
pub(super) fn tell(text: &str) {
    // Nothing is left to do where standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
