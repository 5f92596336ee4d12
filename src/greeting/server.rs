//! The running service, from its first connection to its last answer.

use std::{future::Future, io, io::Write, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::sleep,
};

use super::{
    Acquaintances, GreetingError, Listen,
    api::{self, Service},
    origin::Peer,
    request_log::RequestLog,
    unix_socket::UnixSocket,
};

/// How long requests that are under way when the service is told to stop may still take.
/// Shorter than the ten seconds after which supervisor kills.
const GRACE: Duration = Duration::from_secs(8);

/// The service with all it needs to run.
pub struct Server {
    /// Where it listens.
    pub listen: Listen,
    /// Permission bits of the unix socket.
    pub socket_mode: u32,
    /// Whom it has met.
    pub acquaintances: Acquaintances,
    /// Where it writes one line for each request.
    pub log: Box<dyn Write + Send>,
    /// Tells the operator what happens: `listening on ADDRESS`, `stopped`, and that the log cannot be written.
    pub tell: fn(&str),
}

impl Server {
    /// Answers requests until `stop` is ready. Then no new connection is taken, the socket's file is removed,
    /// and requests under way are finished, for eight seconds at the most.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), GreetingError> {
        let tell = self.tell;
        let log = Arc::new(RequestLog::new(self.log));
        let router = api::router(Service {
            acquaintances: Arc::new(self.acquaintances),
            log,
            tell,
        });
        match &self.listen {
            Listen::Unix(path) => {
                let socket = UnixSocket::bind(path, self.socket_mode)?;
                tell(&format!("listening on {}", self.listen));
                answer(socket, router, stop, GRACE).await?;
            }
            Listen::Tcp(address) => {
                let unusable = |cause| GreetingError::Address {
                    address: *address,
                    cause,
                };
                let listener = TcpListener::bind(address).await.map_err(unusable)?;
                tell(&format!(
                    "listening on {}",
                    listener.local_addr().map_err(unusable)?
                ));
                answer(listener, router, stop, GRACE).await?;
            }
        }
        tell("stopped");
        Ok(())
    }
}

/// Ready once the process gets SIGTERM or SIGINT. From this call on neither ends it by itself.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, GreetingError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn answer<L>(
    listener: L,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()>
where
    L: Listener,
    L::Addr: std::fmt::Debug,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let (stopping, stopped) = oneshot::channel();
    let stop = async move {
        stop.await;
        // Nobody listens any more only if the server has ended already.
        let _ = stopping.send(());
    };
    let service = router.into_make_service_with_connect_info::<Peer>();
    tokio::select! {
        done = axum::serve(listener, service).with_graceful_shutdown(stop).into_future() => done,
        () = async { let _ = stopped.await; sleep(grace).await } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{SocketAddr, TcpStream},
    };

    use axum::routing::get;
    use tokio::{sync::Notify, task::spawn_blocking};

    use super::*;

    /// A server whose only request says when it has begun, and ends when it is told to.
    struct Slow {
        address: SocketAddr,
        begun: Arc<Notify>,
        end: Arc<Notify>,
        stop: oneshot::Sender<()>,
        server: tokio::task::JoinHandle<io::Result<()>>,
    }

    async fn slow_server(grace: Duration) -> Slow {
        let (begun, end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&begun), Arc::clone(&end));
        let handler = async move || {
            tell.notify_one();
            wait.notified().await;
            "finished"
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap() };
        let server = tokio::spawn(answer(
            listener,
            Router::new().route("/", get(handler)),
            stopped,
            grace,
        ));
        Slow {
            address,
            begun,
            end,
            stop,
            server,
        }
    }

    fn ask(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished_after_the_stop() {
        let slow = slow_server(Duration::from_secs(600)).await;
        let address = slow.address;
        let client = spawn_blocking(move || ask(address));
        slow.begun.notified().await;
        slow.stop.send(()).unwrap();
        while TcpStream::connect(address).is_ok() {
            tokio::task::yield_now().await;
        }
        slow.end.notify_one();
        assert!(client.await.unwrap().ends_with("finished"));
        slow.server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_request_without_end_cannot_keep_the_service_alive() {
        let slow = slow_server(Duration::ZERO).await;
        let address = slow.address;
        let client = spawn_blocking(move || ask(address));
        slow.begun.notified().await;
        slow.stop.send(()).unwrap();
        slow.server.await.unwrap().unwrap();
        slow.end.notify_one();
        client.await.unwrap();
    }
}
