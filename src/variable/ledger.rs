use {
    super::Values,
    crate::template::Value,
    std::{collections::BTreeSet, sync::Arc},
};

/// Values that steps add one after the other; the last of a name counts. A copy is cheap and stays as it is, and adding costs the
/// same however much is there.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Oldest first; each is more than twice as long as the next, so that there are few.
    pages: Vec<Arc<Values>>,
}

impl Ledger {
    pub fn add(&mut self, values: impl IntoIterator<Item = (String, Value)>) {
        let page: Values = values.into_iter().collect();
        if page.is_empty() {
            return;
        }
        self.pages.push(Arc::new(page));
        while let [.., below, last] = self.pages.as_slice()
            && below.len() <= 2 * last.len()
        {
            self.join();
        }
    }

    /// Makes one page of the last two. Whoever has a copy keeps his own.
    fn join(&mut self) {
        let (Some(last), Some(below)) = (self.pages.pop(), self.pages.last_mut()) else {
            return;
        };
        let entries = last.iter();
        Arc::make_mut(below).extend(entries.map(|(name, value)| (name.clone(), value.clone())));
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.pages.iter().rev().find_map(|page| page.get(name))
    }

    /// The names, each once.
    pub fn names(&self) -> BTreeSet<&str> {
        let names = self.pages.iter().flat_map(|page| page.keys());
        names.map(String::as_str).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Whether nothing was added to either since one was copied from the other.
    pub fn is_same(&self, other: &Self) -> bool {
        let pairs = || self.pages.iter().zip(&other.pages);
        self.pages.len() == other.pages.len() && pairs().all(|(own, its)| Arc::ptr_eq(own, its))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> (String, Value) {
        (format!("x{number}"), Value::from(number))
    }

    #[test]
    fn the_last_value_counts_and_copies_stay_as_they_are() {
        let mut ledger = Ledger::default();
        (0..100).for_each(|number| ledger.add([entry(number)]));
        let before = ledger.clone();
        ledger.add([("x7".to_owned(), Value::from("new"))]);
        assert_eq!(ledger.get("x7"), Some(&Value::from("new")));
        assert_eq!(before.get("x7"), Some(&Value::from(7)));
        assert_eq!(ledger.get("x99"), Some(&Value::from(99)));
        assert_eq!(ledger.get("y"), None);
        assert_eq!(ledger.names().len(), 100);
        assert!(!ledger.is_same(&before) && before.is_same(&before.clone()));
    }

    #[test]
    fn adding_copies_little_even_while_others_look() {
        let mut ledger = Ledger::default();
        let mut copied = 0;
        for number in 0..4096 {
            let seen = ledger.clone();
            ledger.add([entry(number)]);
            let own = |page: &&Arc<Values>| !seen.pages.iter().any(|old| Arc::ptr_eq(old, page));
            let pages = ledger.pages.iter().filter(own);
            copied += pages.map(|page| page.len()).sum::<usize>();
        }
        assert!(ledger.pages.len() <= 12, "{}", ledger.pages.len());
        // One by one it would be half of 4096², eight million.
        assert!(copied < 4096 * 24, "{copied}");
    }
}
