//! Modules about services.

mod action;
mod script;
#[expect(clippy::module_inception, reason = "the module is called service")]
pub mod service;
pub mod service_facts;
mod supervised;
pub mod supervisorctl;
pub mod systemd;
mod unit;
mod wish;
