use {
    super::{
        Exit, HostKeys, Line, Pipe, Target, Transport, Unreachable, handshakes::LOGIN, openssh_log,
        openssh_options, openssh_sight::Sight,
    },
    ::openssh::{Child, Session, Stdio},
    futures::FutureExt,
    rustix::pipe::fcntl_setpipe_size,
    std::{
        fs, io,
        sync::{Arc, Mutex, MutexGuard, PoisonError},
    },
    tempfile::TempDir,
    tokio::{process::Command, time::timeout},
};

/// Without a session, the master process of a farcast that was killed ends after this many seconds.
const IDLE: u32 = 60;

/// So many bytes may be on their way to ssh.
const PIPE: usize = 1024 * 1024;

/// A connection by the user's own `ssh`, whose master process carries every session.
struct Openssh {
    /// `None` once it is closed.
    session: Mutex<Option<Arc<Session>>>,
    place: String,
}

/// Starts the master process and logs in.
pub(super) async fn connect(target: &Target) -> Result<impl Transport + use<>, Unreachable> {
    openssh_options::read(&target.common_args)?;
    let directory = private_directory().map_err(Unreachable::NoSsh)?;
    let log = directory.path().join("log");
    let mut ssh = Command::new("ssh");
    ssh.arg("-E").arg(&log);
    // The session looks for its socket under this name.
    ssh.arg("-S").arg(directory.path().join("master"));
    ssh.args(["-M", "-f", "-N", "-o", &format!("ControlPersist={IDLE}")]);
    if target.host_keys == HostKeys::AcceptNew {
        ssh.args(["-o", "StrictHostKeyChecking=accept-new"]);
    }
    if let Some(known_hosts) = &target.known_hosts {
        ssh.arg("-o").arg(openssh_options::known_hosts(known_hosts));
    }
    openssh_options::add(&mut ssh, target);
    if run(ssh, std::process::Stdio::null(), target).await? {
        return Ok(Openssh {
            session: Mutex::new(Some(Arc::new(Session::new_native_mux(directory)))),
            place: target.place(),
        });
    }
    let said = fs::read_to_string(log).unwrap_or_default();
    if openssh_log::key_not_known(&said) {
        return Err(Sight::of(target, directory.path())
            .await
            .unknown_key(target));
    }
    match openssh_log::reason(&said, target) {
        Unreachable::Handshake { .. } if openssh_log::by_proxy(&said) => {
            Err(Sight::of(target, directory.path()).await.proxy(target))
        }
        other => Err(other),
    }
}

/// A directory that only this user can enter, with a path short enough for a socket.
fn private_directory() -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("farcast-")
        .tempdir_in("/tmp")
}

/// Runs ssh until it goes to the background, or fails.
pub(super) async fn run(
    mut ssh: Command,
    stderr: impl Into<std::process::Stdio>,
    target: &Target,
) -> Result<bool, Unreachable> {
    ssh.stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(stderr)
        .process_group(0)
        .kill_on_drop(true);
    let limit = target.connect_timeout + LOGIN;
    match timeout(limit, ssh.status()).await {
        Ok(status) => Ok(status.map_err(Unreachable::NoSsh)?.success()),
        Err(_) => Err(Unreachable::TimedOut {
            place: target.place(),
            limit,
        }),
    }
}

#[async_trait::async_trait]
impl Transport for Openssh {
    async fn exec(&self, line: &Line) -> Result<Pipe, Unreachable> {
        let session = self.session().clone();
        let mut child = session
            .ok_or_else(|| self.refused(&::openssh::Error::Disconnected))?
            .arc_raw_command(line.as_str())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .await
            .map_err(|error| self.refused(&error))?;
        let streams = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
            return Err(self.refused(&::openssh::Error::Disconnected));
        };
        // ssh always finds something to send. Where a user may not have that much, it is slower.
        let _ = fcntl_setpipe_size(&stdin, PIPE);
        Ok(Pipe {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            exit: ended(child).boxed(),
        })
    }

    async fn close(&self) {
        // The last of the session's owners ends the master process when it is dropped, which waits for that process.
        let session = self.session().take();
        let _ = tokio::task::spawn_blocking(move || drop(session)).await;
    }
}

impl Openssh {
    fn session(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, error: &::openssh::Error) -> Unreachable {
        Unreachable::Handshake {
            place: self.place.clone(),
            reason: format!("no further session ({error})"),
        }
    }
}

async fn ended(child: Child<Arc<Session>>) -> Exit {
    match child.wait().await {
        Ok(status) => status.code().map_or(Exit::Lost, Exit::Code),
        // How the crate tells exit code 127.
        Err(::openssh::Error::Remote(_)) => Exit::Code(127),
        Err(_) => Exit::Lost,
    }
}
