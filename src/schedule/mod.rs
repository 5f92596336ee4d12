//! Plays, blocks, loops, handlers, delegation: who does what when. It knows no module by name.

mod batch;
mod include;
mod item;
mod outcome;
mod play;
mod pool;
mod run;
mod sink;
mod step;
mod target;
mod walk;

pub use {
    pool::Connections,
    run::{Options, Runner},
    sink::Sink,
    target::Login,
};
