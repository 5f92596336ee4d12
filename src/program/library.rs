use {
    super::{
        Collections, Frame, Role, Roles,
        collection::{Part, holder_of},
        collection_of,
        foreign::{Meaning, Search, Shelves},
        reading::Readings,
        role::RoleParts,
    },
    crate::{
        module,
        playbook::{Item, On, items, role_uses},
        source::{Fault, Kind, Node, Place, SourceFile, Store, Topic},
        variable::Vars,
    },
    std::{
        collections::HashMap,
        path::{Component, Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    },
};

/// Where playbooks, task files and roles come from; each is read once.
#[derive(Debug)]
pub struct Library {
    pub store: Arc<Store>,
    /// The directory of the playbook.
    pub dir: PathBuf,
    /// Where roles are looked for besides `DIR/roles` and `DIR`.
    pub roles_path: Vec<PathBuf>,
    pub collections: Collections,
    /// The collection that the playbook belongs to.
    pub collection: Option<String>,
    /// Where modules that are not farcast's own are, besides those of the playbook and its roles.
    pub shelves: Arc<Shelves>,
    roles: Mutex<HashMap<(String, PathBuf, RoleParts), Arc<Role>>>,
    vars: Readings<Vars>,
    tasks: Readings<Arc<[Item]>>,
    handlers: Readings<Arc<[Item]>>,
}

const ENDINGS: [&str; 4] = ["yml", "yaml", "json", ""];

impl Library {
    pub fn new(store: Arc<Store>, dir: impl Into<PathBuf>, roles_path: Vec<PathBuf>) -> Self {
        let dir = dir.into();
        Self {
            store,
            collections: Collections::new(
                [dir.join("collections")].into_iter().chain(holder_of(&dir)),
            ),
            collection: collection_of(&dir),
            dir,
            roles_path,
            shelves: Arc::default(),
            roles: Mutex::default(),
            vars: Readings::default(),
            tasks: Readings::default(),
            handlers: Readings::default(),
        }
    }

    /// Looks for collections in these places, too: after `DIR/collections`.
    pub fn with_collections(mut self, others: &Collections) -> Self {
        self.collections = self.collections.before(others);
        self
    }

    /// The same with places for modules that are not farcast's own.
    pub fn with_shelves(mut self, shelves: Arc<Shelves>) -> Self {
        self.shelves = shelves;
        self
    }

    /// Looks for modules where a step stands, which is in `frame`, in a play with these roles.
    pub fn search(&self, frame: &Frame, roles: &Roles) -> Search<'_> {
        let homes = roles.homes(&self.dir, &self.collections, frame.roles());
        let mut asked = frame.collections();
        asked.extend(self.collection.clone());
        Search::new(&self.shelves, &self.store, homes, asked)
    }

    /// Whether a name that farcast has means a module of the person's own where a step stands.
    pub fn is_foreign(&self, name: &str, frame: &Frame, roles: &Roles) -> bool {
        let meaning = || self.search(frame, roles).meaning(name);
        let is_short = !name.contains('.') || name.starts_with("ansible.legacy.");
        is_short && module::find(name).is_some() && matches!(meaning(), Meaning::Foreign(_))
    }

    /// The tasks of a file. Errors: the file's, and what is wrong in it.
    pub fn tasks(&self, path: &Path, on: On) -> Result<Arc<[Item]>, Fault> {
        let readings = match on {
            On::Handler => &self.handlers,
            _ => &self.tasks,
        };
        readings.of(path, &self.store, |node| Ok(items(node, on)?.into()))
    }

    /// The variables of a file; an empty file has none.
    pub fn vars(&self, path: &Path) -> Result<Vars, Fault> {
        let read = |node: &Node| match &node.kind {
            Kind::Null | Kind::Map(_) => Ok(Vars::from_node(Some(node))),
            _ => Err(Fault::new(format!(
                "a file of variables holds a map, not {}",
                node.describe()
            ))
            .at(&node.place)),
        };
        self.vars.of(path, &self.store, read)
    }

    /// A task file named by an import or include that stands in `near`, inside `role`.
    pub fn task_file(
        &self,
        name: &str,
        near: &SourceFile,
        role: Option<&Role>,
        place: &Place,
    ) -> Result<PathBuf, Fault> {
        let beside = near.path().parent().unwrap_or(Path::new(""));
        let mut places = vec![beside.join(name)];
        places.extend(role.map(|role| role.path.join("tasks").join(name)));
        places.extend(role.map(|role| role.path.join(name)));
        places.push(self.dir.join(name));
        let found = first_file(&places).map(|path| settled(&path));
        found.ok_or_else(|| missing(&format!("task file `{name}`"), &places, place))
    }

    /// A role by name or path, as used at `place` inside `frame`: the role that asks has neighbours, which are looked at too.
    pub fn role(
        &self,
        name: &str,
        parts: &RoleParts,
        frame: Option<&Frame>,
        place: &Place,
    ) -> Result<Arc<Role>, Fault> {
        let found = self.find_role(name, frame, place)?;
        let key = (found.name.clone(), found.path.clone(), parts.clone());
        let known = |roles: &HashMap<_, Arc<Role>>| roles.get(&key).map(Arc::clone);
        if let Some(role) = known(&self.roles.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(role);
        }
        let role = Arc::new(self.read_role(found, parts, place)?);
        self.roles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, Arc::clone(&role));
        Ok(role)
    }

    /// The role's directory; its collection is empty where it belongs to none.
    fn find_role(&self, name: &str, frame: Option<&Frame>, place: &Place) -> Result<Part, Fault> {
        let mut asked = frame.map_or(Vec::new(), Frame::collections);
        asked.extend(self.collection.clone());
        if let Some(part) = self.collections.role(name, &asked) {
            return Ok(part);
        }
        let from = frame.and_then(Frame::role);
        let mut places = vec![self.dir.join("roles").join(name)];
        places.extend(self.roles_path.iter().map(|dir| dir.join(name)));
        places.extend(from.and_then(|role| Some(role.path.parent()?.join(name))));
        places.push(self.dir.join(name));
        let path = places.iter().find(|path| path.is_dir());
        let path = path
            .map(|path| settled(path))
            .ok_or_else(|| missing(&format!("role `{name}`"), &places, place).about(Topic::Role))?;
        Ok(Part {
            collection: String::new(),
            name: name.to_owned(),
            path,
        })
    }

    fn read_role(&self, found: Part, parts: &RoleParts, place: &Place) -> Result<Role, Fault> {
        let path = found.path.as_path();
        let meta = self.part(path, "meta", "main", place)?;
        let dependencies = meta.as_ref().and_then(|meta| meta.get("dependencies"));
        let list = |part: Option<Node>, on| part.map_or(Ok(Vec::new()), |node| items(&node, on));
        let collection = (!found.collection.is_empty()).then_some(found.collection);
        let more = meta.as_ref().and_then(|meta| meta.get("collections"));
        let more = more.and_then(Node::as_list).unwrap_or_default();
        let more = more.iter().filter_map(Node::as_str).map(str::to_owned);
        Ok(Role {
            name: match &collection {
                Some(collection) => format!("{collection}.{}", found.name),
                None => found.name,
            },
            collections: collection.iter().cloned().chain(more).collect(),
            collection,
            parts: parts.clone(),
            argument_specs: self.argument_specs(path, meta.as_ref(), place)?,
            path: path.to_owned(),
            defaults: Arc::new(self.role_vars(path, "defaults", &parts.defaults, place)?),
            vars: Arc::new(self.role_vars(path, "vars", &parts.vars, place)?),
            tasks: list(self.part(path, "tasks", &parts.tasks, place)?, On::Task)?,
            handlers: list(
                self.part(path, "handlers", &parts.handlers, place)?,
                On::Handler,
            )?,
            dependencies: dependencies.map_or(Ok(Vec::new()), role_uses)?,
            allow_duplicates: meta
                .as_ref()
                .and_then(|meta| meta.get("allow_duplicates"))
                .is_some_and(|node| node.kind == Kind::Bool(true)),
        })
    }

    /// `meta/argument_specs`, else what `meta/main` says of arguments.
    fn argument_specs(
        &self,
        role: &Path,
        meta: Option<&Node>,
        place: &Place,
    ) -> Result<Option<Node>, Fault> {
        let places = candidates(&role.join("meta"), "argument_specs");
        let own = first_file(&places)
            .map(|path| self.store.document(&path))
            .transpose();
        let own = own.map_err(|fault| fault.at_least(place))?;
        let specs = own
            .as_ref()
            .or(meta)
            .and_then(|node| node.get("argument_specs"));
        Ok(specs.cloned())
    }

    /// One of a role's files; `main` need not be there, any other must.
    fn part(
        &self,
        role: &Path,
        kind: &str,
        name: &str,
        place: &Place,
    ) -> Result<Option<Node>, Fault> {
        let places = candidates(&role.join(kind), name);
        match first_file(&places) {
            Some(path) => self.store.document(&path).map(Some),
            None if name == "main" => Ok(None),
            None => Err(missing(
                &format!("`{name}` in the role's {kind}"),
                &places,
                place,
            )),
        }
    }

    /// Variables of a role: a file, or a directory of files read in order.
    fn role_vars(&self, role: &Path, kind: &str, name: &str, place: &Place) -> Result<Vars, Fault> {
        let dir = role.join(kind).join(name);
        if !dir.is_dir() {
            let node = self.part(role, kind, name, place)?;
            return Ok(Vars::from_node(node.as_ref()));
        }
        let mut all = Vars::default();
        for path in sorted_files(&dir, place)? {
            all.extend(self.vars(&path)?);
        }
        Ok(all)
    }
}

