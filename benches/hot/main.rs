//! The paths that every step of every host goes: expressions, variables, frames, and the loading of an inventory.
//! `make bench ONLY=hot` runs them, as the scenario `hot` of the bench `run`.

mod expression;
mod frame;
mod inventory;
mod variable;
mod world;

criterion::criterion_group!(
    hot,
    expression::measure,
    variable::measure,
    frame::measure,
    inventory::measure
);
criterion::criterion_main!(hot);
