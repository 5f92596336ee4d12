//! What is measured: one file a scenario.

mod content;
mod far;
mod first;
mod group;
mod growth;
mod hot;
mod inventory;
mod items;
mod start;
mod steady;
mod validate;

use super::{Outcome, bench::Bench, record::Record};

/// Work whose cost is measured.
pub struct Scenario {
    /// How the command line and the table call it.
    pub name: &'static str,
    /// The work, for a person.
    pub work: &'static str,
    measure: fn(&Bench, &mut Record) -> Outcome<()>,
}

/// All scenarios, in the order in which they run and are shown.
pub const SCENARIOS: &[Scenario] = &[
    steady::STEADY,
    group::GROUP,
    first::FIRST,
    far::FAR,
    items::ITEMS,
    inventory::INVENTORY,
    validate::VALIDATE,
    content::CONTENT,
    start::START,
    growth::GROWTH,
    hot::HOT,
];

impl Scenario {
    /// Measures it.
    pub fn measure(&self, bench: &Bench) -> Outcome<Record> {
        let mut record = Record::begin(self.name, self.work, bench);
        (self.measure)(bench, &mut record)?;
        Ok(record)
    }
}
