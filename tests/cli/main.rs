//! The command line as people and scripts meet it: the real program, in a directory and an environment of its own.

#![cfg(feature = "controller")]

mod bad_input;
mod doc;
mod engine_steps;
mod help;
mod inventory;
mod listing;
mod oracle;
mod persona;
mod room;
mod schema;
mod vault;
mod why;

use room::Room;
