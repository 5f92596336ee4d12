//! What the program's exit code means.

/// Everything went well; for `plan`: the hosts are in the declared state.
pub const FINE: u8 = 0;
/// The input is wrong; no host was touched.
pub const BAD_INPUT: u8 = 1;
/// A task failed on a host.
pub const TASK_FAILED: u8 = 2;
/// `plan` only: something would change.
pub const WOULD_CHANGE: u8 = 3;
/// A host could not be reached.
pub const UNREACHABLE: u8 = 4;
/// Ctrl-C or SIGTERM ended the run; for `report merge`: a shard did not come to its end.
pub const INTERRUPTED: u8 = 130;
