//! The greeting service as a process: started, asked, restarted, purged and stopped.
#![cfg(feature = "greeting")]

use std::{
    fs,
    io::{BufRead, BufReader, Lines, Read, Write},
    net::TcpStream,
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    thread,
};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running `greeting serve` with its own directory.
struct Service {
    child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    address: String,
}

impl Service {
    /// Starts the service in `room` and waits until it says where it listens.
    fn start(room: &TempDir, listen: &str, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_greeting"))
            .args(["serve", "--database", "greeting.sqlite", "--listen", listen])
            .args(options)
            .current_dir(room)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = stderr
            .next()
            .expect("the service says where it listens")
            .unwrap();
        let address = line
            .strip_prefix("greeting: listening on ")
            .expect(&line)
            .to_owned();
        Self {
            child,
            stderr,
            address,
        }
    }

    fn over_unix(room: &TempDir) -> Self {
        Self::start(room, &format!("unix:{}", socket(room)), &[])
    }

    /// The status and JSON body of the answer to `GET path` with these extra header lines.
    fn get(&self, path: &str, headers: &str) -> (u16, Value) {
        let answer = self.ask(&format!("GET {path} HTTP/1.1\r\n{headers}"));
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (
            status,
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body:?}")),
        )
    }

    /// What the service says to `name`, asked through a proxy for `origin`.
    fn greet(&self, name: &str, origin: &str) -> String {
        let (status, body) = self.get(
            &format!("/greet/{name}"),
            &format!("X-Real-IP: {origin}\r\n"),
        );
        assert_eq!(status, 200, "{body}");
        body["message"].as_str().unwrap().to_owned()
    }

    fn ask(&self, head: &str) -> String {
        match self.address.strip_prefix("unix:") {
            Some(path) => exchange(UnixStream::connect(path).unwrap(), head),
            None => exchange(TcpStream::connect(&self.address).unwrap(), head),
        }
    }

    /// Sends SIGTERM; gives the exit status and what the service still said.
    fn stop(&mut self) -> (ExitStatus, Vec<String>) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let said = self.stderr.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn exchange(mut stream: impl Read + Write, head: &str) -> String {
    stream
        .write_all(format!("{head}Host: test\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn room() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn socket(room: &TempDir) -> String {
    room.path()
        .join("greeting.sock")
        .to_str()
        .unwrap()
        .to_owned()
}

/// Moves every meeting of the database this many seconds into the past.
fn age(room: &TempDir, seconds: i64) {
    let database = Connection::open(room.path().join("greeting.sqlite")).unwrap();
    database
        .execute("UPDATE acquaintance SET met_at = met_at - ?1", [seconds])
        .unwrap();
}

fn greeting(arguments: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_greeting"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

#[test]
fn the_first_meeting_is_nice_and_the_next_is_again() {
    let room = room();
    let service = Service::over_unix(&room);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Nice to meet you Ada");
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Hello again Ada");
    assert_eq!(service.greet("Ada", "203.0.113.2"), "Nice to meet you Ada");
    assert_eq!(
        service.greet("J%C3%B6rg", "203.0.113.1"),
        "Nice to meet you Jörg"
    );
    let (_, body) = service.get("/greet?name=J%C3%B6rg", "X-Real-IP: 203.0.113.1\r\n");
    assert_eq!(body, json!({"message": "Hello again Jörg"}));
    let (status, body) = service.get("/", "");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        (status, body),
        (
            200,
            json!({"status": "ok", "version": version, "acquaintances": 3})
        )
    );
}

#[test]
fn over_tcp_the_peer_counts_and_the_header_does_not() {
    let room = room();
    let service = Service::start(&room, "127.0.0.1:0", &[]);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Nice to meet you Ada");
    assert_eq!(service.greet("Ada", "203.0.113.2"), "Hello again Ada");
}

#[test]
fn every_error_is_json() {
    let room = room();
    let service = Service::over_unix(&room);
    let long = format!("/greet/{}", "a".repeat(65));
    let ip = "X-Real-IP: 203.0.113.1\r\n";
    let cases = [
        ("/greet", ip, 400, "empty"),
        ("/greet?name=", ip, 400, "empty"),
        ("/greet?name=Ada&name=Bob", ip, 400, "cannot be read"),
        ("/greet/%FF", ip, 400, "cannot be read"),
        ("/greet/A%0Ada", ip, 400, "control character"),
        (&long, ip, 400, "65 characters"),
        ("/greet/Ada", "", 400, "X-Real-IP"),
        ("/greet/Ada", "X-Real-IP: nonsense\r\n", 400, "X-Real-IP"),
        ("/nowhere", ip, 404, "nothing here"),
        ("/greet/", ip, 404, "nothing here"),
    ];
    for (path, headers, status, part) in cases {
        let (found, body) = service.get(path, headers);
        assert_eq!(found, status, "{path}: {body}");
        assert!(
            body["error"].as_str().unwrap().contains(part),
            "{path}: {body}"
        );
    }
    let refused = service.ask("DELETE /greet/Ada HTTP/1.1\r\n").to_lowercase();
    assert!(
        refused.starts_with("http/1.1 405 ") && refused.contains("allow: get,head"),
        "{refused}"
    );
    assert!(
        refused.ends_with(r#"{"error":"only get and head are answered here"}"#),
        "{refused}"
    );
}

#[test]
fn a_broken_database_is_a_500_that_keeps_its_secrets() {
    let room = room();
    let mut service = Service::over_unix(&room);
    let database = Connection::open(room.path().join("greeting.sqlite")).unwrap();
    database.execute_batch("DROP TABLE acquaintance").unwrap();
    let (status, body) = service.get("/", "");
    assert_eq!(
        (status, body["error"].as_str().unwrap().contains("sqlite")),
        (500, false),
        "{body}"
    );
    let logged = service.stop().1.concat();
    assert!(
        logged.contains("GET / 500") && logged.contains("no such table"),
        "{logged}"
    );
}

#[test]
fn a_restart_forgets_nobody() {
    let room = room();
    let mut service = Service::over_unix(&room);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Nice to meet you Ada");
    service.stop();
    let service = Service::over_unix(&room);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Hello again Ada");
}

#[test]
fn a_killed_service_starts_again_over_its_stale_socket() {
    let room = room();
    let mut service = Service::over_unix(&room);
    service.greet("Ada", "203.0.113.1");
    service.child.kill().unwrap();
    service.child.wait().unwrap();
    assert!(Path::new(&socket(&room)).exists());
    let service = Service::over_unix(&room);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Hello again Ada");
}

#[test]
fn an_hour_is_forgotten_with_and_without_a_purge() {
    let room = room();
    let service = Service::over_unix(&room);
    service.greet("Ada", "203.0.113.1");
    age(&room, 3590);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Hello again Ada");
    age(&room, 3590);
    assert_eq!(service.greet("Ada", "203.0.113.1"), "Nice to meet you Ada");
    service.greet("Bob", "203.0.113.1");
    age(&room, 3700);
    service.greet("Eve", "203.0.113.1");
    let purge = ["purge", "--database", "greeting.sqlite"];
    assert_eq!(greeting(&purge, room.path()).stdout, b"purged 2 entries\n");
    assert_eq!(greeting(&purge, room.path()).stdout, b"purged 0 entries\n");
    assert_eq!(service.greet("Eve", "203.0.113.1"), "Hello again Eve");
}

#[test]
fn a_purge_without_a_database_fails_and_makes_none() {
    let room = room();
    let output = greeting(&["purge", "--database", "typo.sqlite"], room.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("does not exist")
    );
    assert!(!room.path().join("typo.sqlite").exists());
}

#[test]
fn of_many_first_greetings_at_once_exactly_one_is_the_first() {
    let room = room();
    let service = Service::over_unix(&room);
    let said = thread::scope(|scope| {
        let asked: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| service.greet("Ada", "203.0.113.1")))
            .collect();
        asked
            .into_iter()
            .map(|one| one.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        said.iter()
            .filter(|said| *said == "Nice to meet you Ada")
            .count(),
        1,
        "{said:?}"
    );
    assert_eq!(
        said.iter()
            .filter(|said| *said == "Hello again Ada")
            .count(),
        15,
        "{said:?}"
    );
}

#[test]
fn the_log_has_a_line_for_each_request_and_turns_over() {
    let room = room();
    let listen = format!("unix:{}", socket(&room));
    let service = Service::start(
        &room,
        &listen,
        &["--log", "log", "--log-size", "160", "--log-keep", "1"],
    );
    for name in ["Ada", "Bob", "Eve", "Joe", "Kim"] {
        service.greet(name, "203.0.113.1");
    }
    let newest = fs::read_to_string(room.path().join("log")).unwrap();
    let former = fs::read_to_string(room.path().join("log.1")).unwrap();
    assert!(
        newest.contains(" 203.0.113.1 GET /greet/Kim 200 "),
        "{newest}"
    );
    assert!(
        former.lines().all(|line| line.contains(" GET /greet/")),
        "{former}"
    );
    assert!(newest.len() <= 160 && former.len() <= 160);
    assert!(!room.path().join("log.2").exists());
}

#[test]
fn sigterm_removes_the_socket_and_ends_well() {
    let room = room();
    let mut service = Service::start(
        &room,
        &format!("unix:{}", socket(&room)),
        &["--socket-mode", "600"],
    );
    let mode = fs::metadata(socket(&room)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (status, said) = service.stop();
    assert!(status.success(), "{status}");
    assert_eq!(said, ["greeting: stopped"]);
    assert!(!Path::new(&socket(&room)).exists());
}

#[test]
fn a_second_service_does_not_steal_the_socket_of_a_live_one() {
    let room = room();
    let service = Service::over_unix(&room);
    let output = greeting(
        &[
            "serve",
            "--database",
            "other.sqlite",
            "--listen",
            &service.address,
        ],
        room.path(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("another process is listening")
    );
    service.greet("Ada", "203.0.113.1");
}

#[test]
fn wrong_options_are_refused_with_what_would_be_right() {
    let room = room();
    let bad_mode = greeting(
        &[
            "serve",
            "--database",
            "x",
            "--listen",
            "[::1]:0",
            "--socket-mode",
            "999",
        ],
        room.path(),
    );
    assert!(
        String::from_utf8(bad_mode.stderr)
            .unwrap()
            .contains("octal")
    );
    let bad_address = greeting(
        &["serve", "--database", "x", "--listen", "localhost"],
        room.path(),
    );
    assert!(
        String::from_utf8(bad_address.stderr)
            .unwrap()
            .contains("unix:/path/to/socket")
    );
    assert!(!room.path().join("x").exists());
}
