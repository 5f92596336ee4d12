use {
    crate::template::Value,
    std::{
        collections::HashMap,
        sync::{Mutex, MutexGuard, PoisonError},
    },
};

/// Lists of a play's hosts as templates see them: each is made once for all hosts that ask, until one is lost or comes back.
#[derive(Debug, Default)]
pub struct Rosters {
    made: Mutex<HashMap<&'static str, Value>>,
}

impl Rosters {
    /// The list of a name, as it was made before or is made now.
    pub(super) fn list(&self, name: &'static str, make: impl FnOnce() -> Vec<String>) -> Value {
        let mut made = self.made();
        let list = made.entry(name).or_insert_with(|| Value::from(make()));
        list.clone()
    }

    /// The lists are others now.
    pub(super) fn clear(&self) {
        self.made().clear();
    }

    fn made(&self) -> MutexGuard<'_, HashMap<&'static str, Value>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
