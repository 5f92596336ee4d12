//! The main job on real hosts: `playbooks/site.yml` brings two fresh hosts to what it says, and the proof of it.

mod promise;
mod story;

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Failed, Trial};

use {promise::Promise, story::Stage};

/// The hosts after the first apply, and what was said on the way; or why there are none.
type Shared = Arc<Mutex<Option<Result<(Stage, Promise), String>>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One story, told in order.
    arguments.test_threads = Some(1);
    let shared = Shared::default();
    let conclusion = libtest_mimic::run(&arguments, trials(&shared));
    let told = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    match told {
        Some(Ok((stage, _))) => match stage.down() {
            Ok(()) => conclusion.exit_code(),
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => conclusion.exit_code(),
    }
}

fn trials(shared: &Shared) -> Vec<Trial> {
    let mut trials: Vec<Trial> = promise::CHECKS
        .iter()
        .map(|(name, check)| trial((*name).to_owned(), shared, |_, promise| check(promise)))
        .collect();
    for host in ["debian", "centos"] {
        trials.extend(story::PROOFS.iter().map(|(name, check)| {
            trial(format!("{host}: {name}"), shared, move |stage, _| {
                let views = stage.hosts();
                let view = views.iter().find(|view| view.name == host);
                check(stage, view.ok_or("no such host")?)
            })
        }));
    }
    trials.push(trial(
        "a second apply changes nothing".to_owned(),
        shared,
        |stage, _| story::unchanged(stage),
    ));
    trials.push(trial(
        "a plan after it says in sync".to_owned(),
        shared,
        |stage, _| story::settled(stage),
    ));
    trials
}

fn trial(
    name: String,
    shared: &Shared,
    check: impl Fn(&Stage, &Promise) -> Result<(), String> + Send + 'static,
) -> Trial {
    let shared = Arc::clone(shared);
    Trial::test(name, move || {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match shared.get_or_insert_with(begin) {
            Ok((stage, promise)) => check(stage, promise).map_err(Failed::from),
            Err(error) => Err(Failed::from(error.as_str())),
        }
    })
}

/// The hosts are made when the first test needs them, planned, and provisioned.
fn begin() -> Result<(Stage, Promise), String> {
    let programs = [
        env!("CARGO_BIN_EXE_farcast"),
        env!("CARGO_BIN_EXE_greeting"),
    ];
    let stage = Stage::up("site", programs, &|line| eprintln!("{line}"))?;
    let plan = stage.run(&["plan", "--format", "jsonl"])?;
    let apply = stage.run(&["apply", "--format", "jsonl", "--diff"])?;
    Ok((stage, Promise { plan, apply }))
}
