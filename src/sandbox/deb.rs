//! Debian packages as `apt-cache show` describes them, and all that a set of them needs.

use std::collections::{BTreeMap, BTreeSet};

use super::error::SandboxError;

/// One Debian package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deb {
    /// Its name.
    pub(super) name: String,
    /// Its version, with epoch and revision.
    pub(super) version: String,
    /// What it needs: each need is fulfilled by any of its names.
    pub(super) needs: Vec<Vec<String>>,
}

/// Reads the paragraphs of `apt-cache show`.
pub(super) fn parse(text: &str) -> Vec<Deb> {
    text.split("\n\n").filter_map(parse_one).collect()
}

fn parse_one(paragraph: &str) -> Option<Deb> {
    let field = |name: &str| {
        paragraph
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let needs = ["Pre-Depends", "Depends"]
        .into_iter()
        .filter_map(field)
        .flat_map(|list| list.split(','));
    Some(Deb {
        name: field("Package")?.to_owned(),
        version: field("Version")?.to_owned(),
        needs: needs
            .map(|need| need.split('|').filter_map(package_name).collect())
            .collect(),
    })
}

/// `libc6` of `libc6:any (>= 2.34)`.
fn package_name(need: &str) -> Option<String> {
    let name = need.split_whitespace().next()?;
    Some(name.split(':').next().unwrap_or(name).to_owned())
}

/// What is not looked for when a closure is made.
pub(super) struct Given<'a> {
    /// Packages that are there.
    pub(super) installed: &'a BTreeSet<String>,
    /// Packages that are done without.
    pub(super) without: &'a BTreeSet<String>,
}

impl Given<'_> {
    /// The name that fulfils `need` and must be brought; none when it is fulfilled.
    pub(super) fn lacks<'n>(&self, need: &'n [String]) -> Option<&'n String> {
        let fulfilled = need
            .iter()
            .any(|name| self.installed.contains(name) || self.without.contains(name));
        if fulfilled { None } else { need.first() }
    }
}

/// Describes packages by name.
pub(super) type Describe<'a> = dyn Fn(&[String]) -> Result<Vec<Deb>, SandboxError> + 'a;

/// The packages `wanted` and all that they need beyond what is given.
pub(super) fn closure(
    wanted: &[String],
    given: &Given<'_>,
    show: &Describe<'_>,
) -> Result<BTreeMap<String, Deb>, SandboxError> {
    let mut found: BTreeMap<String, Deb> = BTreeMap::new();
    let mut next = wanted.to_vec();
    while !next.is_empty() {
        let shown = show(&next)?;
        found.extend(shown.into_iter().map(|deb| (deb.name.clone(), deb)));
        if let Some(absent) = next.iter().find(|name| !found.contains_key(*name)) {
            return Err(SandboxError::NoPackage(absent.clone()));
        }
        let needs = found
            .values()
            .flat_map(|deb| &deb.needs)
            .filter_map(|need| given.lacks(need));
        let lacking: BTreeSet<String> = needs
            .filter(|name| !found.contains_key(*name))
            .cloned()
            .collect();
        next = lacking.into_iter().collect();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "Package: jq\nVersion: 1.6-2\nDepends: libjq1 (= 1.6-2), libc6 (>= 2.34)\nDescription: x\n y\n\n\
        Package: libjq1\nVersion: 1:1.6-2\nDepends: libonig5, debconf:any | debconf-2.0\n\n\
        Package: libonig5\nVersion: 6.9\nPre-Depends: unwanted\n\n";

    fn show(names: &[String]) -> Result<Vec<Deb>, SandboxError> {
        Ok(parse(SHOWN)
            .into_iter()
            .filter(|deb| names.contains(&deb.name))
            .collect())
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_closure_ends_at_what_is_given() {
        let (installed, without) = (set(&["libc6", "debconf-2.0"]), set(&["unwanted"]));
        let given = Given {
            installed: &installed,
            without: &without,
        };
        let found = closure(&["jq".to_owned()], &given, &show).unwrap();
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            ["jq", "libjq1", "libonig5"]
        );
        assert_eq!(found["libjq1"].version, "1:1.6-2");
    }

    #[test]
    fn a_package_that_nobody_has_is_named() {
        let (installed, without) = (set(&["libc6", "debconf"]), set(&[]));
        let given = Given {
            installed: &installed,
            without: &without,
        };
        let error = closure(&["jq".to_owned()], &given, &show).unwrap_err();
        assert!(matches!(error, SandboxError::NoPackage(name) if name == "unwanted"));
    }
}
