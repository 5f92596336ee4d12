//! `make demo`: two fresh hosts, one playbook, and the proof of it, for a newcomer to watch.

#[path = "../tests/site/story/mod.rs"]
mod story;

use std::{
    cell::Cell,
    io::{IsTerminal, stdout},
    path::PathBuf,
    process::ExitCode,
};

use story::{PROOFS, Stage, settled, unchanged};

fn main() -> ExitCode {
    match programs().and_then(show) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where cargo has put `farcast` and `greeting`: beside the directory of the examples.
fn programs() -> Result<[String; 2], String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = own.parent().and_then(|examples| examples.parent());
    let built = built.map(PathBuf::from).unwrap_or_default();
    let path = |name: &str| built.join(name).to_string_lossy().into_owned();
    Ok([path("farcast"), path("greeting")])
}

/// Tells the whole story; false where something of it is not true.
fn show([farcast, greeting]: [String; 2]) -> Result<bool, String> {
    heading("Two fresh hosts, as Debian 12 and CentOS Stream 9");
    let stage = Stage::up("demo", [&farcast, &greeting], &|line| println!("  {line}"))?;
    let told = tell(&stage);
    heading("The hosts are taken down");
    stage.down()?;
    told
}

fn tell(stage: &Stage) -> Result<bool, String> {
    heading("farcast plan: what would change");
    let planned = shown(stage, "plan")?;
    if planned != Some(3) {
        return Err(format!("plan ended with {planned:?} instead of 3"));
    }
    heading("farcast apply: make it so");
    let applied = shown(stage, "apply")?;
    if applied != Some(0) {
        return Err(format!("apply ended with {applied:?} instead of 0"));
    }
    Ok(prove(stage))
}

/// Runs farcast as a person would see it.
fn shown(stage: &Stage, verb: &str) -> Result<Option<i32>, String> {
    let status = stage.command(&[verb]).status();
    Ok(status.map_err(|error| error.to_string())?.code())
}

/// One line for each proof.
fn prove(stage: &Stage) -> bool {
    let whole = Cell::new(true);
    let line = |name: &str, found: Result<(), String>| match found {
        Ok(()) => println!("  {} {name}", paint("32", "✓")),
        Err(error) => {
            whole.set(false);
            println!("  {} {name}\n{error}", paint("31", "✗"));
        }
    };
    for host in stage.hosts() {
        heading(&format!("Proof: {} ({})", host.name, host.address));
        for (name, check) in PROOFS {
            line(name, check(stage, &host));
        }
    }
    heading("Proof: nothing is left to do");
    line("a second apply changes nothing", unchanged(stage));
    line("plan says in sync", settled(stage));
    whole.get()
}

fn heading(text: &str) {
    println!("\n{}", paint("1", &format!("== {text}")));
}

/// Colour where a person looks.
fn paint(code: &str, text: &str) -> String {
    if stdout().is_terminal() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
