//! Modules about the system as a whole.

pub mod hostname;
pub mod sysctl;
pub mod wait_for;
