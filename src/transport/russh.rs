use {
    super::{
        Exit, HostKeys, Line, Pipe, Target, Transport, Unreachable,
        handshakes::LOGIN,
        key_files::KeyFiles,
        known_files::KnownFiles,
        known_hosts::{KnownHosts, Verdict},
        russh_login, russh_options,
    },
    ::russh::{
        ChannelMsg, ChannelReadHalf, Disconnect, Preferred,
        client::{self, Config, Handle, Handler},
        keys::{HashAlg, PublicKey, PublicKeyOrCertificate},
    },
    futures::FutureExt,
    std::{borrow::Cow, io, net::SocketAddr, path::PathBuf, sync::Arc},
    tokio::{
        io::{AsyncWriteExt, DuplexStream, duplex},
        net::{TcpStream, lookup_host},
        sync::oneshot,
        time::timeout,
    },
};

/// Bytes of a channel's output that wait for their reader, before the host has to wait.
const WINDOW: usize = 256 * 1024;

/// A connection by the ssh client inside farcast.
struct Russh {
    handle: Handle<Guard>,
    place: String,
}

/// Connects, checks the host's key, and logs in.
pub(super) async fn connect(
    target: &Target,
    keys: &KeyFiles,
    known: &KnownFiles,
) -> Result<impl Transport + use<>, Unreachable> {
    let mut target = russh_options::resolve(target).await?;
    let port = *target.port.get_or_insert(22);
    let stream = dial(&target, port).await?;
    let guard = Guard::new(&target, port, known)?;
    let config = Arc::new(Config {
        keepalive_interval: Some(target.keepalive),
        keepalive_max: 3,
        nodelay: true,
        preferred: Preferred {
            key: Cow::Owned(guard.preferred()),
            ..Preferred::DEFAULT
        },
        ..Config::default()
    });
    let greeting = client::connect_stream(config, stream, guard);
    let mut handle = timeout(target.connect_timeout, greeting)
        .await
        .map_err(|_| timed_out(&target))?
        .map_err(|refusal| refusal.explain(&target))?;
    let login = russh_login::login(&mut handle, &target, keys);
    timeout(LOGIN, login)
        .await
        .map_err(|_| Unreachable::TimedOut {
            place: target.place(),
            limit: LOGIN,
        })??;
    Ok(Russh {
        handle,
        place: target.place(),
    })
}

fn timed_out(target: &Target) -> Unreachable {
    Unreachable::TimedOut {
        place: target.place(),
        limit: target.connect_timeout,
    }
}

/// Tries each address of the host.
async fn dial(target: &Target, port: u16) -> Result<TcpStream, Unreachable> {
    let no_name = || Unreachable::NoSuchName {
        address: target.address.clone(),
    };
    let addresses: Vec<SocketAddr> = timeout(
        target.connect_timeout,
        lookup_host((target.address.as_str(), port)),
    )
    .await
    .map_err(|_| timed_out(target))?
    .map_err(|_| no_name())?
    .collect();
    let mut failure = no_name();
    for address in addresses {
        match timeout(target.connect_timeout, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Small requests should leave at once; without it they only leave later.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => failure = not_dialled(target, &error),
            Err(_) => failure = timed_out(target),
        }
    }
    Err(failure)
}

fn not_dialled(target: &Target, error: &io::Error) -> Unreachable {
    let place = target.place();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Unreachable::Refused { place },
        io::ErrorKind::TimedOut => timed_out(target),
        _ => Unreachable::NoRoute {
            place,
            reason: error.to_string(),
        },
    }
}

/// Decides whether the host's key is believed.
pub(super) struct Guard {
    /// What a user's and the system's file say; a new key is added to the first.
    known: Vec<(PathBuf, KnownHosts)>,
    host_keys: HostKeys,
}

/// Why the handshake ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("unknown key")]
    Unknown(Box<PublicKey>),
    #[error("changed key")]
    Changed { known: String },
    #[error("{reason}")]
    NotAdded { path: PathBuf, reason: String },
    #[error(transparent)]
    Ssh(#[from] ::russh::Error),
}

impl Guard {
    fn new(target: &Target, port: u16, files: &KnownFiles) -> Result<Self, Unreachable> {
        let mut paths: Vec<PathBuf> = match (&target.known_hosts, &target.operator.home) {
            (Some(path), _) => vec![path.clone()],
            (None, Some(home)) => vec![home.join(".ssh/known_hosts")],
            (None, None) => Vec::new(),
        };
        paths.push(PathBuf::from("/etc/ssh/ssh_known_hosts"));
        let mut known = Vec::new();
        for path in paths {
            let file = KnownHosts::read(files, &path, &target.address, port);
            let file = file.map_err(|error| Unreachable::KnownHosts {
                path: path.display().to_string(),
                reason: error.to_string(),
            })?;
            known.push((path, file));
        }
        Ok(Self {
            known,
            host_keys: target.host_keys,
        })
    }

