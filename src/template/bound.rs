//! How much a template may make and do, so that no slip of a digit fills the memory or takes all day.

use minijinja::Error;

use super::failure;

/// The most instructions that one template may take, loops counted each time round.
pub(super) const FUEL: u64 = 100_000_000;
/// The longest text that is made from a number, in characters.
const CHARACTERS: usize = 16 << 20;
/// The most items of a list that is made from a number.
const ITEMS: usize = 1_000_000;
/// The most rounds of a password's hash: some seconds.
const ROUNDS: u32 = 10_000_000;

/// A width that a text shall be filled to.
pub(super) fn width(wanted: usize) -> Result<usize, Error> {
    within(wanted, CHARACTERS, "characters")
}

/// The number of items that a list shall have.
pub(super) fn items(wanted: usize) -> Result<usize, Error> {
    within(wanted, ITEMS, "items")
}

/// The number of rounds that a hash shall take.
pub(super) fn rounds(wanted: u32) -> Result<u32, Error> {
    within(wanted, ROUNDS, "rounds")
}

fn within<T: PartialOrd + std::fmt::Display>(wanted: T, most: T, unit: &str) -> Result<T, Error> {
    if wanted > most {
        return Err(failure::plain(format!(
            "{wanted} {unit} are more than a template may make: {most}"
        )));
    }
    Ok(wanted)
}
