//! Modules about the system as a whole.

#[cfg(feature = "full")]
pub mod alternatives;
pub mod hostname;
#[cfg(feature = "full")]
pub mod locale_gen;
#[cfg(feature = "full")]
pub mod modprobe;
#[cfg(feature = "full")]
pub mod mount;
#[cfg(feature = "full")]
pub mod pam_limits;
#[cfg(feature = "full")]
pub mod seboolean;
pub mod sysctl;
#[cfg(feature = "full")]
mod text;
#[cfg(feature = "full")]
pub mod timezone;
pub mod wait_for;
