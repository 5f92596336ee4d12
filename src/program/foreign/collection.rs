use {
    crate::source::{Node, Store},
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// A collection as its directory holds it.
pub(super) struct Collection(PathBuf);

/// What a collection says about a name that it has no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// It has another name now.
    To(String),
    /// It is gone, and why.
    Gone(String),
}

/// The routes of a collection, by the short name of the module.
pub(super) type Routes = BTreeMap<String, Route>;

impl Collection {
    /// Finds a collection in directories that hold `ansible_collections`, or are named so.
    pub fn find(roots: &[PathBuf], namespace: &str, name: &str) -> Option<Self> {
        let within = |root: &PathBuf| match root.ends_with("ansible_collections") {
            true => root.join(namespace).join(name),
            false => root.join("ansible_collections").join(namespace).join(name),
        };
        roots
            .iter()
            .map(within)
            .find(|path| path.is_dir())
            .map(Self)
    }

    /// The directory of its modules.
    pub fn modules(&self) -> PathBuf {
        self.0.join("plugins/modules")
    }

    /// The plugin in Python that Ansible runs on the controller before a module.
    pub fn action(&self, name: &str) -> Option<PathBuf> {
        let path = self.0.join("plugins/action").join(format!("{name}.py"));
        path.is_file().then_some(path)
    }

    /// Where it tells of names that have moved.
    pub fn runtime(&self) -> PathBuf {
        self.0.join("meta/runtime.yml")
    }
}

/// Reads where modules have moved to; a file that is not there or cannot be read moves nothing.
pub(super) fn routes(file: &Path, store: &Store) -> Routes {
    let node = match file.is_file() {
        true => store.document(file).ok(),
        false => None,
    };
    let routing = node.as_ref().and_then(|node| node.get("plugin_routing"));
    let modules = routing.and_then(|routing| routing.get("modules")?.as_map());
    let entries = modules.unwrap_or_default().iter();
    entries
        .filter_map(|(name, entry)| Some((name.as_str()?.to_owned(), route(entry)?)))
        .collect()
}

fn route(entry: &Node) -> Option<Route> {
    if let Some(to) = entry.get("redirect").and_then(Node::as_str) {
        return Some(Route::To(to.to_owned()));
    }
    let gone = entry.get("tombstone")?;
    let why = gone.get("warning_text").and_then(Node::as_str);
    Some(Route::Gone(why.unwrap_or("it has been removed").to_owned()))
}
