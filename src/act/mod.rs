//! The host as modules see it, and the smallest acts that they compose.
//!
//! | to | use |
//! |---|---|
//! | read the host, as it is or (dry run) as it would be | [`Probe`] |
//! | run a fixed read-only command | [`Probe::ask`] with a [`Question`] |
//! | say what would change | [`Acts`], a list of [`Act`]s: [`Write`], [`Writes`], [`Directory`], [`Link`], [`Remove`], [`Attributes`], [`Spawn`] |
//! | write a file from a stream | [`Draft`] |
//! | change the host | [`Host`], which only an apply gets |
//! | fail | [`Failure`] |

mod acts;
mod address;
mod attributes;
mod backup;
mod body;
mod calendar;
mod content;
mod controller;
mod delta;
mod digest;
mod directory;
mod draft;
mod failure;
mod host;
mod identity;
mod inode;
#[cfg(feature = "full")]
mod inquiry;
mod job;
mod label;
mod link;
mod overlay;
mod patience;
mod private;
mod probe;
mod process;
mod question;
mod remove;
#[cfg(test)]
mod scratch;
mod side;
mod spawn;
mod step;
mod times;
mod watch;
mod write;
mod writes;

pub use acts::{Act, Acts};
pub use attributes::{Attributes, Bits};
pub use backup::Backup;
pub use body::{Body, Seekable};
pub use calendar::{Date, seconds};
pub use controller::{Alone, Carried, Controller};
pub use delta::{Delta, Look};
pub use digest::{Digest, hexadecimal};
pub use directory::Directory;
pub use draft::Draft;
pub use failure::{Failure, Thing};
pub use host::Host;
pub use inode::{Inode, Kind, Moment};
#[cfg(feature = "full")]
pub use inquiry::{GitCall, GitQuestion, Inquiry};
pub use job::{Job, JobRecord};
pub use label::Label;
pub use link::{Link, Target};
pub use overlay::Overlay;
pub use private::Private;
pub use probe::Probe;
pub use process::{Finished, Program};
#[cfg(feature = "full")]
pub use question::ComposeVerb;
pub use question::Question;
pub use remove::Remove;
#[cfg(test)]
pub use scratch::Scratch;
pub use side::{DIFF_LIMIT, side};
pub use spawn::Spawn;
pub use step::Step;
pub use times::{Time, Times};
pub use watch::Watch;
pub use write::{Source, Write};
pub use writes::Writes;
