//! The paths that every step of every host goes: expressions, variables, frames, and the loading of an inventory.
//! `make bench ONLY=hot` runs them, as the scenario `hot` of the bench `run`.

mod expression;
mod frame;
mod inventory;
mod variable;
mod world;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

criterion_group! {
    name = hot;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    targets = expression::measure, variable::measure, frame::measure, inventory::measure
}
criterion_main!(hot);
