//! What can keep the service from doing its work.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the service cannot start, answer or purge. Each message says where and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum GreetingError {
    /// SQLite refused.
    #[error(
        "database {path:?}: {cause}; is it a SQLite file in a directory that this user may write?"
    )]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        cause: rusqlite::Error,
    },
    /// A purge was asked of a database that is not there.
    #[error("database {path:?} does not exist; `greeting serve --database PATH` makes it")]
    NoDatabase {
        /// The database file.
        path: PathBuf,
    },
    /// The log file cannot be opened or turned over.
    #[error("log {path:?}: {cause}; does its directory exist, and may this user write in it?")]
    Log {
        /// The log file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The unix socket cannot be made.
    #[error("socket {path:?}: {cause}; does its directory exist, and may this user write in it?")]
    Socket {
        /// Where the socket should be.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Something else lives at the socket's path.
    #[error(
        "socket {path:?}: a file that is no socket is in the way; remove it or choose another path"
    )]
    NoSocket {
        /// Where the socket should be.
        path: PathBuf,
    },
    /// Another process answers at the socket.
    #[error("socket {path:?}: another process is listening there; stop it first")]
    SocketInUse {
        /// Where the socket should be.
        path: PathBuf,
    },
    /// The TCP address cannot be listened on.
    #[error("address {address}: {cause}; is the port free and the address one of this machine?")]
    Address {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// The server or its signal handlers failed.
    #[error("server: {0}")]
    Server(#[from] io::Error),
    /// A database call died before it answered.
    #[error("a database call ended without an answer")]
    Interrupted,
}
