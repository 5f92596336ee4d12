//! One host, a hundred steps, nothing to change: what a run costs where all is as it should be.

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

pub const STEADY: Scenario = Scenario {
    name: "steady",
    work: "1 host × 100 steps, nothing to change",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, 1)?;
    let steps = Steps::of(100);
    let playbook = stage.write("steps.yml", &steps.playbook())?;
    let deploy = stage.write("deploy.py", &steps.pyinfra())?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    // The first run makes what the others find.
    peer::expect(stage.apply(&inventory, &playbook), 1, steps.total())?;
    let engine = |peer: Peer| {
        let (stage, inventory, playbook) = (&stage, &inventory, &playbook);
        Entrant::new(peer.name(), move || {
            peer::expect(peer.apply(stage, inventory, playbook, 5)?, 1, 0)
        })
    };
    let entrants = vec![
        Entrant::new("ssh HOST true", || {
            finish(stage.ssh(address, &["true"])).map(drop)
        }),
        Entrant::new(FARCAST, || {
            peer::expect(stage.apply(&inventory, &playbook), 1, 0)
        }),
        engine(Peer::Rust),
        engine(Peer::Mitogen),
        Entrant::new("pyinfra", || {
            peer::expect_settled(peer::pyinfra(&stage, 1, &deploy)?)
        }),
        engine(Peer::Core),
    ];
    record.series = race(bench.runs, entrants);
    record.not_slower_than("ssh HOST true", 1.5);
    record.faster_than("ansible-core-rs", 12.0);
    record.faster_than("mitogen", 15.0);
    record.faster_than("ansible-core", 90.0);
    Ok(())
}