    /// The kinds of keys to ask for: first those that are known.
    fn preferred(&self) -> Vec<::russh::keys::Algorithm> {
        let known: Vec<_> = self
            .known
            .iter()
            .flat_map(|(_, file)| file.kinds())
            .collect();
        let (mut first, rest): (Vec<_>, Vec<_>) = Preferred::DEFAULT
            .key
            .iter()
            .cloned()
            .partition(|kind| known.iter().any(|known| same_family(known, kind)));
        first.extend(rest);
        first
    }

    fn judge(&self, key: &PublicKey) -> Result<(), Refusal> {
        let verdicts: Vec<_> = self
            .known
            .iter()
            .map(|(path, file)| (path, file.verdict(key)))
            .collect();
        for (path, verdict) in &verdicts {
            if let Verdict::Contradicted { line } = verdict {
                return Err(Refusal::Changed {
                    known: format!("line {line} of {} ({})", path.display(), key.algorithm()),
                });
            }
        }
        if verdicts
            .iter()
            .any(|(_, verdict)| *verdict == Verdict::Known)
        {
            return Ok(());
        }
        match (self.host_keys, self.known.first()) {
            (HostKeys::AcceptNew, Some((path, file))) => {
                file.add(key).map_err(|error| Refusal::NotAdded {
                    path: path.clone(),
                    reason: error.to_string(),
                })
            }
            _ => Err(Refusal::Unknown(Box::new(key.clone()))),
        }
    }
}

/// RSA keys are one family, whatever hash a signature uses.
fn same_family(one: &::russh::keys::Algorithm, other: &::russh::keys::Algorithm) -> bool {
    one == other || (one.clone().is_rsa() && other.clone().is_rsa())
}

impl Handler for Guard {
    type Error = Refusal;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Refusal> {
        match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.judge(key).map(|()| true),
            // None was asked for.
            PublicKeyOrCertificate::Certificate(_) => Ok(false),
        }
    }
}

impl Refusal {
    fn explain(self, target: &Target) -> Unreachable {
        let place = target.place();
        match self {
            Self::Unknown(key) => Unreachable::UnknownKey {
                place,
                kind: key.algorithm().to_string(),
                fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
            },
            Self::Changed { known } => Unreachable::ChangedKey { place, known },
            Self::NotAdded { path, reason } => Unreachable::KnownHosts {
                path: path.display().to_string(),
                reason,
            },
            Self::Ssh(error) => Unreachable::Handshake {
                place,
                reason: error.to_string(),
            },
        }
    }
}

#[async_trait::async_trait]
impl Transport for Russh {
    async fn exec(&self, line: &Line) -> Result<Pipe, Unreachable> {
        let refused = |error: ::russh::Error| Unreachable::Handshake {
            place: self.place.clone(),
            reason: format!("no further session ({error})"),
        };
        let channel = self.handle.channel_open_session().await.map_err(refused)?;
        channel.exec(false, line.as_str()).await.map_err(refused)?;
        let (reader, writer) = channel.split();
        let (stdout, to_stdout) = duplex(WINDOW);
        let (stderr, to_stderr) = duplex(WINDOW);
        let (ended, exit) = oneshot::channel();
        tokio::spawn(distribute(reader, to_stdout, to_stderr, ended));
        Ok(Pipe {
            stdin: Box::new(writer.make_writer()),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            exit: exit.map(|exit| exit.unwrap_or(Exit::Lost)).boxed(),
        })
    }

    async fn close(&self) {
        // A connection that is gone already needs no farewell.
        let _ = self
            .handle
            .disconnect(Disconnect::ByApplication, "", "en")
            .await;
    }
}

/// Gives what comes on a channel to its readers, until it is closed. A reader that is gone misses nothing.
async fn distribute(
    mut channel: ChannelReadHalf,
    mut stdout: DuplexStream,
    mut stderr: DuplexStream,
    ended: oneshot::Sender<Exit>,
) {
    let mut exit = Exit::Lost;
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                let _ = stdout.write_all(&data).await;
            }
            ChannelMsg::ExtendedData { data, .. } => {
                let _ = stderr.write_all(&data).await;
            }
            ChannelMsg::ExitStatus { exit_status } => {
                exit = Exit::Code(exit_status.try_into().unwrap_or(i32::MAX));
            }
            _ => {}
        }
    }
    // Nobody may wait for it any more.
    let _ = ended.send(exit);
}
