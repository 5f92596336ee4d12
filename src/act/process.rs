//! Processes on the host: started by argv in their own group, both pipes drained, ended with the step.

use {
    super::{Failure, Step, Thing, Watch},
    crate::wire::{Object, Stream},
    serde_json::Value,
    std::{
        collections::BTreeMap,
        io::{self, Read, Write},
        os::unix::process::{CommandExt, ExitStatusExt},
        path::PathBuf,
        process::{Child, Command, ExitStatus, Stdio},
        sync::{
            Mutex,
            mpsc::{self, RecvTimeoutError, Sender},
        },
        thread,
        time::{Duration, Instant},
    },
};

/// Where programs are looked for besides `PATH`: login shells of plain users often lack these.
const EXTRA_PATH: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// How long output is awaited after the end of a program whose pipes something else (a daemon it started) still holds.
const LINGER: Duration = Duration::from_millis(300);

/// A program to run: an argument vector, never a shell line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    pub argv: Vec<String>,
    /// Written to its standard input; without it that is `/dev/null`.
    pub stdin: Option<Vec<u8>>,
    /// Added to the agent's environment, over that of the step.
    pub environment: BTreeMap<String, String>,
    pub directory: Option<PathBuf>,
    pub umask: Option<u32>,
}

impl Program {
    /// Takes the program's name (looked up in `PATH`) or path, and its arguments.
    pub fn new<T: Into<String>>(argv: impl IntoIterator<Item = T>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; minus the number of the signal that ended it.
    pub rc: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Finished {
    pub fn success(&self) -> bool {
        self.rc == 0
    }

    /// Standard output as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// What the program says went wrong: its error output, or else its output.
    pub fn complaint(&self) -> String {
        let said = if self.stderr.trim_ascii().is_empty() {
            &self.stdout
        } else {
            &self.stderr
        };
        String::from_utf8_lossy(said.trim_ascii()).into_owned()
    }

    /// `rc`, `stdout`, `stdout_lines`, `stderr`, `stderr_lines`, as Ansible names them (final newlines are cut).
    pub fn values(&self) -> Object {
        let mut values = Object::new();
        values.insert("rc".into(), Value::from(self.rc));
        for (name, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_end_matches(['\r', '\n']);
            let lines: Vec<&str> = text.lines().collect();
            values.insert(name.into(), Value::from(text));
            values.insert(format!("{name}_lines"), Value::from(lines));
        }
        values
    }
}

/// How long a program that is late may take to die before it is left alone.
const STUCK: Duration = Duration::from_secs(10);

enum Event {
    Output(Stream, Vec<u8>),
    Closed,
    Ended(io::Result<ExitStatus>),
}

/// Runs a program to its end. `listen` gets output as it comes. A code other than 0 is not an error here.
///
/// Errors: the program or its directory is missing, it cannot be started, the step was cancelled or is late.
pub(super) fn run(
    program: &Program,
    step: &Step,
    watch: &Watch,
    listen: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Finished, Failure> {
    watch.check(step)?;
    let mut child = start(program, step)?;
    let group = child.id();
    watch.enter(group);
    let (sender, events) = mpsc::channel();
    feed(&mut child, program.stdin.clone());
    drain(child.stdout.take(), Stream::Stdout, &sender);
    drain(child.stderr.take(), Stream::Stderr, &sender);
    await_end(child, watch.clone(), sender);
    let mut finished = Finished::default();
    let (mut open, mut ended, mut late) = (2, None, false);
    while open > 0 || ended.is_none() {
        let wait = match ended {
            Some((_, at)) => LINGER.saturating_sub(Instant::elapsed(&at)),
            None if late => STUCK,
            None => step.remaining().unwrap_or(Duration::from_secs(3600)),
        };
        match events.recv_timeout(wait) {
            Ok(Event::Output(stream, bytes)) => {
                listen(stream, &bytes);
                match stream {
                    Stream::Stdout => finished.stdout.extend(bytes),
                    Stream::Stderr => finished.stderr.extend(bytes),
                }
            }
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Ended(status)) => ended = Some((status, Instant::now())),
            Err(RecvTimeoutError::Timeout) if ended.is_some() || late => break,
            Err(RecvTimeoutError::Timeout) if step.is_late() => {
                late = true;
                watch.end(group);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if late {
        return Err(Failure::Late(step.timeout.unwrap_or_default()));
    }
    watch.check(step)?;
    let status = match ended {
        Some((status, _)) => status.map_err(Failure::io("wait for", program.name()))?,
        None => return Err(Failure::Cancelled),
    };
    finished.rc = status
        .code()
        .unwrap_or_else(|| -status.signal().unwrap_or(1));
    Ok(finished)
}

impl Program {
    fn name(&self) -> &std::path::Path {
        std::path::Path::new(self.argv.first().map_or("", String::as_str))
    }
}

fn start(program: &Program, step: &Step) -> Result<Child, Failure> {
    let Some((name, arguments)) = program.argv.split_first() else {
        return Err(Failure::refused("no program to run was given"));
    };
    let mut command = Command::new(name);
    command
        .args(arguments)
        .envs(&step.environment)
        .envs(&program.environment)
        .stdin(match program.stdin {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    if !step.environment.contains_key("PATH") && !program.environment.contains_key("PATH") {
        command.env("PATH", search_path());
    }
    if let Some(directory) = &program.directory {
        if !directory.is_dir() {
            let name = directory.display().to_string();
            return Err(Failure::missing(Thing::Path, name));
        }
        command.current_dir(directory);
    }
    spawn(&mut command, program.umask).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::missing(Thing::Command, name),
        _ => Failure::io("start", program.name())(error),
    })
}

/// The umask belongs to the whole process, so two starts must not meet.
fn spawn(command: &mut Command, umask: Option<u32>) -> io::Result<Child> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(umask) = umask else {
        return command.spawn();
    };
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(umask));
    let child = command.spawn();
    rustix::process::umask(before);
    child
}

/// `PATH` with the system's directories added.
pub(super) fn search_path() -> String {
    let given = std::env::var("PATH").unwrap_or_default();
    let mut path: Vec<&str> = given.split(':').filter(|part| !part.is_empty()).collect();
    for extra in EXTRA_PATH {
        if !path.contains(&extra) {
            path.push(extra);
        }
    }
    path.join(":")
}

fn feed(child: &mut Child, bytes: Option<Vec<u8>>) {
    if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), bytes) {
        // A program that does not read its input to the end closes the pipe: its own affair.
        thread::spawn(move || pipe.write_all(&bytes).is_ok());
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>, stream: Stream, sender: &Sender<Event>) {
    let sender = sender.clone();
    let Some(mut pipe) = pipe else {
        return;
    };
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let piece = buffer[..count].to_vec();
            if sender.send(Event::Output(stream, piece)).is_err() {
                return;
            }
        }
        // Nobody listens any more once the step went on.
        let _ = sender.send(Event::Closed);
    });
}

