use {
    super::Values,
    crate::{template, wire::Object},
    serde_json::{Value as Json, json},
    std::{
        fs, io,
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
        sync::{Mutex, PoisonError},
        time::{Duration, SystemTime},
    },
};

/// What Ansible puts before the name of a host: the version of the form in which it writes.
const FORM: &str = "s1_";

/// The fact that says that the others were gathered, and not only set.
const GATHERED: &str = "_ansible_facts_gathered";

/// Facts that outlive a run: a file for each host, which Ansible's `jsonfile` reads and writes, too.
#[derive(Debug)]
pub struct FactCache {
    directory: PathBuf,
    prefix: String,
    /// Older files count as gone; `None`: none is too old.
    lifetime: Option<Duration>,
    problems: Mutex<Vec<String>>,
}

/// What a file told of a host.
#[derive(Debug, Default)]
pub struct Recalled {
    /// Named with `ansible_`, where they are gathered facts.
    pub facts: Values,
    pub gathered: bool,
}

impl FactCache {
    /// Takes the directory, which is made where it is missing, what stands before the names of its files, and after what time a
    /// file counts as gone.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn open(directory: &Path, prefix: &str, lifetime: Option<Duration>) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        Ok(Self {
            directory: directory.to_owned(),
            prefix: prefix.to_owned(),
            lifetime,
            problems: Mutex::default(),
        })
    }

    /// What earlier runs learnt of a host.
    pub fn recall(&self, host: &str) -> Option<Recalled> {
        let path = self.path(host)?;
        if self.is_too_old(&path) {
            return None;
        }
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.complain(format!(
                    "cannot read cached facts from {}: {error}",
                    path.display()
                ));
                return None;
            }
            Ok(text) => text,
        };
        let recalled = parse(&text);
        if recalled.is_none() {
            self.complain(format!(
                "the cached facts in {} are damaged and are passed over; remove the file, or gather facts anew",
                path.display()
            ));
        }
        recalled
    }

    /// Keeps what is known of a host now, in place of what was.
    pub fn keep(&self, host: &str, facts: &Values, gathered: bool) {
        let Some(path) = self.path(host) else {
            return;
        };
        let facts = facts.iter();
        let mut all: Object = facts
            .map(|(name, value)| (name.clone(), template::to_json(value)))
            .collect();
        if gathered {
            all.insert(GATHERED.to_owned(), true.into());
        }
        let text = json!({"__payload__": Json::Object(all).to_string()}).to_string();
        if let Err(error) = self.write(&path, &text) {
            self.complain(format!("cannot keep facts in {}: {error}", path.display()));
        }
    }

    /// Nothing is known of a host any more.
    pub fn forget(&self, host: &str) {
        let Some(path) = self.path(host) else {
            return;
        };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.complain(format!("cannot remove {}: {error}", path.display()));
            }
            _ => {}
        }
    }

    /// What went wrong since this was last asked.
    pub fn problems(&self) -> Vec<String> {
        std::mem::take(&mut *self.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn complain(&self, problem: String) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.push(problem);
    }

    /// The file of a host; a host whose name is a path has none.
    fn path(&self, host: &str) -> Option<PathBuf> {
        let fits = !host.is_empty() && !host.contains('/');
        fits.then(|| self.directory.join(format!("{}{FORM}{host}", self.prefix)))
    }

    fn is_too_old(&self, path: &Path) -> bool {
        let Some(lifetime) = self.lifetime else {
            return false;
        };
        let written = fs::metadata(path).and_then(|metadata| metadata.modified());
        let age = written.map(|written| SystemTime::now().duration_since(written));
        matches!(age, Ok(Ok(age)) if age > lifetime)
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".facts-")
            .tempfile_in(&self.directory)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        // As Ansible: whoever shares the directory may read.
        let shared = fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(shared)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

fn parse(text: &str) -> Option<Recalled> {
    let file: Object = serde_json::from_str(text).ok()?;
    let payload = file.get("__payload__")?.as_str()?;
    let mut facts: Object = serde_json::from_str(payload).ok()?;
    let gathered = facts.remove(GATHERED) == Some(true.into());
    let facts = facts.into_iter();
    Some(Recalled {
        facts: facts
            .map(|(name, value)| (name, template::from_json(&plain(value))))
            .collect(),
        gathered,
    })
}

/// A value without the notes that Ansible attaches to it: where it comes from, and whether it is trusted.
fn plain(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(plain).collect(),
        Json::Object(mut map) if map.contains_key("__ansible_type") => {
            map.remove("value").map_or(Json::Null, plain)
        }
        Json::Object(map) => {
            let entries = map.into_iter();
            entries.map(|(name, value)| (name, plain(value))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::template::Value};

    fn cache(dir: &tempfile::TempDir, lifetime: Option<Duration>) -> FactCache {
        FactCache::open(&dir.path().join("facts"), "pre_", lifetime).unwrap()
    }

    #[test]
    fn what_is_kept_is_recalled_and_what_is_forgotten_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let cache = cache(&dir, Some(Duration::from_secs(3600)));
        let facts = Values::from([("ansible_x".to_owned(), Value::from(vec![1, 2]))]);
        cache.keep("web", &facts, true);
        let recalled = cache.recall("web").unwrap();
        assert!(recalled.gathered);
        assert_eq!(recalled.facts, facts);
        assert!(dir.path().join("facts/pre_s1_web").is_file());
        assert!(cache.recall("other").is_none());
        cache.forget("web");
        assert!(cache.recall("web").is_none());
        assert_eq!(cache.problems(), [""; 0]);
    }

    #[test]
    fn what_is_too_old_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let old = cache(&dir, Some(Duration::from_secs(10)));
        old.keep("web", &Values::new(), false);
        let file = fs::File::open(dir.path().join("facts/pre_s1_web")).unwrap();
        let then = SystemTime::now() - Duration::from_secs(20);
        file.set_modified(then).unwrap();
        assert!(old.recall("web").is_none());
        assert!(cache(&dir, None).recall("web").is_some());
    }

    #[test]
    fn reads_values_as_ansible_writes_them() {
        let payload = json!({
            "_ansible_facts_gathered": true,
            "plain": 1,
            "list": {"__ansible_type": "_AnsibleTaggedList", "tags": [], "value": [
                {"__ansible_type": "_AnsibleTaggedStr", "value": "x", "tags": []}, "y",
            ]},
        });
        let text = json!({"__payload__": payload.to_string()}).to_string();
        let recalled = parse(&text).unwrap();
        assert!(recalled.gathered);
        assert_eq!(recalled.facts["plain"], Value::from(1));
        assert_eq!(recalled.facts["list"], Value::from(vec!["x", "y"]));
    }

    #[test]
    fn says_that_a_file_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let cache = cache(&dir, None);
        fs::write(dir.path().join("facts/pre_s1_web"), "{").unwrap();
        assert!(cache.recall("web").is_none());
        assert!(cache.problems()[0].contains("damaged"));
        assert!(cache.problems().is_empty());
    }
}
