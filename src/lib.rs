/// Throwaway real hosts on this machine, for tests and for trying things out.
#[cfg(feature = "controller")]
pub mod sandbox;
