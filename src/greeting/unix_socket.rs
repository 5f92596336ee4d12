//! The unix socket that a proxy on the same machine connects to.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt, PermissionsExt},
        net::UnixStream,
    },
    path::{Path, PathBuf},
};

use axum::serve::Listener;
use tokio::net::{UnixListener, unix::SocketAddr};

use super::GreetingError;

/// A listening unix socket. Its file appears with its final mode, and goes when the socket is dropped.
#[derive(Debug)]
pub struct UnixSocket {
    listener: UnixListener,
    path: PathBuf,
    identity: (u64, u64),
}

impl UnixSocket {
    /// Listens at `path` with permission bits `mode`. A socket that nobody answers any more is replaced;
    /// a live one, or a file of another kind, is an error.
    pub fn bind(path: &Path, mode: u32) -> Result<Self, GreetingError> {
        refuse_occupied(path)?;
        Self::bind_and_rename(path, mode).map_err(|cause| GreetingError::Socket {
            path: path.to_owned(),
            cause,
        })
    }

    // Under its final name the socket never exists with another mode than the one asked for.
    fn bind_and_rename(path: &Path, mode: u32) -> io::Result<Self> {
        let mut nascent = path.as_os_str().to_owned();
        nascent.push(".new");
        let nascent = Path::new(&nascent);
        remove_if_there(nascent)?;
        let listener = UnixListener::bind(nascent)?;
        fs::set_permissions(nascent, Permissions::from_mode(mode))?;
        fs::rename(nascent, path)?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            identity: identity(path)?,
        })
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        // A successor may have put its own socket there already.
        if identity(&self.path).is_ok_and(|found| found == self.identity) {
            // There is nobody left to tell, and a stale socket is replaced at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Listener for UnixSocket {
    type Io = <UnixListener as Listener>::Io;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        Listener::accept(&mut self.listener).await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

fn refuse_occupied(path: &Path) -> Result<(), GreetingError> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(GreetingError::NoSocket {
            path: path.to_owned(),
        });
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(GreetingError::SocketInUse {
            path: path.to_owned(),
        }),
        Err(_) => Ok(()),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_has_its_mode_and_goes_when_dropped() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("greeting.sock");
        let socket = UnixSocket::bind(&path, 0o640).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
        drop(socket);
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_live_socket_is_left_alone_and_a_stale_one_replaced() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("greeting.sock");
        let stale = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(matches!(
            UnixSocket::bind(&path, 0o600),
            Err(GreetingError::SocketInUse { .. })
        ));
        drop(stale);
        UnixSocket::bind(&path, 0o600).unwrap();
    }

    #[tokio::test]
    async fn a_file_of_another_kind_is_never_replaced() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("letter");
        fs::write(&path, "dear").unwrap();
        assert!(matches!(
            UnixSocket::bind(&path, 0o600),
            Err(GreetingError::NoSocket { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "dear");
    }

    #[tokio::test]
    async fn a_successor_keeps_its_socket_when_the_old_one_goes() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("greeting.sock");
        let old = UnixSocket::bind(&path, 0o600).unwrap();
        fs::remove_file(&path).unwrap();
        let _new = UnixSocket::bind(&path, 0o600).unwrap();
        drop(old);
        assert!(UnixStream::connect(&path).is_ok());
    }
}
