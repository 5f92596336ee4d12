//! Addresses of networks and of hardware, as `ansible.utils` has them.

mod filter;
mod hardware;
mod merge;
mod network;
mod query;
mod reach;
mod shape;
mod subnet;
mod test;
mod within;

pub(super) use filter::ALL as FILTERS;
pub(super) use shape::compressed;
pub(super) use test::ALL as TESTS;
