use {super::super::change::Change, std::collections::BTreeMap};

/// What apt-get says that it would do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    pub changes: Vec<Change>,
    /// Package files that would leave the cache.
    pub deletes: bool,
}

impl Simulation {
    /// Reads the output of `apt-get --simulate`. A package that is removed and installed in one go is an upgrade.
    pub fn read(text: &str) -> Self {
        let mut changes: BTreeMap<String, Change> = BTreeMap::new();
        let mut order = Vec::new();
        for change in text.lines().filter_map(change) {
            match changes.get_mut(&change.name) {
                Some(known) if change.after.is_some() => known.after = change.after,
                Some(known) => known.before = known.before.take().or(change.before),
                None => {
                    order.push(change.name.clone());
                    changes.insert(change.name.clone(), change);
                }
            }
        }
        Self {
            changes: order
                .iter()
                .filter_map(|name| changes.remove(name))
                .collect(),
            deletes: text.lines().any(|line| line.starts_with("Del ")),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.deletes
    }
}

/// `Inst NAME [OLD] (NEW ORIGIN [ARCHITECTURE])`, `Remv NAME [OLD]`, `Purg NAME [OLD]`.
fn change(line: &str) -> Option<Change> {
    let (verb, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let before = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let new = match before {
        Some((_, rest)) => rest,
        None => rest,
    };
    let new = new.trim_start().strip_prefix('(');
    let after = match verb {
        "Inst" => Some(new?.split_whitespace().next()?.to_owned()),
        "Remv" | "Purg" => None,
        _ => return None,
    };
    Some(Change {
        name: name.into(),
        before: before.map(|(version, _)| version.to_owned()),
        after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_would_be_done() {
        let simulation = Simulation::read(
            "Reading package lists...\n\
             Remv old [1.0] [x:amd64 ]\n\
             Inst nginx-common (1.22.1-9 Debian:12 [all])\n\
             Inst curl [7.88] (7.89 Debian:12/oldstable [amd64]) []\n\
             Conf nginx-common (1.22.1-9 Debian:12 [all])\n\
             Purg gone [2]\n",
        );
        let changes: Vec<_> = simulation
            .changes
            .iter()
            .map(|change| {
                (
                    change.name.as_str(),
                    change.before.as_deref(),
                    change.after.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            changes,
            [
                ("old", Some("1.0"), None),
                ("nginx-common", None, Some("1.22.1-9")),
                ("curl", Some("7.88"), Some("7.89")),
                ("gone", Some("2"), None),
            ]
        );
        assert!(!simulation.is_empty());
        assert!(Simulation::read("0 upgraded, 0 newly installed\n").is_empty());
        assert!(Simulation::read("Del nano 7.2 [690 kB]\n").deletes);
    }
}
