use {
    super::Connections,
    crate::{
        act::{Failure, Probe, Thing},
        wire::Object,
    },
    regex::bytes::{Captures, Regex},
    serde_json::Value,
    std::{
        fmt,
        io::{ErrorKind, Read},
        net::{SocketAddr, TcpStream},
        path::PathBuf,
        time::{Duration, Instant},
    },
};

/// The longest that a look does without asking whether the step was cancelled.
const GLANCE: Duration = Duration::from_millis(500);

/// What is waited for.
pub(super) struct Condition {
    pub goal: Goal,
    /// Whether it shall be there or gone.
    pub is_there: bool,
    pub pattern: Option<Regex>,
    /// As the user wrote it.
    pub regex: Option<String>,
}

pub(super) enum Goal {
    Port {
        host: String,
        port: u16,
        /// For one connection, and for what it sends.
        patience: Duration,
    },
    Path(PathBuf),
    Drained(Connections),
    /// The end of the time itself.
    Time,
}

/// What the regular expression matched.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub groups: Vec<Value>,
    pub names: Object,
}

impl Condition {
    /// `None`: not yet.
    pub(super) fn met(&self, probe: &Probe) -> Result<Option<Found>, Failure> {
        match &self.goal {
            Goal::Time => Ok(None),
            Goal::Drained(connections) => {
                let drained = connections.count(probe)? == 0;
                Ok(drained.then(Found::default))
            }
            Goal::Path(path) if !self.is_there => {
                let gone = !probe.exists(path)?;
                Ok(gone.then(Found::default))
            }
            Goal::Path(path) if !probe.exists(path)? => Ok(None),
            Goal::Path(path) => match &self.pattern {
                None => Ok(Some(Found::default())),
                Some(pattern) => match probe.read(path) {
                    Ok(bytes) => Ok(found(pattern, &bytes)),
                    Err(
                        Failure::Missing {
                            what: Thing::Path, ..
                        }
                        | Failure::Io { .. },
                    ) => Ok(None),
                    Err(failure) => Err(failure),
                },
            },
            Goal::Port {
                host,
                port,
                patience,
            } => {
                let stream = connect(probe, host, *port, *patience)?;
                match (stream, self.is_there) {
                    (stream, false) => Ok(stream.is_none().then(Found::default)),
                    (None, true) => Ok(None),
                    (Some(stream), true) => self.listen(probe, stream, *patience),
                }
            }
        }
    }

    fn listen(
        &self,
        probe: &Probe,
        mut stream: TcpStream,
        patience: Duration,
    ) -> Result<Option<Found>, Failure> {
        let Some(pattern) = &self.pattern else {
            return Ok(Some(Found::default()));
        };
        let (start, mut heard, mut buffer) = (Instant::now(), Vec::new(), [0; 1024]);
        if stream.set_read_timeout(Some(GLANCE)).is_err() {
            return Ok(None);
        }
        while start.elapsed() < patience {
            probe.check()?;
            match stream.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(count) => heard.extend_from_slice(&buffer[..count]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return Ok(None),
            }
            if let Some(found) = found(pattern, &heard) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    pub(super) fn is_time(&self) -> bool {
        matches!(self.goal, Goal::Time)
    }

    /// The time between two looks.
    pub(super) fn interval(&self, sleep: Duration) -> Duration {
        match self.goal {
            Goal::Time => Duration::MAX,
            _ => sleep,
        }
    }
}

/// As Ansible's messages name it.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match (&self.goal, &self.regex, self.is_there) {
            (Goal::Time, ..) => write!(f, "the time to pass"),
            (Goal::Drained(Connections { host, port, .. }), ..) => {
                write!(f, "{host}:{port} to drain")
            }
            (Goal::Port { host, port, .. }, _, false) => write!(f, "{host}:{port} to stop."),
            (Goal::Port { host, port, .. }, Some(regex), true) => {
                write!(f, "search string {regex} in {host}:{port}")
            }
            (Goal::Port { host, port, .. }, None, true) => write!(f, "{host}:{port}"),
            (Goal::Path(path), _, false) => write!(f, "{} to be absent.", path.display()),
            (Goal::Path(path), Some(regex), true) => {
                write!(f, "search string {regex} in {}", path.display())
            }
            (Goal::Path(path), None, true) => write!(f, "file {}", path.display()),
        }
    }
}

/// Nothing where no address of the host answers.
fn connect(
    probe: &Probe,
    host: &str,
    port: u16,
    patience: Duration,
) -> Result<Option<TcpStream>, Failure> {
    let addresses = probe.addresses(host)?.into_iter();
    let mut sockets = addresses.map(|address| SocketAddr::new(address, port));
    Ok(sockets.find_map(|socket| TcpStream::connect_timeout(&socket, patience).ok()))
}

fn found(pattern: &Regex, bytes: &[u8]) -> Option<Found> {
    let captures = pattern.captures(bytes)?;
    let text = |captures: &Captures<'_>, at: usize| match captures.get(at) {
        Some(group) => Value::from(String::from_utf8_lossy(group.as_bytes())),
        None => Value::Null,
    };
    let groups = (1..captures.len()).map(|at| text(&captures, at)).collect();
    let names = pattern.capture_names().enumerate();
    let names = names.filter_map(|(at, name)| Some((name?.to_owned(), text(&captures, at))));
    Some(Found {
        groups,
        names: names.collect(),
    })
}
