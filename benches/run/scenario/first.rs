//! One host, a hundred steps, all of them change something: what a run costs where nothing is as it should be.

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    peer::{self, Peer},
    race::{Entrant, race},
    record::{FARCAST, Record},
    stage::Stage,
    steps::Steps,
};

/// The name of the script that a person would write instead.
const SCRIPT: &str = "a shell script over ssh";

pub const FIRST: Scenario = Scenario {
    name: "first",
    work: "1 host × 100 steps, all change (20 of them useradd)",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, 1)?;
    let steps = Steps::of(100);
    let playbook = stage.write("steps.yml", &steps.playbook())?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    let (script, undo) = (steps.shell(), steps.undo());
    let undone = || stage.on_first(&undo);
    // The agent is on the host already: what its delivery costs is a scenario of its own.
    peer::expect(stage.apply(&inventory, &playbook), 1, steps.total())?;
    let engine = |peer: Peer| {
        let (stage, inventory, playbook) = (&stage, &inventory, &playbook);
        Entrant::new(peer.name(), move || {
            peer::expect(peer.apply(stage, inventory, playbook, 5)?, 1, 100)
        })
    };
    let entrants = vec![
        Entrant::new(SCRIPT, || finish(stage.ssh(address, &[&script])).map(drop)).after(undone),
        Entrant::new(FARCAST, || {
            peer::expect(stage.apply(&inventory, &playbook), 1, steps.total())
        })
        .after(undone),
        engine(Peer::Rust).after(undone),
        engine(Peer::Core).after(undone),
    ];
    record.series = race(bench.runs, entrants);
    record.not_slower_than(SCRIPT, 1.3);
    record.faster_than("ansible-core-rs", 2.5);
    record.faster_than("ansible-core", 20.0);
    Ok(())
}
