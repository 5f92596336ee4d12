use {
    futures::future::BoxFuture,
    tokio::io::{AsyncRead, AsyncWrite},
};

/// A process on a host: its standard streams, and how it ended.
pub struct Pipe {
    /// Dropping it is end of file for the process.
    pub stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    pub stderr: Box<dyn AsyncRead + Send + Unpin>,
    /// Resolves when the process has ended; dropping it lets go of the process.
    pub exit: BoxFuture<'static, Exit>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    /// By a signal, or with the connection.
    Lost,
}
