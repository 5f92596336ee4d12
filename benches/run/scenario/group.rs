//! Twenty hosts, twenty steps, nothing to change.

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish_all,
    peer::{self, Peer},
    race::{Entrant, race},
    record::{FARCAST, Record},
    stage::Stage,
    steps::Steps,
};

const HOSTS: usize = 20;

/// The name of what one login on each host takes.
const LOGINS: &str = "20 × ssh HOST true at once";

pub const GROUP: Scenario = Scenario {
    name: "group",
    work: "20 hosts × 20 steps, nothing to change",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, HOSTS)?;
    let steps = Steps::of(20);
    let playbook = stage.write("steps.yml", &steps.playbook())?;
    let deploy = stage.write("deploy.py", &steps.pyinfra())?;
    let inventory = stage.inventory(HOSTS)?;
    let addresses = stage.hosts();
    let apply = || {
        let mut command = stage.apply(&inventory, &playbook);
        command.arg("-f").arg(HOSTS.to_string());
        command
    };
    peer::expect(apply(), HOSTS, steps.total())?;
    let engine = |peer: Peer| {
        let (stage, inventory, playbook) = (&stage, &inventory, &playbook);
        Entrant::new(peer.name(), move || {
            peer::expect(peer.apply(stage, inventory, playbook, HOSTS)?, HOSTS, 0)
        })
    };
    let logins = || {
        finish_all(
            addresses
                .iter()
                .map(|(_, address)| stage.ssh(*address, &["true"])),
        )
    };
    let pyinfra = || peer::expect_settled(peer::pyinfra(&stage, HOSTS, &deploy)?);
    let entrants = vec![
        Entrant::new(LOGINS, logins),
        Entrant::new(FARCAST, || peer::expect(apply(), HOSTS, 0)),
        engine(Peer::Rust),
        engine(Peer::Mitogen),
        Entrant::new("pyinfra", pyinfra),
        engine(Peer::Core),
    ];
    record.series = race(bench.runs, entrants);
    record.not_slower_than(LOGINS, 1.4);
    record.faster_than("ansible-core-rs", 6.0);
    record.faster_than("ansible-core", 50.0);
    Ok(())
}
