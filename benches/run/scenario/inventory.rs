//! An inventory of ten thousand hosts in a hundred groups, each group with a file of variables.

use std::fs;

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    home::Home,
    memory,
    race::{Entrant, race},
    record::{FARCAST, Record, Series, Unit},
};

const GROUPS: usize = 100;
const HOSTS: usize = 100;

pub const INVENTORY: Scenario = Scenario {
    name: "inventory",
    work: "--list-hosts of 10,000 hosts with group_vars",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let home = tempfile::tempdir()?;
    fs::write(home.path().join("hosts.ini"), hosts())?;
    let variables = home.path().join("group_vars");
    fs::create_dir(&variables)?;
    fs::write(variables.join("all.yml"), group_vars(0))?;
    for group in 0..GROUPS {
        fs::write(
            variables.join(format!("group{group}.yml")),
            group_vars(group),
        )?;
    }
    let playbook = home.path().join("play.yml");
    fs::write(&playbook, "- hosts: all\n  tasks: [{ping: }]\n")?;
    let list = || {
        let mut command = Home::new(bench, home.path()).farcast();
        command.args(["apply", "--list-hosts", "-i", "hosts.ini", "play.yml"]);
        command
    };
    let said = finish(list())?;
    if !said.contains(&format!("({})", GROUPS * HOSTS)) {
        return Err("--list-hosts does not tell all hosts".into());
    }
    record.series = race(
        bench.runs,
        vec![Entrant::new(FARCAST, || finish(list()).map(drop))],
    );
    let peak = memory::of(list())?;
    record
        .series
        .push(Series::new("farcast, memory", Unit::Mebibytes, vec![peak]));
    record.at_most("time", Unit::Seconds, record.median(FARCAST), 0.5);
    record.at_most("memory", Unit::Mebibytes, Some(peak), 200.0);
    Ok(())
}

fn hosts() -> String {
    let mut text = String::new();
    for group in 0..GROUPS {
        text += &format!("[group{group}]\n");
        for host in 0..HOSTS {
            text += &format!(
                "host{group}-{host} ansible_host=10.{}.{group}.{host} rack={host}\n",
                group / 50
            );
        }
    }
    text
}

fn group_vars(group: usize) -> String {
    let simple = (0..10).map(|i| format!("setting_{i}: \"value {group} of {{{{ rack }}}}\"\n"));
    let list = (0..10).map(|i| format!("  - {{name: item{i}, port: {}}}\n", 8000 + i));
    let head = std::iter::once("services:\n".to_owned());
    simple.chain(head).chain(list).collect()
}
