mod stanza;

use {
    super::{key_source, openpgp, repository::OtherPackages},
    crate::{
        act::{Acts, Attributes, Directory, Failure, Look, Probe, Remove, Source},
        module::{Module, Ownership, Permissions, file::Placement, user::group::State},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::path::{Path, PathBuf},
};

/// Add and remove apt's repositories, each as a file of its own in `/etc/apt/sources.list.d` in the form of deb822.
///
/// The package lists are not refreshed by it: follow it with `apt` and `update_cache`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Deb822Repository {
    /// The name, which also names the files.
    name: String,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// The addresses.
    uris: Option<Vec<String>>,
    /// The releases, or a path that ends in `/`.
    suites: Option<Vec<String>>,
    /// The components.
    components: Option<Vec<String>>,
    /// Packages, or their sources.
    #[serde(default = "packages")]
    types: Vec<Type>,
    /// The architectures.
    architectures: Option<Vec<String>>,
    /// The key that signs: its URL, its path on the host, its fingerprint, or the key itself.
    signed_by: Option<String>,
    /// Whether apt uses it.
    enabled: Option<bool>,
    /// The permissions of the file.
    #[serde(default = "usual_mode")]
    mode: Permissions,
    /// Trust it without a signature.
    trusted: Option<bool>,
    /// Allow that what was signed is not any more.
    allow_downgrade_to_insecure: Option<bool>,
    /// Allow it without a signature.
    allow_insecure: Option<bool>,
    /// Allow weak signatures.
    allow_weak: Option<bool>,
    /// Fetch files by their hashes.
    by_hash: Option<bool>,
    /// Check that it is not from the future.
    check_date: Option<bool>,
    /// Check that it is not out of date.
    check_valid_until: Option<bool>,
    /// How many seconds from the future it may be.
    date_max_future: Option<i64>,
    /// The path of the InRelease file.
    inrelease_path: Option<String>,
    /// The languages to fetch.
    languages: Option<Vec<String>>,
    /// Fetch only what has changed.
    pdiffs: Option<bool>,
    /// What to fetch.
    targets: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
enum Type {
    #[serde(rename = "deb")]
    Packages,
    #[serde(rename = "deb-src")]
    Sources,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Packages => "deb",
            Self::Sources => "deb-src",
        }
    }
}

fn packages() -> Vec<Type> {
    vec![Type::Packages]
}

fn usual_mode() -> Permissions {
    Permissions::new("0644")
}

const SOURCES: &str = "/etc/apt/sources.list.d";
const KEYRINGS: &str = "/etc/apt/keyrings";

impl Module for Deb822Repository {
    const NAME: &'static str = "deb822_repository";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = Path::new(SOURCES).join(format!("{}.sources", self.slug()?));
        let mut acts = Acts::new();
        acts.value("dest", path.display().to_string());
        match self.state {
            State::Absent => self.remove(probe, &mut acts, &path)?,
            State::Present => self.add(probe, &mut acts, &path)?,
        }
        Ok(acts.into_look())
    }
}

impl Deb822Repository {
    /// The name as it names files.
    fn slug(&self) -> Result<String, Failure> {
        let (mut slug, mut after_blank) = (String::new(), false);
        for letter in self.name.to_lowercase().chars() {
            let blank = letter == '_' || letter.is_whitespace();
            match letter {
                _ if blank && after_blank => {}
                _ if blank => slug.push('-'),
                'a'..='z' | '0'..='9' | '-' => slug.push(letter),
                _ => {}
            }
            after_blank = blank;
        }
        match slug.is_empty() {
            true => Err(Failure::refused(format!(
                "\"{}\" names no repository: letters and digits are needed",
                self.name
            ))),
            false => Ok(slug),
        }
    }

    fn key(&self, ending: &str) -> Result<PathBuf, Failure> {
        Ok(Path::new(KEYRINGS).join(format!("{}.{ending}", self.slug()?)))
    }

    fn remove(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let (asc, gpg) = (self.key("asc")?, self.key("gpg")?);
        acts.value("repo", Value::Null);
        acts.value("key_filename", gpg.display().to_string());
        for path in [path, &asc, &gpg] {
            if let Some(inode) = probe.entry(path)? {
                acts.push(Remove::new(path, &inode));
            }
        }
        Ok(())
    }

