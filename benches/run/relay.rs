//! A slow link: passes bytes between ssh and a host, each half a round trip late. ssh calls it as its `ProxyCommand`.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::Outcome;

/// The first word of the command line.
pub const VERB: &str = "relay";

/// The option that sends ssh through a relay whose round trips take `round_trip`.
pub fn proxy_command(round_trip: Duration) -> Outcome<String> {
    let own = std::env::current_exe()?;
    let own = own.to_str().ok_or("the path of the bench is not UTF-8")?;
    let half = (round_trip / 2).as_millis();
    Ok(format!(
        "ProxyCommand={} {VERB} {half} %h %p",
        shlex::try_quote(own)?
    ))
}

/// Passes bytes between the standard streams and a host until either side has ended. `words`: milliseconds, host, port.
pub fn run(words: &[String]) -> Outcome<()> {
    let [delay, host, port] = words else {
        return Err(format!("usage: {VERB} MILLISECONDS HOST PORT").into());
    };
    let delay = Duration::from_millis(delay.parse()?);
    // The handshake of TCP is a round trip, too.
    thread::sleep(delay * 2);
    let host = TcpStream::connect((host.as_str(), port.parse()?))?;
    host.set_nodelay(true)?;
    let up = host.try_clone()?;
    thread::spawn(move || {
        // ssh that ends is no error, and neither is a host that hangs up.
        let _ = pass(io::stdin(), &up, delay);
        let _ = up.shutdown(Shutdown::Write);
    });
    Ok(pass(host, io::stdout(), delay)?)
}

/// Passes bytes on, each piece when its time has come.
fn pass(
    mut from: impl Read + Send + 'static,
    mut to: impl Write,
    delay: Duration,
) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let piece = (Instant::now() + delay, buffer[..length].to_vec());
            if sender.send(piece).is_err() {
                break;
            }
        }
    });
    for (due, piece) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        to.write_all(&piece)?;
        to.flush()?;
    }
    Ok(())
}
