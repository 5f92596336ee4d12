use {
    super::{Call, Change, Control, Done, Prepared},
    crate::{
        program,
        source::{Fault, Kind, Node},
        template::Variables,
        variable::Vars,
        wire::Object,
    },
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
    /// A directory whose files are all read, in order of their names.
    #[serde(default)]
    dir: Option<String>,
    /// Put the variables under this name instead.
    #[serde(default)]
    name: Option<String>,
    /// Read only files whose names match this regular expression.
    #[serde(default)]
    files_matching: Option<String>,
    /// Read only files whose names end so.
    #[serde(default = "endings")]
    extensions: Vec<String>,
    /// Names of files that are not read.
    #[serde(default)]
    ignore_files: Vec<String>,
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
        let shown: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let data = Object::from_iter([("ansible_included_var_files".to_owned(), shown.into())]);
        let vars = match &self.name {
            Some(name) => under(name, vars, call),
            None => vars,
        };
        Ok(Done::ok(data).and(Change::Include(vars)).into())
    }
}

impl IncludeVars {
    fn files(&self, call: &Call<'_>) -> Result<Vec<PathBuf>, Fault> {
        match (&self.file, &self.dir) {
            (Some(file), _) => {
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
                let mut files = program::sorted_files(&path, place)?;
                self.leave_out(&mut files, call)?;
                Ok(files)
            }
            (None, None) => {
                Err(Fault::new("`include_vars` needs `file` or `dir`").at(call.place()))
            }
        }
    }

    fn leave_out(&self, files: &mut Vec<PathBuf>, call: &Call<'_>) -> Result<(), Fault> {
        let name = |path: &PathBuf| {
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        files.retain(|path| name(path).is_some_and(|name| !self.ignore_files.contains(&name)));
        let ending = |path: &PathBuf| {
            path.extension()
                .map(|ending| ending.to_string_lossy().into_owned())
        };
        let wanted = |ending: &String| {
            self.extensions
                .iter()
                .any(|own| own.trim_start_matches('.') == ending)
        };
        files.retain(|path| ending(path).as_ref().is_some_and(wanted));
        if let Some(pattern) = &self.files_matching {
            let pattern = regex::Regex::new(pattern).map_err(|error| {
                Fault::new(error.to_string()).at(call.place_of("files_matching"))
            })?;
            files.retain(|path| name(path).is_some_and(|name| pattern.is_match(&name)));
        }
        Ok(())
    }
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
