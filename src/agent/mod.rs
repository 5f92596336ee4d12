//! The program on the host: reads requests from its standard input, works on them one after the other, and answers on its
//! standard output. Nothing else is ever written there.

mod found;
mod hold;
mod inbox;
mod incoming;
mod install;
mod job;
mod pipe;
mod serve;

pub use {
    found::{FoundError, found},
    install::{InstallError, install},
    job::{JobError, job},
    serve::{ServeError, serve},
};
