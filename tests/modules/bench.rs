//! The hosts that all cases run on, and the way of a case over them.

use std::{fs, path::Path};

use farcast::{
    event::{Event, Status},
    sandbox::{HostSpec, Image, Sandbox, Scoped, Settings, run_name_for},
};
use tempfile::TempDir;

use super::{
    case::Case,
    farcast_program::{Farcast, Ran},
    judgement,
};

/// Two hosts, one of each system, and a farcast that reaches them.
pub struct Bench {
    sandbox: Scoped,
    farcast: Farcast,
    _home: TempDir,
}

/// What one run of a playbook said.
struct Told {
    ran: Ran,
    events: Vec<Event>,
}

impl Bench {
    /// Makes the hosts, and brings the agents there: a dry run's first contact leaves one in the user's cache.
    pub fn up() -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let farcast = Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path())?;
        let hosts = Image::ALL.map(|image| HostSpec {
            name: image.name().to_owned(),
            image,
        });
        let run = run_name_for("modules", Path::new(env!("CARGO_MANIFEST_DIR")));
        let sandbox = Sandbox::up(&Settings::default(), &run, &hosts, &|line| {
            eprintln!("{line}")
        });
        let bench = Self {
            sandbox: sandbox.map_err(|error| error.to_string())?.scoped(),
            farcast,
            _home: home,
        };
        bench.meet()?;
        Ok(bench)
    }

    pub fn down(self) -> Result<(), String> {
        self.sandbox.down().map_err(|error| error.to_string())
    }

    /// Brings both editions of the agent to the hosts, for both users: no plan is to be blamed for that.
    fn meet(&self) -> Result<(), String> {
        let place = tempfile::tempdir().map_err(|error| error.to_string())?;
        let hosts = Image::ALL.map(|image| image.name().to_owned());
        for task in ["ping:", "mount: {path: /no/such, state: unmounted}"] {
            let playbook = format!(
                "- hosts: all\n  gather_facts: false\n  tasks:\n    - {task}\n    - {task}\n      become: true\n"
            );
            let met = self.play(place.path(), &hosts, &["apply"], &playbook)?;
            must_succeed("the first contact", &met)?;
        }
        Ok(())
    }

    /// Takes a case through setup, plan, apply, apply again and verification.
    pub fn run(&self, case: &Case) -> Result<(), String> {
        let place = tempfile::tempdir().map_err(|error| error.to_string())?;
        furnish(case, place.path()).map_err(|error| error.to_string())?;
        let play = |verb: &[&str], parts: &[&str]| {
            self.play(place.path(), &case.plain.hosts, verb, &case.playbook(parts))
        };
        if case.has("setup") {
            must_succeed("setup", &play(&["apply"], &["setup"])?)?;
        }

        let before = self.disks(case)?;
        let plan = play(&["plan"], &["task"])?;
        let after = self.disks(case)?;
        if before != after {
            return Err(format!("plan changed a disk\n{}", plan.ran.said()));
        }
        let apply = play(&["apply", "--diff"], &["task"])?;
        for host in &case.plain.hosts {
            judge(case, host, &plan, &apply).map_err(|error| format!("{host}: {error}"))?;
        }
        // What the task leaves in variables is there for the verification.
        if !case.plain.expect.failed {
            let again = play(&["apply"], &["task", "verify"])?;
            judge_again(case, &again)?;
            return must_succeed("verify", &again);
        }
        if case.has("verify") {
            must_succeed("verify", &play(&["apply"], &["verify"])?)?;
        }
        Ok(())
    }

    fn disks(&self, case: &Case) -> Result<Vec<String>, String> {
        let disk = |host: &String| self.sandbox.fingerprint(host);
        let disks: Result<Vec<_>, _> = case.plain.hosts.iter().map(disk).collect();
        disks.map_err(|error| error.to_string())
    }

    /// Runs a playbook in `place` on some of the hosts.
    fn play(
        &self,
        place: &Path,
        hosts: &[String],
        verb: &[&str],
        playbook: &str,
    ) -> Result<Told, String> {
        let file = place.join("playbook.yml");
        fs::write(&file, playbook).map_err(|error| error.to_string())?;
        let inventory = self.sandbox.inventory();
        let limit = hosts.join(",");
        let mut arguments: Vec<&str> = verb.to_vec();
        let inventory = inventory.to_string_lossy();
        arguments.extend([
            "--format",
            "jsonl",
            "-i",
            &inventory,
            "-l",
            &limit,
            "playbook.yml",
        ]);
        let ran = Ran::of(self.farcast.command(place, &arguments))?;
        let events = ran.events()?;
        Ok(Told { ran, events })
    }
}

/// Puts the case's files where its playbook finds them.
fn furnish(case: &Case, place: &Path) -> std::io::Result<()> {
    for part in ["files", "templates"] {
        let shared = case.directory.join(part);
        fs::create_dir(place.join(part))?;
        for entry in fs::read_dir(shared).into_iter().flatten() {
            let entry = entry?;
            fs::copy(entry.path(), place.join(part).join(entry.file_name()))?;
        }
    }
    for (name, content) in &case.plain.files {
        let path = place.join("files").join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

fn judge(case: &Case, host: &str, plan: &Told, apply: &Told) -> Result<(), String> {
    let expect = &case.plain.expect;
    let planned = judgement::finished(&plan.events, host)
        .map_err(|error| format!("plan: {error}\n{}", plan.ran.said()))?;
    judgement::of_plan(expect, planned).map_err(|error| format!("plan: {error}"))?;
    let applied = judgement::finished(&apply.events, host)
        .map_err(|error| format!("apply: {error}\n{}", apply.ran.said()))?;
    judgement::of_apply(expect, applied).map_err(|error| format!("apply: {error}"))?;
    let foretold = judgement::differing(&plan.events, host);
    let done = judgement::differing(&apply.events, host);
    if planned.status == Status::Changed && !expect.failed && foretold != done {
        return Err(format!("plan foretold {foretold:?}, apply did {done:?}"));
    }
    Ok(())
}

fn judge_again(case: &Case, again: &Told) -> Result<(), String> {
    for host in &case.plain.hosts {
        let result = judgement::finished(&again.events, host)
            .map_err(|error| format!("{host}: again: {error}\n{}", again.ran.said()))?;
        let changed = result.status == Status::Changed;
        let failed = matches!(result.status, Status::Failed | Status::Unreachable);
        if failed || changed != case.plain.expect.again {
            let shown = judgement::shown(result);
            return Err(format!("{host}: again: changed is {changed}: {shown}"));
        }
    }
    Ok(())
}

fn must_succeed(what: &str, told: &Told) -> Result<(), String> {
    if told.ran.code == 0 {
        return Ok(());
    }
    Err(format!("{what}: {}", told.ran.said()))
}
