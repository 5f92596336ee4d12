use {
    crate::source::{Node, Store},
    std::{collections::BTreeMap, path::Path},
};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_on_or_is_gone_and_what_only_warns_stays() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("runtime.yml");
        let text = "plugin_routing:\n  modules:\n    old: {redirect: a.b.new}\n    gone: {tombstone: {}}\n    \
                    aged: {deprecation: {warning_text: soon}}\n";
        std::fs::write(&file, text).unwrap();
        let routes = routes(&file, &Store::default());
        assert_eq!(routes["old"], Route::To("a.b.new".to_owned()));
        assert_eq!(
            routes["gone"],
            Route::Gone("it has been removed".to_owned())
        );
        assert!(!routes.contains_key("aged"));
    }
}
