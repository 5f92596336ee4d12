use {
    super::{Ledger, Values, Vars},
    crate::template::Value,
    std::sync::{Arc, OnceLock},
};

/// Facts of the host's own.
const LOCAL: &str = "ansible_local";

/// What a run has learnt of one host: lasts over plays.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Gathered facts, named with `ansible_`.
    pub facts: Arc<Values>,
    /// The facts as `ansible_facts`, once somebody has asked.
    plain: Arc<OnceLock<Value>>,
    /// Whether facts were gathered, and not only set.
    pub gathered: bool,
    /// `include_vars`.
    pub included: Arc<Vars>,
    /// `set_fact` and `register`.
    pub set: Ledger,
}

impl Memory {
    /// What was learnt earlier.
    pub fn recalled(facts: Values, gathered: bool) -> Self {
        Self {
            facts: Arc::new(facts),
            gathered,
            ..Self::default()
        }
    }

    /// Whether nothing was learnt since one was copied from the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.facts, &other.facts)
            && Arc::ptr_eq(&self.included, &other.included)
            && self.set.is_same(&other.set)
    }

    /// Keeps gathered facts; later ones replace earlier ones of the same name.
    pub fn learn(&mut self, facts: impl IntoIterator<Item = (String, Value)>) {
        Arc::make_mut(&mut self.facts).extend(facts);
        self.plain = Arc::default();
    }

    /// Keeps values that a step set or registered.
    pub fn set(&mut self, values: impl IntoIterator<Item = (String, Value)>) {
        self.set.add(values);
    }

    /// Keeps variables that a step included.
    pub fn include(&mut self, vars: Vars) {
        Arc::make_mut(&mut self.included).extend(vars);
    }

    /// The facts as `ansible_facts` shows them: without `ansible_`.
    pub fn plain_facts(&self) -> Value {
        self.plain.get_or_init(|| self.stripped_facts()).clone()
    }

    fn stripped_facts(&self) -> Value {
        let plain = |name: &str| match name {
            // It keeps its name, as in Ansible.
            LOCAL => name.to_owned(),
            _ => name.strip_prefix("ansible_").unwrap_or(name).to_owned(),
        };
        Value::from_pairs(
            self.facts
                .iter()
                .map(|(name, value)| (plain(name), value.clone())),
        )
    }

    /// The facts that are variables, too: all of them, or those of the host's own alone.
    pub fn injected(&self, apart: bool) -> Arc<Values> {
        if !apart {
            return Arc::clone(&self.facts);
        }
        let local = self.facts.get(LOCAL).cloned();
        let local = local.map(|value| (LOCAL.to_owned(), value));
        Arc::new(local.into_iter().collect())
    }

    /// `meta: clear_facts`.
    pub fn forget_facts(&mut self) {
        self.facts = Arc::default();
        self.plain = Arc::default();
        self.gathered = false;
    }
}
