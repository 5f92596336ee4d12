//! Waiting until a host answers.

use std::{
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use super::{
    error::SandboxError,
    host::HostDirectory,
    process::{PULSE, Process},
    state::HostState,
};

/// How long a host may take from its start until sshd answers.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_millis(500);

const SSH_PORT: u16 = 22;

/// Waits until sshd on the host greets.
///
/// # Errors
/// [`SandboxError::Died`] as soon as the machine has ended, [`SandboxError::NotReady`] at the deadline.
pub(super) fn wait(
    host: &HostState,
    directory: &HostDirectory,
    deadline: Instant,
) -> Result<(), SandboxError> {
    while !greets(host.address) {
        if !host.nspawn.is_some_and(Process::runs) {
            return Err(SandboxError::Died {
                host: host.name.clone(),
                console: directory.last_words(),
            });
        }
        if Instant::now() > deadline {
            let console = directory.last_words();
            return Err(SandboxError::NotReady {
                host: host.name.clone(),
                seconds: PATIENCE.as_secs(),
                console,
            });
        }
        thread::sleep(PULSE);
    }
    Ok(())
}

fn greets(address: Ipv4Addr) -> bool {
    let target = SocketAddr::from((address, SSH_PORT));
    let Ok(mut stream) = TcpStream::connect_timeout(&target, ATTEMPT) else {
        return false;
    };
    let mut greeting = [0; 4];
    stream.set_read_timeout(Some(ATTEMPT)).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
        && &greeting == b"SSH-"
}
