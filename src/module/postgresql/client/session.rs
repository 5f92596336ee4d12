use {
    super::{
        Login, Rows, Security, ServerError, Stream, Trouble,
        authentication::authenticate,
        endpoint::{Endpoint, endpoints},
        rows::Column,
        stream::Encryption,
    },
    crate::{
        act::{Failure, Probe},
        module::postgresql::sql::Sql,
    },
    bytes::BytesMut,
    fallible_iterator::FallibleIterator,
    postgres_protocol::{
        IsNull,
        message::{
            backend::{DataRowBody, ErrorResponseBody, Message, RowDescriptionBody},
            frontend,
        },
    },
    std::io::{self, ErrorKind, Read, Write},
};

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its transactions are read-only, by the server's own word.
    Look,
    Change,
}

/// A conversation with a server, in one database.
pub struct Session<'p> {
    probe: &'p Probe,
    stream: Stream,
    incoming: BytesMut,
    version: u32,
    /// Where the server is, and what it takes to cancel what it does.
    endpoint: Endpoint,
    key: Option<(i32, i32)>,
}

impl<'p> Session<'p> {
    /// Connects, in Ansible's words where that fails. A dry run does not know what a server says that is still to come.
    pub fn open(probe: &'p Probe, login: &Login, access: Access) -> Result<Self, Failure> {
        let mut said = Vec::new();
        for endpoint in endpoints(probe, login)? {
            for encryption in Encryption::attempts(login.security.mode) {
                match Self::attempt(probe, login, access, &endpoint, *encryption) {
                    Ok(session) => return Ok(session),
                    Err(Trouble::Ended(failure)) => return Err(failure),
                    Err(Trouble::Refused { error, .. }) => {
                        let reason = format!("{endpoint} failed: {error}");
                        // Another encryption is only worth a try where a rule of the server stands against this one.
                        let rule = error.state == "28000";
                        said.push(reason);
                        if !rule || matches!(endpoint, Endpoint::Socket(_)) {
                            break;
                        }
                    }
                }
            }
        }
        Err(absent(probe, &said.join("\n")))
    }

    fn attempt(
        probe: &'p Probe,
        login: &Login,
        access: Access,
        endpoint: &Endpoint,
        encryption: Encryption,
    ) -> Result<Self, Trouble> {
        let patience = login.patience;
        let stream = Stream::connect(probe, endpoint, patience, encryption, &login.security);
        let stream = stream.map_err(|error| Trouble::Refused {
            sql: String::new(),
            error: ServerError {
                message: error.to_string(),
                ..ServerError::default()
            },
        })?;
        let mut session = Self {
            probe,
            stream,
            incoming: BytesMut::new(),
            version: 0,
            endpoint: endpoint.clone(),
            key: None,
        };
        session.start(login, access)?;
        Ok(session)
    }

    fn start(&mut self, login: &Login, access: Access) -> Result<(), Trouble> {
        let mut settings = vec![
            ("user", login.user.as_str()),
            ("database", login.database()),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO"),
            ("application_name", "farcast"),
        ];
        let environment = &self.probe.step().environment;
        let options = environment
            .get("PGOPTIONS")
            .map(|options| ("options", options.as_str()));
        settings.extend(options);
        let given = login.settings.iter();
        settings.extend(given.map(|(name, value)| (name.as_str(), value.as_str())));
        if access == Access::Look {
            settings.push(("default_transaction_read_only", "on"));
        }
        self.send(|buffer| frontend::startup_message(settings, buffer))?;
        let password = login.password.as_deref();
        let password = password.or(environment.get("PGPASSWORD").map(String::as_str));
        authenticate(self, &login.user, password)?;
        self.answers("")?;
        if let Some(role) = &login.role {
            let switched = self.execute(&Sql::new("SET ROLE ").name(role));
            switched.map_err(|trouble| {
                Failure::refused(format!("Could not switch role: {}", trouble.reason()))
            })?;
        }
        Ok(())
    }

    /// The server's version, as one number: 150004.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Runs statements as they stand; gives the rows of each.
    pub fn run(&mut self, sql: &str) -> Result<Vec<Rows>, Trouble> {
        self.send(|buffer| frontend::query(sql, buffer))?;
        self.answers(sql)
    }

