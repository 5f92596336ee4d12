//! A loop of a hundred items beside one of a single item.

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    race::{Entrant, race},
    record::{Record, Unit},
    stage::Stage,
    steps::PLACE,
};

pub const ITEMS: Scenario = Scenario {
    name: "items",
    work: "a loop of 100 items beside one of a single item, nothing to change",
    measure,
};

/// A module and its arguments for an item.
const KINDS: [(&str, &str); 3] = [
    ("file", "path: \"PLACE/item{{ item }}\", state: directory"),
    (
        "copy",
        "content: \"{{ item }}\\n\", dest: \"PLACE/copy{{ item }}\"",
    ),
    ("user", "name: \"bench{{ item }}\""),
];

/// A play of one step that loops.
pub fn play(kind: &str, arguments: &str, items: usize) -> String {
    let arguments = arguments.replace("PLACE", PLACE);
    format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: Items\n      {kind}: {{{arguments}}}\n      \
         loop: \"{{{{ range({items}) | list }}}}\"\n"
    )
}

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let stage = Stage::up(bench, 1)?;
    let inventory = stage.inventory(1)?;
    stage.on_first(&format!("mkdir -p {PLACE}"))?;
    let mut entrants = Vec::new();
    for (kind, arguments) in KINDS {
        for items in [1, 100] {
            let playbook =
                stage.write(&format!("{kind}{items}.yml"), &play(kind, arguments, items))?;
            finish(stage.apply(&inventory, &playbook))?;
            let (stage, inventory) = (&stage, &inventory);
            let work = move || finish(stage.apply(inventory, &playbook)).map(drop);
            entrants.push(Entrant::new(name(kind, items), work));
        }
    }
    record.series = race(bench.runs, entrants);
    for (kind, _) in KINDS {
        let hundred = record.median(&name(kind, 100));
        if let Some(one) = record.median(&name(kind, 1)) {
            let what = format!("{kind}: 100 items, against 1.2 × one item + 20 ms");
            record.at_most(&what, Unit::Seconds, hundred, 1.2 * one + 0.020);
        }
    }
    Ok(())
}

fn name(kind: &str, items: usize) -> String {
    format!("{kind}, items: {items}")
}
