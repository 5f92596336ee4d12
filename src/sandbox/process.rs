//! Processes of a host's machine, found by the root directory that they run in.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// How long a killed process may take to be gone.
const DEATH: Duration = Duration::from_secs(20);

/// How long a process may clear up before it is killed.
const CLEARING: Duration = Duration::from_secs(3);

/// How often the process table is asked while something is awaited.
pub(super) const PULSE: Duration = Duration::from_millis(20);

/// A process that will not be mistaken for a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    pid: u32,
    /// When it started, in the kernel's ticks since boot.
    started: u64,
}

impl Process {
    /// The process that has this number now.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, started) = state_and_start(&stat)?;
        // A zombie has ended; it only waits for its parent.
        (state != "Z").then_some(Self { pid, started })
    }

    /// Its number.
    pub(super) fn pid(self) -> u32 {
        self.pid
    }

    /// True while it runs.
    pub(super) fn runs(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Kills it, if it still runs.
    pub(super) fn kill(self) {
        if self.runs()
            && let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            // It may have ended just now, which is what was wanted.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// The third and the twenty-second field of `/proc/PID/stat`; the second holds the name, with any characters in it.
fn state_and_start(stat: &str) -> Option<(&str, u64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// Every process whose root directory is `root`, save those that have ended.
pub(super) fn within(root: &Path) -> Vec<Process> {
    let Ok(wanted) = fs::metadata(root) else {
        return Vec::new();
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let inside = pids.filter(|pid| {
        let root = fs::metadata(format!("/proc/{pid}/root"));
        root.is_ok_and(|root| (root.dev(), root.ino()) == (wanted.dev(), wanted.ino()))
    });
    inside.filter_map(Process::of).collect()
}

/// True for the first process of a machine: the one with number 1 in its own numbering.
pub(super) fn is_first(process: Process) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    numbers.is_some_and(|numbers| {
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        numbers.len() > 1 && numbers.last() == Some(&"1")
    })
}

/// Kills what `processes` finds until it finds nothing; gives what is left when it takes too long.
pub(super) fn kill_all(processes: impl Fn() -> Vec<Process>) -> Vec<Process> {
    let deadline = Instant::now() + DEATH;
    loop {
        let left = processes();
        if left.is_empty() || Instant::now() > deadline {
            return left;
        }
        left.into_iter().for_each(Process::kill);
        thread::sleep(PULSE);
    }
}

/// Gives a process that has nothing left to do the time to clear up after itself.
pub(super) fn await_end(process: Process) {
    let deadline = Instant::now() + CLEARING;
    while process.runs() && Instant::now() < deadline {
        thread::sleep(PULSE);
    }
}

/// Repeats what fails because dying processes still hold it, until they let go or it takes too long.
pub(super) fn once_free(act: impl Fn() -> io::Result<()>) -> io::Result<()> {
    let deadline = Instant::now() + DEATH;
    loop {
        match act() {
            Err(error)
                if error.kind() == io::ErrorKind::ResourceBusy && Instant::now() < deadline =>
            {
                thread::sleep(PULSE)
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_name_with_brackets_does_not_confuse() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 9 9";
        assert_eq!(state_and_start(stat), Some(("S", 4711)));
    }

    #[test]
    fn a_killed_process_no_longer_runs_and_another_start_is_another_process() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let process = Process::of(child.id()).unwrap();
        assert!(process.runs());
        assert!(
            !Process {
                started: process.started + 1,
                ..process
            }
            .runs()
        );
        process.kill();
        child.wait().unwrap();
        assert!(!process.runs());
    }

    #[test]
    fn this_process_is_found_by_its_root_and_is_no_machine() {
        let own = Process::of(std::process::id()).unwrap();
        assert!(within(Path::new("/")).contains(&own));
        assert!(within(Path::new("/no/such/root")).is_empty());
    }

    #[test]
    fn a_busy_thing_is_tried_again_and_another_error_is_not() {
        let tries = std::cell::Cell::new(0);
        let count = |kind: io::ErrorKind| {
            tries.set(tries.get() + 1);
            if tries.get() < 3 {
                Err(kind.into())
            } else {
                Ok(())
            }
        };
        once_free(|| count(io::ErrorKind::ResourceBusy)).unwrap();
        assert_eq!(tries.replace(0), 3);
        once_free(|| count(io::ErrorKind::NotFound)).unwrap_err();
        assert_eq!(tries.get(), 1);
    }
}
