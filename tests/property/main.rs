//! Input of any kind ends in a value or an error that says where, never in a panic, and never runs away.

mod inventory;
mod template;
mod wire;
mod yaml;

use proptest::prelude::*;

/// Texts of the pieces that a language is made of, in any order, with anything between them.
fn made_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => "[a-z]{1,3}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
