//! Filters, tests and lookups of the collections that playbooks use most: one folder or file a family.
//!
//! Each is known by its full name (`ansible.utils.ipaddr`) and, where no other has it, by the last word of that.

mod address;
mod arguments;
mod crypto;
mod csv;
mod dependent;
mod duration;
mod fact;
mod filetree;
mod hashid;
mod index_of;
mod ini;
mod jmespath;
mod key;
mod list;
mod lookup;
mod module;
mod nested_key;
mod path;
mod schema;
mod text;
mod xml;

use super::{builtin::Run, lookup::Lookup};

/// A full name and what stands behind it.
type Named<T> = (&'static str, T);

const FILTERS: &[&[Named<Run>]] = &[
    address::FILTERS,
    crypto::FILTERS,
    csv::FILTERS,
    duration::FILTERS,
    fact::FILTERS,
    hashid::FILTERS,
    index_of::FILTERS,
    ini::FILTERS,
    jmespath::FILTERS,
    key::FILTERS,
    list::FILTERS,
    nested_key::FILTERS,
    path::FILTERS,
    schema::FILTERS,
    text::FILTERS,
    xml::FILTERS,
];

const TESTS: &[&[Named<Run>]] = &[address::TESTS, module::TESTS, schema::TESTS, text::TESTS];

const LOOKUPS: &[&[Named<Lookup>]] = &[
    crypto::LOOKUPS,
    dependent::LOOKUPS,
    filetree::LOOKUPS,
    index_of::LOOKUPS,
    lookup::LOOKUPS,
    path::LOOKUPS,
    schema::LOOKUPS,
];

/// Names of which several collections have one; those are only known by their full names.
const SHARED: &[&str] = &["keep_keys", "remove_keys", "replace_keys"];

/// Every filter with each of its names.
pub(super) fn filters() -> impl Iterator<Item = Named<Run>> {
    FILTERS.iter().copied().flatten().flat_map(names)
}

/// Every test with each of its names.
pub(super) fn tests() -> impl Iterator<Item = Named<Run>> {
    TESTS.iter().copied().flatten().flat_map(names)
}

/// Every lookup with each of its names.
pub(super) fn lookups() -> impl Iterator<Item = Named<Lookup>> {
    LOOKUPS.iter().copied().flatten().flat_map(names)
}

fn names<T: Copy>((full, run): &Named<T>) -> impl Iterator<Item = Named<T>> {
    let short = full.rsplit('.').next();
    let short = short.filter(|short| !SHARED.contains(short));
    [Some((*full, *run)), short.map(|short| (short, *run))]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::template::fixture::shown;

    #[test]
    fn a_name_is_taken_once() {
        for names in [
            filters().map(|(name, _)| name).collect::<Vec<_>>(),
            super::tests().map(|(name, _)| name).collect(),
            lookups().map(|(name, _)| name).collect(),
        ] {
            let unique: BTreeSet<_> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn full_and_short_names_mean_the_same() {
        let full = shown("{{ '10.0.0.1/8' | ansible.utils.ipaddr('network') }}");
        assert_eq!(full, "'10.0.0.0'");
        assert_eq!(shown("{{ '10.0.0.1/8' | ipaddr('network') }}"), full);
        assert_eq!(
            shown("{{ '10.0.0.1' is ansible.utils.in_network('10.0.0.0/8') }}"),
            "True"
        );
    }
}
