//! Agents and connections that end in the middle of a step.

use std::{fs, io};

use super::{
    Check,
    ground::Ground,
    running::{Running, Told, wait_for},
};

pub const CHECKS: &[(&str, Check)] = &[
    (
        "the agent is killed while it writes a file",
        killed_while_writing,
    ),
    (
        "the connection ends in the middle of a step",
        connection_lost,
    ),
];

/// Ends the agents, and not what started them, as soon as a second file stands beside the old one.
const STRIKE: &str = "cd /srv/whole; until [ $(ls -A | wc -l) -gt 1 ]; do :; done; kill -KILL $(pgrep -f '^/[^ ]*/(farcast-agent-|new[.])')";

/// Whoever looks finds the old file or the new one, whole.
fn killed_while_writing(ground: &Ground) -> Result<(), String> {
    const LENGTH: u64 = 64 << 20;
    let file = fs::File::create(ground.file("large"));
    let mut file = file.map_err(|error| error.to_string())?;
    // What cannot be compressed takes its time.
    let noise = fs::File::open("/dev/urandom").map_err(|error| error.to_string())?;
    io::copy(&mut io::Read::take(noise, LENGTH), &mut file).map_err(|error| error.to_string())?;
    ground.on(
        "debian",
        &[
            "sh",
            "-c",
            "mkdir -p /srv/whole && echo old >/srv/whole/file",
        ],
    )?;

    let task = "    - copy: {src: large, dest: /srv/whole/file}\n      become: true\n      when: inventory_hostname == 'debian'\n";
    let running = Running::start(ground.call(&["apply", "--format", "jsonl"], "", task)?)?;
    ground.on("debian", &["timeout", "30", "bash", "-c", STRIKE])?;
    let told = Told::after(running.end()?)?;

    let size = ground.on("debian", &["stat", "-c", "%s", "/srv/whole/file"])?;
    if size != "4\n" && size != format!("{LENGTH}\n") {
        return Err(format!(
            "the file is neither the old nor the new one: {size}"
        ));
    }
    let message = told.last("debian")?.msg.clone().unwrap_or_default();
    if told.ran.code != 4 || !message.contains("in the middle of `copy`") {
        return Err(format!("exit code {}: {message}", told.ran.code));
    }
    // The next run finishes it.
    ground.apply("", task)?.well("debian")?;
    let size = ground.on("debian", &["stat", "-c", "%s", "/srv/whole/file"])?;
    if size == format!("{LENGTH}\n") {
        Ok(())
    } else {
        Err(format!("the next run left {size}"))
    }
}

/// The other host goes on, and what the step had started ends with its connection.
fn connection_lost(ground: &Ground) -> Result<(), String> {
    let tasks = "    - command: sleep 4711\n      become: true\n      when: inventory_hostname == 'debian'\n    - command: hostname\n";
    let running = Running::start(ground.call(&["apply", "--format", "jsonl"], "", tasks)?)?;
    let sleeping = || ground.processes("debian", "sleep 4711");
    wait_for("the step runs", || {
        Ok((!sleeping()?.is_empty()).then_some(()))
    })?;
    let sessions = ground.processes("debian", "sshd: operator")?;
    ground.kill("debian", &sessions)?;
    let told = Told::after(running.end()?)?;

    told.well("centos")?;
    let message = told.last("debian")?.msg.clone().unwrap_or_default();
    let wanted = "the connection was lost in the middle of `command`";
    if told.ran.code != 4
        || !message.starts_with(wanted)
        || !message.ends_with("is not known, run again to see")
    {
        return Err(format!("exit code {}: {message}", told.ran.code));
    }
    wait_for("nothing of the step is left", || {
        Ok(sleeping()?.is_empty().then_some(()))
    })
}
