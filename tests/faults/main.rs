//! What goes wrong between farcast and its hosts: each host fails alone, with a message that says what it was, and the others
//! go on. No file is ever half-written, and nothing is left running.

mod becoming;
mod death;
mod ending;
#[path = "../farcast/mod.rs"]
mod farcast_program;
mod ground;
mod hold;
mod reach;
mod room;
mod running;
mod stuck;

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Failed, Trial};

use ground::Ground;

type Check = fn(&Ground) -> Result<(), String>;
type Shared = Arc<Mutex<Option<Result<Ground, String>>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share two hosts.
    arguments.test_threads = Some(1);
    let shared = Shared::default();
    let checks = [
        reach::CHECKS,
        becoming::CHECKS,
        room::CHECKS,
        death::CHECKS,
        ending::CHECKS,
        hold::CHECKS,
        stuck::CHECKS,
    ];
    let trials = checks
        .concat()
        .into_iter()
        .map(|(name, check)| trial(name, check, &shared));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let ground = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    match ground.map_or(Ok(()), |ground| ground.and_then(Ground::down)) {
        Ok(()) => conclusion.exit_code(),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn trial(name: &str, check: Check, shared: &Shared) -> Trial {
    let shared = Arc::clone(shared);
    Trial::test(name, move || {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match shared.get_or_insert_with(Ground::up) {
            Ok(ground) => check(ground).map_err(Failed::from),
            Err(error) => Err(Failed::from(error.as_str())),
        }
    })
}
