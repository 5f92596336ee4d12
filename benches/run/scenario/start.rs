//! What a first contact and a mere start of the program cost, and how large the agent is that goes to a host.

use std::env::consts::ARCH;

use farcast::{module::Edition, transport::AgentProgram};

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    peer,
    race::{Entrant, race},
    record::{Record, Series, Unit},
    stage::Stage,
    steps::Steps,
};

const LOGIN: &str = "ssh HOST true";
const CONTACT: &str = "first contact: the agent is delivered, 100 steps";
const VERSION: &str = "farcast --version";

pub const START: Scenario = Scenario {
    name: "start",
    work: "first contact with a host, and start of the program",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, 1)?;
    let steps = Steps::of(100);
    let playbook = stage.write("steps.yml", &steps.playbook())?;
    let inventory = stage.inventory(1)?;
    let address = stage.first()?;
    peer::expect(stage.apply(&inventory, &playbook), 1, steps.total())?;
    let version = || {
        let mut command = stage.command(&bench.farcast);
        command.arg("--version");
        finish(command).map(drop)
    };
    let entrants = vec![
        Entrant::new(LOGIN, || finish(stage.ssh(address, &["true"])).map(drop)),
        Entrant::new(CONTACT, || {
            peer::expect(stage.apply(&inventory, &playbook), 1, 0)
        })
        .after(|| stage.on_first("rm -rf /root/.cache/farcast")),
        Entrant::new(VERSION, version),
    ];
    record.series = race(bench.runs, entrants);
    let agent = AgentProgram::in_directory(&bench.agents, Edition::Core)
        .shipment(ARCH)?
        .packed()
        .len() as f64;
    record
        .series
        .push(Series::new("the agent as sent", Unit::Bytes, vec![agent]));
    let ratio = record.ratio(CONTACT, LOGIN);
    record.at_most("first contact ÷ ssh HOST true", Unit::Times, ratio, 4.0);
    record.at_most(VERSION, Unit::Seconds, record.median(VERSION), 0.005);
    record.at_most("the agent as sent", Unit::Bytes, Some(agent), 2_097_152.0);
    Ok(())
}
