//! What a run costs beside `ssh HOST true`: whole processes, in turn within one run, so that a noisy machine is noisy for all
//! of them. `make bench` calls it; it needs root, as it boots a host of its own.

use {
    farcast::{
        sandbox::{HostSpec, Image, Sandbox, Settings, run_name_for},
        transport::AgentProgram,
    },
    std::{
        env::consts::ARCH,
        error::Error,
        fs,
        path::{Path, PathBuf},
        process::{Command, Stdio},
        time::{Duration, Instant},
    },
};

/// Counted runs of each command.
const ROUNDS: usize = 7;
const STEPS: usize = 100;
const HOST: &str = "bench";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured, and the limit that it must keep.
struct Row {
    name: &'static str,
    limit: f64,
    times: Vec<Duration>,
}

fn main() -> Outcome<()> {
    let agents = std::env::var_os("FARCAST_AGENT_DIR")
        .map(PathBuf::from)
        .ok_or(
            "FARCAST_AGENT_DIR must name the directory of farcast-agent; `make bench` sets it",
        )?;
    let run = run_name_for("bench", Path::new(env!("CARGO_MANIFEST_DIR")));
    let hosts = [HostSpec {
        name: HOST.to_owned(),
        image: Image::Debian12,
    }];
    let sandbox = Sandbox::up(&Settings::default(), &run, &hosts, &|line| {
        eprintln!("{line}")
    })?
    .scoped();
    let home = tempfile::tempdir()?;
    let playbook = home.path().join("steps.yml");
    fs::write(&playbook, steps())?;
    let apply = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_farcast"));
        command
            .args(["apply", "-i"])
            .arg(sandbox.inventory())
            .arg(&playbook);
        command
            .env("FARCAST_AGENT_DIR", &agents)
            .env("HOME", home.path());
        command
    };
    let ssh = || {
        let mut argv = sandbox.ssh_command(HOST)?.into_iter();
        let mut command = Command::new(argv.next().ok_or("no ssh")?);
        command.args(argv).arg("true");
        Ok::<_, Box<dyn Error>>(command)
    };
    let version = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_farcast"));
        command.arg("--version");
        command
    };
    // The first apply makes what the others find.
    time(apply())?;
    let mut base = Vec::new();
    let mut rows = [
        Row {
            name: "100 tasks, steady state",
            limit: 3.0,
            times: Vec::new(),
        },
        Row {
            name: "first contact (agent delivered), 100 tasks",
            limit: 4.0,
            times: Vec::new(),
        },
    ];
    let mut versions = Vec::new();
    for _ in 0..ROUNDS {
        base.push(time(ssh()?)?);
        rows[0].times.push(time(apply())?);
        sandbox.exec(
            HOST,
            &[
                "rm",
                "-rf",
                "/home/operator/.cache/farcast",
                "/root/.cache/farcast",
            ],
        )?;
        rows[1].times.push(time(apply())?);
        versions.push(time(version())?);
    }
    sandbox.down()?;
    let base = median(&mut base);
    println!(
        "{:<46} {:>9}   ratio   limit",
        "whole process, median of 7", "seconds"
    );
    println!("{:<46} {:>9.3}", "ssh HOST true", base.as_secs_f64());
    for row in &mut rows {
        let time = median(&mut row.times);
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        println!(
            "{:<46} {:>9.3}   {ratio:>5.2}   ≤ {:.1}",
            row.name,
            time.as_secs_f64(),
            row.limit
        );
    }
    let version = median(&mut versions);
    println!(
        "{:<46} {:>9.4}           ≤ 0.005",
        "farcast --version",
        version.as_secs_f64()
    );
    println!(
        "{:<46} {:>9}           ≤ 2097152",
        "agent as sent (gzip), bytes",
        sent(&agents)?
    );
    Ok(())
}

/// A play whose steps write a file each.
fn steps() -> String {
    let mut text = String::from("- hosts: all\n  gather_facts: false\n  tasks:\n");
    for step in 0..STEPS {
        text.push_str(&format!(
            "    - copy: {{content: \"{step}\\n\", dest: /home/operator/step{step}, mode: \"0644\"}}\n"
        ));
    }
    text
}

/// How long a command takes; it must succeed.
fn time(mut command: Command) -> Outcome<Duration> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let time = begun.elapsed();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed: {said}").into());
    }
    Ok(time)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The agent's size on the wire.
fn sent(agents: &Path) -> Outcome<usize> {
    Ok(AgentProgram::in_directory(agents)
        .shipment(ARCH)?
        .packed()
        .len())
}