    fn add(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let mut key = None;
        let signed_by = match &self.signed_by {
            Some(given) => {
                key = self.key_file(probe, acts, given)?;
                key.clone().or(Some(given.clone()))
            }
            None => None,
        };
        let text = self.stanza(signed_by.as_deref());
        acts.value("repo", text.as_str());
        acts.value("key_filename", key);
        let placement = Placement {
            path: path.to_owned(),
            source: Source::Bytes(text.into_bytes()),
            ownership: Ownership {
                mode: Some(&self.mode),
                ..Ownership::default()
            },
            follow: true,
            backup: false,
            validate: None,
            in_place: false,
        };
        let owner = placement.ownership.find(probe)?;
        let found = placement.find(probe, owner)?;
        match found.same {
            true => acts.extend(found.attributes(probe)?),
            false => {
                probe.require_parent(path)?;
                acts.push(found.write(probe, true)?);
            }
        }
        if !acts.is_empty() {
            acts.push(OtherPackages(self.name.clone()));
        }
        Ok(())
    }

    /// The path of a key that is a file: one that is there, or that is fetched. `None`: it is given otherwise.
    fn key_file(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        given: &str,
    ) -> Result<Option<String>, Failure> {
        let one_line = !given.trim().contains('\n');
        if one_line && given.starts_with('/') && probe.exists(Path::new(given))? {
            return Ok(Some(given.to_owned()));
        }
        if !one_line || !given.contains("://") {
            return Ok(None);
        }
        let key = key_source::fetch(probe, given, true).map_err(|failure| match failure {
            Failure::Refused { msg, data } => Failure::Refused {
                msg: format!("Could not fetch signed_by key: {msg}"),
                data,
            },
            other => other,
        })?;
        let ending = match openpgp::is_armored(&key) {
            true => "asc",
            false => "gpg",
        };
        let path = self.key(ending)?;
        self.place_key(probe, acts, &path, key)?;
        Ok(Some(path.display().to_string()))
    }

    fn place_key(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        key: Vec<u8>,
    ) -> Result<(), Failure> {
        let mode = |mode: &str| Permissions::new(mode);
        let owned = |mode| Ownership {
            mode: Some(mode),
            owner: Some("root"),
            group: Some("root"),
        };
        let (directory_mode, file_mode) = (mode("0755"), mode("0644"));
        let placement = Placement {
            path: path.to_owned(),
            source: Source::Bytes(key),
            ownership: Ownership {
                mode: Some(&file_mode),
                ..Ownership::default()
            },
            follow: true,
            backup: false,
            validate: None,
            in_place: false,
        };
        let owner = placement.ownership.find(probe)?;
        let found = placement.find(probe, owner)?;
        if found.same {
            acts.extend(found.attributes(probe)?);
            return Ok(());
        }
        let directory = Path::new(KEYRINGS);
        match probe.follow(directory)? {
            Some(inode) => {
                let bits = owned(&directory_mode).change(probe, &inode)?;
                acts.extend(Attributes::plan(probe, directory, &inode, bits)?);
            }
            None => acts.push(Directory {
                path: directory.to_owned(),
                bits: owned(&directory_mode).create(probe, true)?,
            }),
        }
        acts.push(found.write(probe, true)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn names_files_as_ansible_does() {
        for (name, slug) in [
            ("Example _ Repo!", "example-repo"),
            ("docker-ce", "docker-ce"),
            ("A.B c", "ab-c"),
        ] {
            let module: Deb822Repository = serde_json::from_value(json!({"name": name})).unwrap();
            assert_eq!(module.slug().unwrap(), slug);
        }
        let module: Deb822Repository = serde_json::from_value(json!({"name": "!"})).unwrap();
        assert!(module.slug().is_err());
    }

    #[test]
    fn a_dry_run_foresees_key_and_source() {
        let scratch = Scratch::new();
        let key = scratch.write("key", openpgp::tests::KEY);
        let mut trial = Trial::new();
        let arguments = |state: &str| {
            json!({"name": "farcast none", "uris": "http://localhost:9/", "suites": "stable", "components": ["main"],
            "signed_by": format!("file://{}", key.display()), "state": state})
        };
        let look = trial.look("deb822_repository", arguments("present"));
        assert!(look.changed && !look.failed, "{look:?}");
        assert_eq!(
            look.data["dest"],
            "/etc/apt/sources.list.d/farcast-none.sources"
        );
        assert_eq!(
            look.data["key_filename"],
            "/etc/apt/keyrings/farcast-none.asc"
        );
        assert_eq!(
            look.data["repo"],
            "Components: main\nX-Repolib-Name: farcast none\nSigned-By: /etc/apt/keyrings/farcast-none.asc\n\
             Suites: stable\nTypes: deb\nURIs: http://localhost:9/\n"
        );
        assert!(
            !trial
                .look("deb822_repository", arguments("present"))
                .changed
        );
        assert!(trial.look("deb822_repository", arguments("absent")).changed);
        assert!(!trial.look("deb822_repository", arguments("absent")).changed);
    }
}
