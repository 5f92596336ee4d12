//! The bundled greeting service: a web API that remembers whom it has met for one hour.
//!
//! `GET /` is the status, `GET /greet/NAME` and `GET /greet?name=NAME` greet. Everything it says is JSON.
//! The proxy in front of it speaks to a unix socket; only there its `X-Real-IP` header is believed.

mod acquaintances;
mod api;
mod failure;
mod listen;
mod origin;
mod person;
mod refusal;
mod request_log;
mod rotating_file;
mod server;
mod unix_socket;

pub use acquaintances::{Acquaintances, Meeting};
pub use failure::GreetingError;
pub use listen::{Listen, UnknownListen};
pub use person::{BadName, PersonName};
pub use rotating_file::RotatingFile;
pub use server::{Server, stop_signal};
