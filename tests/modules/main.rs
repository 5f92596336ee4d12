//! Every module against real hosts: `tests/modules/MODULE/CASE.yaml` says what a task must do.
//!
//! For each case: the dry run says what will change and changes nothing; the first run does just that; the second run
//! changes nothing. `cargo test --test modules -- copy` runs the cases whose names hold `copy`. CONTRIBUTING.md describes
//! the files.

mod bench;
mod case;
#[path = "../farcast/mod.rs"]
mod farcast_program;
mod judgement;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Failed, Trial};

use {bench::Bench, case::Case};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // The cases share their hosts, and a fingerprint sees whatever happens there.
    arguments.test_threads = Some(1);
    // The hosts are made when the first case needs them.
    let bench = Arc::new(Mutex::new(None));
    let trials = case_files().into_iter().map(|path| trial(&path, &bench));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let bench = bench.lock().unwrap_or_else(PoisonError::into_inner).take();
    match bench.map_or(Ok(()), Bench::down) {
        Ok(()) => conclusion.exit_code(),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn case_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules");
    let within = |directory: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let modules = within(&root).into_iter().filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = modules
        .flat_map(|module| within(&module))
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml"))
        .collect();
    files.sort();
    files
}

fn trial(path: &Path, bench: &Arc<Mutex<Option<Bench>>>) -> Trial {
    let case = Case::read(path);
    let name = match &case {
        Ok(case) => case.name.clone(),
        Err(_) => path.display().to_string(),
    };
    let bench = Arc::clone(bench);
    Trial::test(name, move || {
        let case = case?;
        let mut bench = bench.lock().unwrap_or_else(PoisonError::into_inner);
        if bench.is_none() {
            *bench = Some(Bench::up()?);
        }
        let ready = bench.as_ref().ok_or("there are no hosts")?;
        ready.run(&case).map_err(Failed::from)
    })
}
