//! Runs of farcast under conditions that are not as they should be: what they said, and what they leave on their hosts.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use farcast::event::{Event, Finished};
use rustix::process::{Pid, Signal, kill_process};

use super::{farcast_program::Ran, ground::Ground};

/// How long a host may take to come to what is waited for.
const DEADLINE: Duration = Duration::from_secs(30);

impl Ground {
    pub fn known_hosts(&self) -> PathBuf {
        self.sandbox.known_hosts()
    }

    /// Applies tasks to both hosts; `inventory` adds to what is known of them, in INI form.
    pub fn apply(&self, inventory: &str, tasks: &str) -> Result<Told, String> {
        Told::of(self.call(&["apply", "--format", "jsonl"], inventory, tasks)?)
    }

    /// The processes of a host, by their numbers and commands, of which the command line has this text.
    pub fn processes(&self, host: &str, text: &str) -> Result<Vec<String>, String> {
        let list = self.on(host, &["ps", "-eo", "pid=,args="])?;
        let of = |line: &str| {
            let (pid, command) = line.trim().split_once(' ')?;
            command.contains(text).then(|| pid.to_owned())
        };
        Ok(list.lines().filter_map(of).collect())
    }

    /// Ends processes of a host at once.
    pub fn kill(&self, host: &str, pids: &[String]) -> Result<(), String> {
        self.signal(host, "-KILL", pids)
    }

    /// Sends a signal to processes of a host.
    pub fn signal(&self, host: &str, signal: &str, pids: &[String]) -> Result<(), String> {
        let mut argv = vec!["kill", signal];
        argv.extend(pids.iter().map(String::as_str));
        self.on(host, &argv).map(drop)
    }
}

/// What a run said about its hosts.
pub struct Told {
    pub ran: Ran,
    events: Vec<Event>,
}

impl Told {
    pub fn of(command: Command) -> Result<Self, String> {
        Self::after(Ran::of(command)?)
    }

    pub fn after(ran: Ran) -> Result<Self, String> {
        let events = ran.events()?;
        Ok(Self { ran, events })
    }

    /// How the last step that a host finished ended.
    pub fn last(&self, host: &str) -> Result<&Finished, String> {
        let mut ends = self.events.iter().filter_map(|event| match event {
            Event::HostFinished {
                host: name, result, ..
            } if name == host => Some(result),
            _ => None,
        });
        ends.next_back()
            .ok_or_else(|| format!("{host}: no step finished\n{}", self.ran.said()))
    }

    /// The hosts that were named because they took long, each once.
    pub fn waited_for(&self) -> Vec<&str> {
        let mut hosts: Vec<_> = self.events.iter().filter_map(waiting).flatten().collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The run must have ended with this code, and the host's last step with this message.
    pub fn must(&self, code: i32, host: &str, message: &str) -> Result<(), String> {
        let found = self.last(host)?.msg.clone().unwrap_or_default();
        if self.ran.code == code && found == message {
            return Ok(());
        }
        let code = self.ran.code;
        Err(format!(
            "exit code {code}\nsaid:   {found}\nwanted: {message}"
        ))
    }

    /// The host must have ended well.
    pub fn well(&self, host: &str) -> Result<(), String> {
        match self.last(host)?.msg.as_deref() {
            None => Ok(()),
            Some(message) => Err(format!("{host}: {message}")),
        }
    }
}

fn waiting(event: &Event) -> Option<impl Iterator<Item = &str>> {
    match event {
        Event::Waiting { hosts, .. } => Some(hosts.iter().map(String::as_str)),
        _ => None,
    }
}

/// A run that goes on while its host is looked at; ended with its value.
pub struct Running(Option<Child>);

impl Running {
    pub fn start(mut command: Command) -> Result<Self, String> {
        let started = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        started
            .map(|child| Self(Some(child)))
            .map_err(|error| error.to_string())
    }

    /// As a person's Ctrl-C does.
    pub fn interrupt(&self) -> Result<(), String> {
        let pid = self
            .0
            .as_ref()
            .and_then(|child| i32::try_from(child.id()).ok());
        let pid = pid.and_then(Pid::from_raw).ok_or("no process number")?;
        kill_process(pid, Signal::INT).map_err(|error| error.to_string())
    }

    /// Waits for its end.
    pub fn end(mut self) -> Result<Ran, String> {
        let child = self.0.take().ok_or("it has ended before")?;
        child
            .wait_with_output()
            .map(Ran::from)
            .map_err(|error| error.to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself.
            let _ = child.kill().and_then(|()| child.wait());
        }
    }
}

/// Asks again until there is an answer.
pub fn wait_for<T>(
    what: &str,
    mut ask: impl FnMut() -> Result<Option<T>, String>,
) -> Result<T, String> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if began.elapsed() > DEADLINE {
            return Err(format!("it did not come about: {what}"));
        }
        thread::sleep(Duration::from_millis(50));
    }
}