    /// Runs one statement; an error shows it without its secrets.
    pub fn execute(&mut self, sql: &Sql) -> Result<Vec<Rows>, Trouble> {
        self.send(|buffer| frontend::query(sql.text(), buffer))?;
        self.answers(sql.shown())
    }

    /// Runs one statement, with values for its parameters `$1`, `$2` and so on.
    pub fn rows(&mut self, sql: &str, values: &[&str]) -> Result<Rows, Trouble> {
        self.send(|buffer| {
            frontend::parse("", sql, [], buffer)?;
            let put = |value: &&str, buffer: &mut BytesMut| {
                buffer.extend_from_slice(value.as_bytes());
                Ok(IsNull::No)
            };
            let bound = frontend::bind("", "", [], values, put, [], buffer);
            bound.map_err(|_| io::Error::other("a value is too long"))?;
            frontend::describe(b'P', "", buffer)?;
            frontend::execute("", 0, buffer)?;
            frontend::sync(buffer);
            Ok(())
        })?;
        let mut answers = self.answers(sql)?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Sends what `write` puts into the buffer.
    pub(super) fn send(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> Result<(), Trouble> {
        let mut outgoing = BytesMut::new();
        write(&mut outgoing).map_err(broken)?;
        self.stream.write_all(&outgoing).map_err(broken)?;
        Ok(self.stream.flush().map_err(broken)?)
    }

    /// The next message that matters.
    pub(super) fn message(&mut self) -> Result<Message, Trouble> {
        loop {
            match Message::parse(&mut self.incoming).map_err(broken)? {
                None => self.fill()?,
                Some(Message::NoticeResponse(_) | Message::NotificationResponse(_)) => {}
                Some(Message::ParameterStatus(body)) => {
                    if body.name().is_ok_and(|name| name == "server_version") {
                        self.version = version(body.value().unwrap_or_default());
                    }
                }
                Some(message) => return Ok(message),
            }
        }
    }

    fn fill(&mut self) -> Result<(), Trouble> {
        let mut chunk = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(broken(ErrorKind::UnexpectedEof.into()).into()),
                Ok(length) => {
                    self.incoming.extend_from_slice(&chunk[..length]);
                    return Ok(());
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        if let Err(failure) = self.probe.check() {
                            self.cancel();
                            return Err(failure.into());
                        }
                    }
                    ErrorKind::Interrupted => {}
                    _ => return Err(broken(error).into()),
                },
            }
        }
    }

    /// Asks the server to end what it is doing. It gives no answer to that.
    fn cancel(&self) {
        let security = Security::default();
        let way = Stream::connect(self.probe, &self.endpoint, None, Encryption::No, &security);
        if let (Ok(mut stream), Some((process, secret))) = (way, self.key) {
            let mut request = BytesMut::new();
            frontend::cancel_request(process, secret, &mut request);
            // Where it does not get there, the statement goes on to its end.
            let _ = stream.write_all(&request);
        }
    }

    /// What the server answers until it is ready again.
    fn answers(&mut self, sql: &str) -> Result<Vec<Rows>, Trouble> {
        let (mut all, mut rows, mut trouble) = (Vec::new(), Rows::default(), None);
        loop {
            let message = match (self.message(), trouble.take()) {
                (Ok(message), before) => {
                    trouble = before;
                    message
                }
                // The server said why before it hung up.
                (Err(_), Some(before)) => return Err(before),
                (Err(error), None) => return Err(error),
            };
            match message {
                Message::RowDescription(body) => rows.columns = columns(&body).map_err(broken)?,
                Message::DataRow(body) => rows.rows.push(values(&body).map_err(broken)?),
                Message::CommandComplete(body) => {
                    rows.tag = body.tag().map_err(broken)?.into();
                    all.push(std::mem::take(&mut rows));
                }
                Message::EmptyQueryResponse => all.push(std::mem::take(&mut rows)),
                Message::BackendKeyData(body) => {
                    self.key = Some((body.process_id(), body.secret_key()));
                }
                Message::CopyInResponse(_) => {
                    self.send(|buffer| {
                        frontend::copy_fail("there is no standard input to copy from", buffer)
                    })?;
                }
                Message::ErrorResponse(body) => trouble = Some(self.refused(sql, &body)),
                Message::ReadyForQuery(_) => return trouble.map_or(Ok(all), Err),
                _ => {}
            }
        }
    }

    /// An error, as far as a dry run does not expect that an earlier step takes care of it.
    pub(super) fn refused(&self, sql: &str, body: &ErrorResponseBody) -> Trouble {
        let error = ServerError::read(body);
        match self.probe.pending() {
            Some(pending) if error.is_missing() => {
                Failure::Unforeseeable(format!("{}; may come with {pending}", error.message)).into()
            }
            _ => Trouble::Refused {
                sql: sql.into(),
                error,
            },
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // The server notices a closed connection by itself.
        let _ = self.send(|buffer| {
            frontend::terminate(buffer);
            Ok(())
        });
    }
}

