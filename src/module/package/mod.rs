//! Modules about packages and where they come from.

pub mod apt;
#[cfg(feature = "full")]
pub mod apt_key;
pub mod apt_repository;
mod change;
#[cfg(feature = "full")]
pub mod deb822_repository;
#[cfg(feature = "full")]
pub mod debconf;
pub mod dnf;
mod dpkg;
#[cfg(feature = "full")]
pub mod dpkg_selections;
#[cfg(feature = "full")]
mod key_source;
mod known;
mod nearest;
#[cfg(feature = "full")]
mod openpgp;
#[expect(clippy::module_inception, reason = "the module is called package")]
pub mod package;
pub mod package_facts;
mod repository;
mod repository_file;
mod rpm;
#[cfg(feature = "full")]
pub mod rpm_key;
mod said;
mod source_list;
mod wildcard;
pub mod yum_repository;
