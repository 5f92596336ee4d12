#[cfg(feature = "greeting")]
pub mod greeting;
