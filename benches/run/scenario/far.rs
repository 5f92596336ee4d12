//! A hundred steps on a host far away: how often a run waits for the other end.

use std::time::Duration;

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    peer::{self, Peer},
    race::{Entrant, race},
    record::{FARCAST, Record, Unit},
    relay,
    stage::Stage,
    steps::Steps,
};

const ROUND_TRIP: Duration = Duration::from_millis(100);

/// The name of what connecting and one command take.
const LOGIN: &str = "ssh HOST true";

pub const FAR: Scenario = Scenario {
    name: "far",
    work: "1 host × 100 steps at 100 ms round trip, nothing to change",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let slow = relay::proxy_command(ROUND_TRIP)?;
    let stage = Stage::up(bench, 1)?.with_options(&["-o", &slow]);
    let steps = Steps::of(100);
    let playbook = stage.write("steps.yml", &steps.playbook())?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    peer::expect(stage.apply(&inventory, &playbook), 1, steps.total())?;
    let core = || peer::expect(Peer::Core.apply(&stage, &inventory, &playbook, 5)?, 1, 0);
    let entrants = vec![
        Entrant::new(LOGIN, || finish(stage.ssh(address, &["true"])).map(drop)),
        Entrant::new(FARCAST, || {
            peer::expect(stage.apply(&inventory, &playbook), 1, 0)
        }),
        Entrant::new(Peer::Core.name(), core),
    ];
    record.series = race(bench.runs, entrants);
    // All that farcast takes longer than a login counts as waiting, its own work too.
    let login = record.median(LOGIN);
    let longer = record
        .median(FARCAST)
        .zip(login)
        .map(|(farcast, login)| farcast - login);
    let trips = longer.map(|longer| longer / ROUND_TRIP.as_secs_f64());
    record.at_most(
        "round trips more than ssh HOST true",
        Unit::Count,
        trips,
        8.0,
    );
    record.faster_than("ansible-core", 50.0);
    Ok(())
}
