use {
    crate::template::Reach,
    std::{
        collections::BTreeSet,
        sync::{
            Mutex, PoisonError,
            atomic::{AtomicBool, Ordering},
        },
    },
};

/// What is read while a step is made ready before its turn: it tells whether the steps before it can still change that.
#[derive(Debug)]
pub struct Foresight {
    /// Nothing once nobody asks any more.
    names: Mutex<Option<BTreeSet<String>>>,
    files: AtomicBool,
}

/// Variables that steps of other hosts can change, or that hold all the others.
const UNSTEADY: &[&str] = &[
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "group_names",
    "groups",
    "hostvars",
    "play_hosts",
    "vars",
];

impl Default for Foresight {
    fn default() -> Self {
        Self {
            names: Mutex::new(Some(BTreeSet::new())),
            files: AtomicBool::default(),
        }
    }
}

impl Foresight {
    /// A variable is asked for.
    pub(super) fn read(&self, name: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = &mut *names
            && !names.contains(name)
        {
            names.insert(name.to_owned());
        }
    }

    /// Something besides variables is to be reached; says whether it may be.
    pub(super) fn reach(&self, reach: Reach) -> bool {
        if reach == Reach::Files {
            self.files.store(true, Ordering::Relaxed);
        }
        reach == Reach::Files
    }

    /// What is read from now on does not matter any more.
    pub(super) fn close(&self) {
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether files of the controller were read.
    pub fn read_files(&self) -> bool {
        self.files.load(Ordering::Relaxed)
    }

    /// Whether all variables that were read will be the same after steps that set these.
    pub fn is_steady(&self, set: &BTreeSet<String>) -> bool {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let steady = |name: &String| !UNSTEADY.contains(&name.as_str()) && !set.contains(name);
        names.iter().flatten().all(steady)
    }
}