fn await_end(mut child: Child, watch: Watch, sender: Sender<Event>) {
    thread::spawn(move || {
        watch.await_end(child.id());
        let status = child.wait();
        let _ = sender.send(Event::Ended(status));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(program: &Program, step: &Step) -> Result<Finished, Failure> {
        run(program, step, &Watch::default(), &mut |_, _| {})
    }

    #[test]
    fn gives_code_and_both_outputs() {
        let program = Program::new(["sh", "-c", "cat; echo err >&2; exit 3"]).stdin("in\n\n");
        let finished = finish(&program, &Step::default()).unwrap();
        assert_eq!(finished.rc, 3);
        assert_eq!(finished.values()["stdout"], "in");
        assert_eq!(finished.complaint(), "err");
    }

    #[test]
    fn does_not_wait_for_a_daemon_that_holds_the_pipes() {
        let program = Program::new(["sh", "-c", "sleep 1000 & echo $!"]);
        let finished = finish(&program, &Step::default()).unwrap();
        let pid: i32 = finished.text().trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }

    #[test]
    fn ends_what_is_late_with_its_whole_group() {
        let step = Step::new(1, Some(1));
        let program = Program::new(["sh", "-c", "sleep 1000; true"]);
        assert!(matches!(finish(&program, &step), Err(Failure::Late(1))));
    }

    #[test]
    fn names_a_command_that_is_not_there() {
        let error = finish(&Program::new(["no-such-command"]), &Step::default()).unwrap_err();
        assert!(error.to_string().contains("command no-such-command"));
    }

    #[test]
    fn applies_umask_and_environment() {
        let mut program = Program::new(["sh", "-c", "umask; echo $WHAT"]).env("WHAT", "it");
        program.umask = Some(0o077);
        let finished = finish(&program, &Step::default()).unwrap();
        assert_eq!(finished.text(), "0077\nit\n");
    }
}
