//! The tests (`is …`), one file a family.

mod core;
mod result;
mod set;
mod text;
mod version;

use super::{builtin::Run, collection};

/// Every test with its name.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Run)> {
    [core::ALL, result::ALL, set::ALL, text::ALL, version::ALL]
        .into_iter()
        .flatten()
        .copied()
        .chain(collection::tests())
}
