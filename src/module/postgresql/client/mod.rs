//! A small client of PostgreSQL's own protocol: connect, run SQL, read rows.

mod authentication;
mod endpoint;
mod login;
mod rows;
mod security;
mod server_error;
mod session;
mod stream;
mod trouble;
mod value;
mod verifier;

use stream::Stream;
pub use {
    login::Login,
    rows::{Row, Rows},
    security::{Security, SslMode},
    server_error::ServerError,
    session::{Access, Session},
    trouble::Trouble,
    value::elements,
};