fn candidates(dir: &Path, name: &str) -> Vec<PathBuf> {
    ENDINGS
        .iter()
        .map(|ending| match *ending {
            "" => dir.join(name),
            ending => dir.join(format!("{name}.{ending}")),
        })
        .collect()
}

/// A path without `..`, so that a file has one name.
fn settled(path: &Path) -> PathBuf {
    let winds = path.components().any(|part| part == Component::ParentDir);
    let settled = winds.then(|| path.canonicalize().ok()).flatten();
    settled.unwrap_or_else(|| path.to_owned())
}

fn first_file(places: &[PathBuf]) -> Option<PathBuf> {
    places.iter().find(|path| path.is_file()).cloned()
}

/// The YAML files of a directory by name, those of its directories among them.
pub(crate) fn sorted_files(dir: &Path, place: &Place) -> Result<Vec<PathBuf>, Fault> {
    let failed = |error| Fault::new(format!("cannot read {}: {error}", dir.display())).at(place);
    let mut entries = std::fs::read_dir(dir)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(failed)?;
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            files.extend(sorted_files(&path, place)?);
        } else if matches!(ending, Some("yml" | "yaml" | "json")) {
            files.push(path);
        }
    }
    Ok(files)
}

fn missing(what: &str, places: &[PathBuf], place: &Place) -> Fault {
    let places: Vec<_> = places
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Fault::new(format!("the {what} is not there"))
        .at(place)
        .about(Topic::File)
        .help(format!("looked for {}", places.join(", ")))
}
