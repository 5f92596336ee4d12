use {
    super::{Call, Change, Control, Done, Prepared, fault},
    crate::{
        source::{Fault, Kind, Node, Place},
        template::{self, Variables},
        variable::{Vars, merged},
        wire::Object,
    },
    regex::Regex,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
};

/// Read variables from files while the play runs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IncludeVars {
    /// One file, from the role's or playbook's `vars`, or from the directory of the task's file.
    #[serde(default)]
    file: Option<String>,
    /// A directory whose files are all read, in order of their names, those of its directories behind its own.
    #[serde(default)]
    dir: Option<String>,
    /// Put the variables under this name instead.
    #[serde(default)]
    name: Option<String>,
    /// How deep to go into the directory: 1 is itself, 0 knows no end.
    #[serde(default)]
    depth: usize,
    /// Read only files whose names match this regular expression.
    #[serde(default)]
    files_matching: Option<String>,
    /// Read only files whose names end so.
    #[serde(default = "endings")]
    extensions: Vec<String>,
    /// Pass over files with another ending, instead of failing.
    #[serde(default)]
    ignore_unknown_extensions: bool,
    /// Files that are not read: regular expressions for the end of their names.
    #[serde(default)]
    ignore_files: Vec<String>,
    /// Whether maps are merged with those of the same name that are there already.
    #[serde(default)]
    hash_behaviour: Option<HashBehaviour>,
}

/// What becomes of a map where there is one of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum HashBehaviour {
    Replace,
    Merge,
}

fn endings() -> Vec<String> {
    ["json", "yaml", "yml"].map(str::to_owned).to_vec()
}

impl Control for IncludeVars {
    const NAME: &'static str = "include_vars";
    const FREE_FORM: Option<&'static str> = Some("file");

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let files = self.files(call)?;
        let mut vars = Vars::default();
        for file in &files {
            vars.extend(call.library()?.vars(file)?);
        }
        if let Some(name) = &self.name {
            vars = under(name, vars, call);
        }
        if self.hash_behaviour == Some(HashBehaviour::Merge) {
            vars = over_known(vars, call)?;
        }
        let shown = files.iter().map(|file| file.display().to_string());
        let facts = vars
            .iter()
            .map(|(name, node)| (name.clone(), template::to_json(&template::raw(node))));
        let data = Object::from_iter([
            ("ansible_included_var_files".to_owned(), shown.collect()),
            ("ansible_facts".to_owned(), facts.collect()),
        ]);
        Ok(Done::ok(data).and(Change::Include(vars)).into())
    }
}

impl IncludeVars {
    fn files(&self, call: &Call<'_>) -> Result<Vec<PathBuf>, Fault> {
        match (&self.file, &self.dir) {
            (Some(_), Some(_)) => Err(Fault::new(
                "`include_vars` reads a `file` or a `dir`, not both",
            )
            .at(call.place_of("dir"))),
            (Some(file), None) => {
                let node = call.step.task.action.free.as_ref();
                let place = node.map_or(call.place_of("file"), |node| &node.place);
                search(call, file, Path::is_file)
                    .map(|path| vec![path])
                    .ok_or_else(|| missing("file", file, call).at(place))
            }
            (None, Some(dir)) => {
                let place = call.place_of("dir");
                let path = search(call, dir, Path::is_dir)
                    .ok_or_else(|| missing("directory", dir, call).at(place))?;
                let mut files = Vec::new();
                self.walk(&path, 1, place, &mut files)?;
                self.chosen(files, call)
            }
            (None, None) => {
                Err(Fault::new("`include_vars` needs `file` or `dir`").at(call.place()))
            }
        }
    }

    /// The files of a directory by name, then those of each directory in it.
    fn walk(
        &self,
        dir: &Path,
        depth: usize,
        place: &Place,
        files: &mut Vec<PathBuf>,
    ) -> Result<(), Fault> {
        let failed =
            |error| Fault::new(format!("cannot read {}: {error}", dir.display())).at(place);
        let entries = std::fs::read_dir(dir).map_err(failed)?;
        let paths = entries.map(|entry| Ok(entry?.path()));
        let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        paths.sort();
        let (dirs, own): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
        files.extend(own);
        if self.depth == 0 || depth < self.depth {
            for dir in dirs {
                self.walk(&dir, depth + 1, place, files)?;
            }
        }
        Ok(())
    }

    /// Those of a directory's files that are to be read.
    fn chosen(&self, files: Vec<PathBuf>, call: &Call<'_>) -> Result<Vec<PathBuf>, Fault> {
        let wanted = self.files_matching.iter();
        let wanted = wanted.map(|pattern| expression(pattern, "files_matching", call));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let ignored = self.ignore_files.iter();
        let ignored =
            ignored.map(|pattern| expression(&format!("(?:{pattern})$"), "ignore_files", call));
        let ignored = ignored.collect::<Result<Vec<_>, _>>()?;
        let mut chosen = Vec::new();
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let matches = wanted.iter().all(|pattern| pattern.is_match(&name));
            let out = ignored.iter().any(|pattern| pattern.is_match(&name));
            if !matches || out {
                continue;
            }
            if self.reads(&path) {
                chosen.push(path);
            } else if !self.ignore_unknown_extensions {
                return Err(Fault::new(format!(
                    "{} does not have a valid extension: {}",
                    path.display(),
                    self.extensions.join(", ")
                ))
                .at(call.place_of("dir")));
            }
        }
        Ok(chosen)
    }

    fn reads(&self, path: &Path) -> bool {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        self.extensions.iter().any(|own| *own == ending)
    }
}

fn expression(pattern: &str, argument: &str, call: &Call<'_>) -> Result<Regex, Fault> {
    Regex::new(pattern).map_err(|error| Fault::new(error.to_string()).at(call.place_of(argument)))
}

/// The first place where a file or directory of that name is.
fn search(call: &Call<'_>, name: &str, is: fn(&Path) -> bool) -> Option<PathBuf> {
    let places = call.scope.search_path("vars");
    places
        .iter()
        .map(|dir| dir.join(name))
        .find(|path| is(path))
}

fn missing(what: &str, name: &str, call: &Call<'_>) -> Fault {
    let places: Vec<_> = call
        .scope
        .search_path("vars")
        .iter()
        .map(|dir| dir.display().to_string())
        .collect();
    Fault::new(format!("the {what} `{name}` is not there"))
        .help(format!("looked in {}", places.join(", ")))
}

/// All variables as one map under a name.
fn under(name: &str, vars: Vars, call: &Call<'_>) -> Vars {
    let place = call.place();
    let key = |name: &String| Node::new(place.clone(), Kind::String(name.clone()));
    let map = vars
        .iter()
        .map(|(name, node)| (key(name), node.clone()))
        .collect();
    Vars::from_entries([(name.to_owned(), Node::new(place.clone(), Kind::Map(map)))])
}

/// The variables merged with what is known by their names: what was there is part of what they are from now on.
fn over_known(vars: Vars, call: &Call<'_>) -> Result<Vars, Fault> {
    let engine = &call.scope.world().engine;
    let mut all = Vec::new();
    for (name, node) in vars.iter() {
        let known = call.scope.value(name);
        let known = known.map_err(|error| fault(error, call.place()))?;
        let node = match known.filter(|_| node.as_map().is_some()) {
            None => node.clone(),
            Some(known) => {
                let own = engine.node(node, &call.scope.variables());
                let own = own.map_err(|error| fault(error, &node.place))?;
                template::to_node(&merged(&known, &own), &node.place)
            }
        };
        all.push((name.clone(), node));
    }
    Ok(Vars::from_entries(all))
}
