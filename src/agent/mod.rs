//! The program on the host: reads requests from its standard input, works on them one after the other, and answers on its
//! standard output. Nothing else is ever written there.

mod hold;
mod inbox;
mod incoming;
mod install;
mod job;
mod main;
mod pipe;
mod serve;

pub use {
    install::{InstallError, install},
    job::{JobError, job},
    main::main,
    serve::{ServeError, serve},
};
