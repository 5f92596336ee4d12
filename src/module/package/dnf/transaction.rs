use {
    super::{
        super::{change::Change, rpm::RpmPackages, said::Said},
        order::Order,
    },
    crate::{
        act::{Delta, Failure, Host, Look},
        wire::{Diff, Effect, Mode, Object, Outcome},
    },
    std::collections::BTreeSet,
};

/// What dnf would change.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// What is installed now.
    pub(super) before: RpmPackages,
    pub(super) orders: Vec<Order>,
    pub(super) changes: Vec<Change>,
    pub(super) warnings: Vec<String>,
    /// The metadata are fetched: no change to the host.
    pub(super) refreshes: bool,
}

impl Transaction {
    /// One transaction of several.
    pub fn join(transactions: Vec<Self>) -> Self {
        let mut joined = Self::default();
        for transaction in transactions {
            joined.before = transaction.before;
            joined.refreshes |= transaction.refreshes;
            joined.warnings.extend(transaction.warnings);
            for order in transaction.orders {
                let rest = joined
                    .orders
                    .iter_mut()
                    .try_fold(order, |order, known| known.join(order));
                joined.orders.extend(rest);
            }
            for change in transaction.changes {
                if !joined.changes.contains(&change) {
                    joined.changes.push(change);
                }
            }
        }
        joined
    }

    pub(super) fn into_look(self, mode: Mode) -> Look<Self> {
        if !self.changes.is_empty() || mode == Mode::Apply && !self.orders.is_empty() {
            return Look::Change(self);
        }
        let msg = match self.refreshes {
            true => "the metadata of the repositories would be fetched",
            false => "Nothing to do",
        };
        Look::Same(Outcome {
            msg: Some(msg.into()),
            data: values(Vec::new()),
            warnings: self.warnings,
            ..Outcome::default()
        })
    }
}

impl Delta for Transaction {
    fn diff(&self) -> Vec<Diff> {
        self.changes.iter().map(Change::diff).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        self.changes.iter().filter_map(Change::effect).collect()
    }

    fn predicted(&self) -> Object {
        values(Vec::new())
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut said = Said::default();
        for order in &self.orders {
            said.add(&order.perform(host)?);
        }
        let after = RpmPackages::ask(host)?;
        let results = results(&self.before, &after);
        let msg = match (results.is_empty(), self.refreshes) {
            (_, true) => "Cache updated",
            (true, false) => "Nothing to do",
            (false, false) => "",
        };
        let mut data = values(results.clone());
        data.extend(said.values());
        Ok(Outcome {
            changed: !results.is_empty(),
            msg: Some(msg.into()),
            data,
            ..Outcome::default()
        })
    }
}

fn values(results: Vec<String>) -> Object {
    let mut values = Object::new();
    values.insert("rc".into(), 0.into());
    values.insert("results".into(), results.into());
    values
}

/// `Installed: NAME-VERSION-RELEASE.ARCHITECTURE`, `Removed: …`.
fn results(before: &RpmPackages, after: &RpmPackages) -> Vec<String> {
    let names = |packages: &RpmPackages| -> BTreeSet<String> {
        packages
            .0
            .iter()
            .map(super::super::rpm::RpmPackage::full_name)
            .collect()
    };
    let (before, after) = (names(before), names(after));
    let came = after
        .difference(&before)
        .map(|name| format!("Installed: {name}"));
    let went = before
        .difference(&after)
        .map(|name| format!("Removed: {name}"));
    came.chain(went).collect()
}
