//! The tests (`is …`), one file a family.

mod core;

use super::builtin::Run;

/// Every test with its name.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Run)> {
    [core::ALL].into_iter().flatten().copied()
}
