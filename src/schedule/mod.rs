//! Plays, blocks, loops, handlers, delegation: who does what when. It knows no module by name.

mod ahead;
mod arguments;
mod batch;
mod change;
mod deadline;
mod draft;
mod free;
mod gathering;
mod include;
mod item;
mod job;
mod looping;
mod loss;
mod notify;
mod outcome;
mod pause;
mod play;
mod pool;
mod prompt;
mod run;
mod sending;
mod sink;
mod statistic;
mod steer;
mod step;
mod target;
mod turn;
mod underway;
mod walk;
mod window;

pub use {
    pool::Connections,
    run::{Options, Runner},
    sink::Sink,
    target::Login,
};
