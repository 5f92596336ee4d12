//! The most memory that programs held, as the kernel counted it.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::{Outcome, command::judged};

/// How often a program's memory is looked at.
const GLANCE: Duration = Duration::from_millis(1);

/// How often agents are looked for.
const ROUND: Duration = Duration::from_millis(10);

/// Runs a command to its end; gives the most memory that it held itself, in MiB.
pub fn of(command: Command) -> Outcome<f64> {
    with_agents(command, Path::new("/")).map(|(own, _)| own)
}

/// Runs a command to its end; gives the most memory, in MiB, that it held itself, and that agents held whose root
/// directory is `root`.
pub fn with_agents(mut command: Command, root: &Path) -> Outcome<(f64, f64)> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = quiet.stderr(Stdio::piped()).spawn()?;
    let own = PathBuf::from(format!("/proc/{}", child.id()));
    let root = identity(root);
    let ended = AtomicBool::new(false);
    let (output, program, agents) = thread::scope(|scope| {
        let program = scope.spawn(|| watch(&own));
        let agents = scope.spawn(|| watch_agents(root, &ended));
        let output = child.wait_with_output();
        ended.store(true, Ordering::Relaxed);
        (output, program.join(), agents.join())
    });
    judged(&command, output?)?;
    let lost = |_| "nobody watched the memory";
    let mebibytes = |kibibytes: u64| kibibytes as f64 / 1024.0;
    Ok((
        mebibytes(program.map_err(lost)?),
        mebibytes(agents.map_err(lost)?),
    ))
}

/// Reads the high-water mark until the process has ended. The mark only rises: what is missed is what the process took
/// after the last glance.
fn watch(process: &Path) -> u64 {
    let mut peak = 0;
    while let Some(mark) = high_water(process) {
        peak = mark;
        thread::sleep(GLANCE);
    }
    peak
}

/// The highest mark of all agents that live below a root directory.
fn watch_agents(root: Option<(u64, u64)>, ended: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !ended.load(Ordering::Relaxed) {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let agents = entries
            .map(|entry| entry.path())
            .filter(|process| is_agent(process));
        let there = agents.filter(|process| identity(&process.join("root")) == root);
        peak = there
            .filter_map(|agent| high_water(&agent))
            .fold(peak, u64::max);
        thread::sleep(ROUND);
    }
    peak
}

fn is_agent(process: &Path) -> bool {
    let program = fs::read_link(process.join("exe")).unwrap_or_default();
    program.to_string_lossy().contains("farcast-agent")
}

/// What tells a directory from all others.
fn identity(directory: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(directory).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// `VmHWM` in KiB, which a process that has ended has no more.
fn high_water(process: &Path) -> Option<u64> {
    let text = fs::read_to_string(process.join("status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
