//! Plays, blocks, loops, handlers, delegation: who does what when. It knows no module by name.

mod arguments;
mod batch;
mod change;
mod free;
mod include;
mod item;
mod looping;
mod loss;
mod notify;
mod outcome;
mod play;
mod pool;
mod run;
mod sending;
mod sink;
mod steer;
mod step;
mod target;
mod turn;
mod walk;

pub use {
    pool::Connections,
    run::{Options, Runner},
    sink::Sink,
    target::Login,
};