/// No server: in a dry run one may be to come.
fn absent(probe: &Probe, said: &str) -> Failure {
    let starts = ["postgresql", "postgresql.service"];
    let starts = starts
        .iter()
        .any(|name| probe.overlay().running(name) == Some(true));
    match probe.pending() {
        Some(pending) => Failure::Unforeseeable(format!("{said}; may come with {pending}")),
        None if starts => Failure::Unforeseeable(format!("{said}; the service is to be started")),
        None => Failure::refused(format!("unable to connect to database: {said}")),
    }
}

fn broken(error: io::Error) -> Failure {
    Failure::refused(format!("the connection to the database broke: {error}"))
}

/// `15.4 (Debian …)` as 150004, `9.6.3` as 90603.
fn version(text: &str) -> u32 {
    let number = |part: &str| {
        let digits = part.split(|letter: char| !letter.is_ascii_digit()).next();
        digits
            .and_then(|digits| digits.parse::<u32>().ok())
            .unwrap_or_default()
    };
    let word = text.split(' ').next().unwrap_or_default();
    let parts: Vec<u32> = word.split('.').map(number).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    match part(0) >= 10 {
        true => part(0) * 10_000 + part(1),
        false => part(0) * 10_000 + part(1) * 100 + part(2),
    }
}

fn columns(body: &RowDescriptionBody) -> io::Result<Vec<Column>> {
    let fields = body.fields().map(|field| {
        Ok(Column {
            name: field.name().into(),
            kind: field.type_oid(),
        })
    });
    fields.collect()
}

fn values(body: &DataRowBody) -> io::Result<Vec<Option<String>>> {
    let text = |range| {
        let bytes = &body.buffer()[range];
        String::from_utf8_lossy(bytes).into_owned()
    };
    body.ranges().map(|range| Ok(range.map(text))).collect()
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        std::{os::unix::net::UnixListener, thread},
    };

    /// Lets one session in; gives what it began with.
    fn welcome(listener: &UnixListener) -> String {
        let (mut stream, _) = listener.accept().unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut settings = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
        stream.read_exact(&mut settings).unwrap();
        stream
            .write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")
            .unwrap();
        String::from_utf8_lossy(&settings).into_owned()
    }

    #[test]
    fn a_look_asks_for_transactions_that_only_read() {
        let scratch = Scratch::new();
        let listener = UnixListener::bind(scratch.at(".s.PGSQL.1")).unwrap();
        let server = thread::spawn(move || [welcome(&listener), welcome(&listener)]);
        let trial = Trial::new();
        let login = Login {
            host: scratch.path().display().to_string(),
            port: 1,
            user: "ada".into(),
            ..Login::default()
        };
        for access in [Access::Look, Access::Change] {
            drop(Session::open(&trial.probe, &login, access).unwrap());
        }
        let [look, change] = server.join().unwrap();
        assert!(look.contains("user\0ada\0database\0ada\0"), "{look:?}");
        assert!(
            look.contains("default_transaction_read_only\0on\0"),
            "{look:?}"
        );
        assert!(!change.contains("read_only"), "{change:?}");
    }

    #[test]
    fn knows_versions() {
        assert_eq!(version("15.14 (Debian 15.14-0+deb12u1)"), 150_014);
        assert_eq!(version("9.6.3"), 90_603);
        assert_eq!(version("17beta1"), 170_000);
    }
}
