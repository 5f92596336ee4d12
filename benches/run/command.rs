//! Programs that are run to their end: they must succeed.

use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use super::Outcome;

/// How often the memory of a running program is looked at.
const GLANCE: Duration = Duration::from_millis(1);

/// Runs a command to its end and gives what it printed.
pub fn finish(mut command: Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output()?;
    judged(&command, output)
}

/// Starts all commands, then waits for all of them.
pub fn finish_all(commands: impl Iterator<Item = Command>) -> Outcome<()> {
    let mut running = Vec::new();
    for mut command in commands {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = quiet.stderr(Stdio::piped()).spawn()?;
        running.push((command, child));
    }
    for (command, child) in running {
        judged(&command, child.wait_with_output()?)?;
    }
    Ok(())
}

/// Runs a command to its end and gives the most memory that it held, in MiB, as the kernel counted it.
pub fn peak_memory(mut command: Command) -> Outcome<f64> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = quiet.stderr(Stdio::piped()).spawn()?;
    let watch = watch(&child);
    judged(&command, child.wait_with_output()?)?;
    let peak = watch.join().map_err(|_| "nobody watched the memory")?;
    Ok(peak as f64 / 1024.0)
}

/// Reads the high-water mark, in KiB, until the process has ended. The mark only rises: what is missed is what the
/// process took after the last glance.
fn watch(child: &Child) -> thread::JoinHandle<u64> {
    let status = format!("/proc/{}/status", child.id());
    thread::spawn(move || {
        let mut peak = 0;
        while let Some(mark) = high_water(&status) {
            peak = mark;
            thread::sleep(GLANCE);
        }
        peak
    })
}

/// `VmHWM`, which a process that has ended has no more.
fn high_water(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn judged(command: &Command, output: Output) -> Outcome<String> {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let program = command.get_program().display();
    let complaint = said + &String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = complaint.trim_end().lines().rev().take(8).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(format!(
        "{program} ended with {}:\n{}",
        output.status,
        last.join("\n")
    )
    .into())
}
