//! Modules about accounts, their keys and their timed jobs.

pub mod authorized_key;
pub mod cron;
pub mod getent;
pub mod group;
pub mod known_hosts;
mod login_defaults;
mod shadow;
#[expect(clippy::module_inception, reason = "the module is called user")]
pub mod user;

pub use {login_defaults::LoginDefaults, shadow::Shadow};
