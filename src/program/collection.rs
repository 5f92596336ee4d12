use std::path::{Component, Path, PathBuf};

/// The directory that holds collections, as `NAMESPACE/NAME`.
const HOLDER: &str = "ansible_collections";

/// Where collections are looked for.
#[derive(Clone, Debug, Default)]
pub struct Collections(Vec<PathBuf>);

/// A collection, as its directory holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection(PathBuf);

/// Something of a collection, such as a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `NAMESPACE.NAME`.
    pub collection: String,
    /// Its name within the collection.
    pub name: String,
    pub path: PathBuf,
}

impl Collections {
    /// Takes directories that hold `ansible_collections`, or are it themselves.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let holder = |path: PathBuf| match path.ends_with(HOLDER) {
            true => path,
            false => path.join(HOLDER),
        };
        Self(paths.into_iter().map(holder).collect())
    }

    /// These places, then those of another.
    pub fn before(mut self, others: &Collections) -> Self {
        let new = others.0.iter().filter(|root| !self.0.contains(root));
        let new: Vec<_> = new.cloned().collect();
        self.0.extend(new);
        self
    }

    /// The directories that hold collections.
    pub fn holders(&self) -> &[PathBuf] {
        &self.0
    }

    /// The collection called `NAMESPACE.NAME`, where one of the places has it.
    pub fn find(&self, collection: &str) -> Option<Collection> {
        let mut places = self.places(collection).into_iter();
        places.find(|path| path.is_dir()).map(Collection)
    }

    /// Where a collection would be.
    pub fn places(&self, collection: &str) -> Vec<PathBuf> {
        let Some((namespace, name)) = collection.split_once('.') else {
            return Vec::new();
        };
        let places = self.0.iter().map(|root| root.join(namespace).join(name));
        places.collect()
    }

    /// The role of that name: a full one, or one of the collections that are asked for, in order.
    pub fn role(&self, name: &str, asked: &[String]) -> Option<Part> {
        let full = split(name);
        let named = full
            .into_iter()
            .map(|(collection, short)| (collection, short.to_owned()));
        let near = asked.iter().filter(|_| !name.contains('/'));
        let near = near.map(|collection| (collection.clone(), name.to_owned()));
        named.chain(near).find_map(|(collection, short)| {
            let inner = short.replace('.', "/");
            let path = self.find(&collection)?.0.join("roles").join(inner);
            let name = short.rsplit('.').next().unwrap_or(&short).to_owned();
            path.is_dir().then_some(Part {
                collection,
                name,
                path,
            })
        })
    }

    /// The playbook of a full name, with or without its ending.
    pub fn playbook(&self, name: &str) -> Option<PathBuf> {
        let stem = name
            .strip_suffix(".yml")
            .or_else(|| name.strip_suffix(".yaml"));
        let (collection, short) = split(stem.unwrap_or(name))?;
        let dir = self.find(&collection)?.0.join("playbooks");
        let inner = dir.join(short.replace('.', "/"));
        let endings = ["yml", "yaml"].map(|ending| inner.with_added_extension(ending));
        endings.into_iter().find(|path| path.is_file())
    }
}

impl Collection {
    /// The directory of its modules.
    pub fn modules(&self) -> PathBuf {
        self.0.join("plugins/modules")
    }

    /// The plugin in Python that Ansible runs on the controller before a module.
    pub fn action(&self, module: &str) -> Option<PathBuf> {
        let path = self.0.join("plugins/action").join(format!("{module}.py"));
        path.is_file().then_some(path)
    }

    /// Where it tells of names that have moved, and of groups of actions.
    pub fn runtime(&self) -> PathBuf {
        self.0.join("meta/runtime.yml")
    }
}

/// The collection that a file belongs to.
pub fn collection_of(path: &Path) -> Option<String> {
    let mut parts = path.components().map(Component::as_os_str);
    parts.find(|part| *part == HOLDER)?;
    let (namespace, name) = (parts.next()?, parts.next()?);
    Some(format!("{}.{}", namespace.to_str()?, name.to_str()?))
}

/// The directory of collections that a path lies in.
pub(super) fn holder_of(path: &Path) -> Option<PathBuf> {
    let mut above = path.ancestors();
    above
        .find(|path| path.ends_with(HOLDER))
        .map(Path::to_owned)
}

/// `ns.coll.some.name` as `ns.coll` and `some.name`; nothing where a part is no identifier.
fn split(name: &str) -> Option<(String, &str)> {
    let word = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let mut parts = name.splitn(3, '.');
    let (namespace, collection, short) = (parts.next()?, parts.next()?, parts.next()?);
    let all = [namespace, collection].into_iter().chain(short.split('.'));
    let fits = all.into_iter().all(word);
    fits.then(|| (format!("{namespace}.{collection}"), short))
}

#[cfg(test)]
mod tests {
    use {super::*, std::fs};

    #[test]
    fn finds_roles_and_playbooks_by_their_full_and_short_names() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("ansible_collections/ns/coll");
        fs::create_dir_all(own.join("roles/deep/r")).unwrap();
        fs::create_dir_all(own.join("playbooks")).unwrap();
        fs::write(own.join("playbooks/site.yaml"), "[]").unwrap();
        fs::create_dir_all(own.join("plugins/action")).unwrap();
        fs::write(own.join("plugins/action/two.py"), "").unwrap();
        for root in [dir.path().to_owned(), dir.path().join(HOLDER)] {
            let collections = Collections::new([root]);
            let role = collections.role("ns.coll.deep.r", &[]).unwrap();
            assert_eq!((role.name.as_str(), role.path.is_dir()), ("r", true));
            assert!(collections.role("deep", &["ns.coll".to_owned()]).is_some());
            assert_eq!(collections.role("deep", &[]), None);
            assert!(collections.playbook("ns.coll.site").is_some());
            assert!(collections.playbook("ns.coll.site.yml").is_some());
            assert_eq!(collections.playbook("ns.coll.other"), None);
            let collection = collections.find("ns.coll").unwrap();
            assert!(collection.action("two").is_some() && collection.action("one").is_none());
            assert_eq!(collections.find("ns.other"), None);
        }
        let file = own.join("playbooks/site.yaml");
        assert_eq!(collection_of(&file).as_deref(), Some("ns.coll"));
        assert_eq!(collection_of(dir.path()), None);
    }
}
