//! Throwaway real hosts on this machine: systemd as process 1, sshd, an address of their own; gone without a trace.
//!
//! A host is a `systemd-nspawn` machine over a shared read-only image. Each run has its own bridge, subnet, keys and
//! directory, so that runs never meet.

mod address;
mod apt_source;
mod centos;
mod cgroup;
mod deb;
mod debian;
mod error;
mod fingerprint;
mod forward;
mod host;
mod identity;
mod image;
mod inventory;
mod lock;
mod making;
mod network;
mod preflight;
mod process;
mod ready;
mod repository;
mod rpm;
mod run;
mod run_name;
mod scoped;
mod settings;
mod spec;
mod ssh;
mod stage;
mod state;
mod tool;
mod tree;

pub use error::SandboxError;
pub use image::Image;
pub use preflight::Missing;
pub use run::{HostSpec, HostView, Sandbox};
pub use run_name::run_name_for;
pub use scoped::Scoped;
pub use settings::Settings;
