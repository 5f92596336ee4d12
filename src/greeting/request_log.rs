//! One line for each request.

use std::{
    fmt,
    io::{self, Write},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use axum::http::{Method, StatusCode, Uri};
use chrono::{DateTime, SecondsFormat, Utc};

/// What is known of a request once it is answered.
#[derive(Debug)]
pub struct Answered<'a> {
    /// When the answer was ready.
    pub at: SystemTime,
    /// Whom it was for, if that is known.
    pub origin: Option<IpAddr>,
    /// The method asked with.
    pub method: &'a Method,
    /// The path and query asked for, still percent-encoded.
    pub uri: &'a Uri,
    /// The status of the answer.
    pub status: StatusCode,
    /// How long it took.
    pub took: Duration,
    /// Why it failed, if the service itself did.
    pub cause: Option<&'a str>,
}

impl fmt::Display for Answered<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = DateTime::<Utc>::from(self.at).to_rfc3339_opts(SecondsFormat::Millis, true);
        write!(out, "{at} ")?;
        match self.origin {
            Some(origin) => write!(out, "{origin}")?,
            None => out.write_str("-")?,
        }
        let milliseconds = self.took.as_secs_f64() * 1000.0;
        write!(
            out,
            " {} {} {} {milliseconds:.1}ms",
            self.method,
            self.uri,
            self.status.as_u16()
        )?;
        match self.cause {
            Some(cause) => write!(out, " {}", cause.escape_debug()),
            None => Ok(()),
        }
    }
}

/// Where the lines go. A line that cannot be written costs no request its answer.
pub struct RequestLog {
    sink: Mutex<Box<dyn Write + Send>>,
}

impl RequestLog {
    /// A log that writes its lines to `sink`.
    pub fn new(sink: impl Write + Send + 'static) -> Self {
        Self {
            sink: Mutex::new(Box::new(sink)),
        }
    }

    /// Writes one line in one piece.
    pub fn record(&self, answered: &Answered<'_>) -> io::Result<()> {
        let line = format!("{answered}\n");
        // Lines are written whole, so a thread that died while writing left the sink usable.
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.write_all(line.as_bytes())?;
        sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered<'a>(uri: &'a Uri, cause: Option<&'a str>) -> Answered<'a> {
        Answered {
            at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250),
            origin: None,
            method: &Method::GET,
            uri,
            status: StatusCode::OK,
            took: Duration::from_micros(1500),
            cause,
        }
    }

    #[test]
    fn a_line_says_when_who_what_and_how_it_went() {
        let uri = Uri::from_static("/greet/Ada");
        let line = Answered {
            origin: Some([192, 0, 2, 1].into()),
            ..answered(&uri, None)
        }
        .to_string();
        assert_eq!(
            line,
            "2023-11-14T22:13:20.250Z 192.0.2.1 GET /greet/Ada 200 1.5ms"
        );
    }

    #[test]
    fn a_cause_cannot_forge_a_second_line() {
        let uri = Uri::from_static("/");
        let line = answered(&uri, Some("broken\n2023 forged")).to_string();
        assert_eq!(
            line,
            r"2023-11-14T22:13:20.250Z - GET / 200 1.5ms broken\n2023 forged"
        );
    }
}
