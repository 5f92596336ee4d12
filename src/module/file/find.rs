use {
    super::{
        pattern::Pattern,
        stat::{Algorithm, basics},
    },
    crate::{
        act::{Acts, Failure, Inode, Look, Probe, seconds},
        module::{HostPath, Module, Permissions},
        wire::Object,
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
    std::{
        collections::VecDeque,
        path::{Path, PathBuf},
    },
};

/// Find files and directories by name, age, size, content and permissions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Find {
    /// The directories to search.
    #[schemars(extend("aliases" = ["name", "path"]))]
    paths: Vec<HostPath>,
    /// Names, one of which must match: with `*`, `?` and `[…]`, or regular expressions for the whole name.
    #[serde(default)]
    #[schemars(extend("aliases" = ["pattern"]))]
    patterns: Vec<String>,
    /// Names that must not match.
    #[serde(default)]
    #[schemars(extend("aliases" = ["exclude"]))]
    excludes: Vec<String>,
    /// `patterns` and `excludes` are regular expressions.
    #[serde(default)]
    use_regex: bool,
    /// The kind to find.
    #[serde(default)]
    file_type: FileType,
    /// Search in directories below, too.
    #[serde(default)]
    recurse: bool,
    /// How many levels deep, with `recurse`.
    depth: Option<usize>,
    /// Take names that begin with a dot, too.
    #[serde(default)]
    hidden: bool,
    /// Go where links to directories lead.
    #[serde(default)]
    follow: bool,
    /// At least this old: seconds, or with one of `s m h d w`. Negative: at most.
    age: Option<String>,
    /// The time that `age` is about.
    #[serde(default)]
    age_stamp: AgeStamp,
    /// At least this large: bytes, or with one of `b k m g t`. Negative: at most.
    size: Option<String>,
    /// A regular expression that the beginning of a line of the file must match.
    contains: Option<String>,
    /// `contains` may match anywhere in the file.
    #[serde(default)]
    read_whole_file: bool,
    /// The permissions.
    mode: Option<Permissions>,
    /// Without it, more permissions than `mode` are fine.
    #[serde(default = "yes")]
    exact_mode: bool,
    /// Tell the checksums of files.
    #[serde(default)]
    get_checksum: bool,
    /// The hash function for them.
    #[serde(default)]
    #[schemars(extend("aliases" = ["checksum", "checksum_algo"]))]
    checksum_algorithm: Algorithm,
    /// Stop after this many.
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FileType {
    Any,
    Directory,
    #[default]
    File,
    Link,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum AgeStamp {
    Atime,
    Ctime,
    #[default]
    Mtime,
}

fn yes() -> bool {
    true
}

/// What a find must meet, read once.
struct Criteria {
    patterns: Vec<Pattern>,
    excludes: Vec<Pattern>,
    contains: Option<Pattern>,
    /// In seconds.
    age: Option<i64>,
    /// In bytes.
    size: Option<i64>,
}

impl Module for Find {
    const NAME: &'static str = "find";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let criteria = self.criteria()?;
        let mut files = Vec::new();
        let mut examined = 0;
        let mut skipped = Object::new();
        for root in &self.paths {
            let path = root.on(probe)?;
            match probe.follow(&path)? {
                Some(inode) if inode.is_directory() => {
                    examined += self.search(probe, &criteria, path, &mut files)?;
                }
                _ => {
                    let name = root.as_str();
                    let why = format!("'{name}' is not a directory");
                    skipped.insert(name.into(), why.into());
                }
            }
        }
        let mut acts = Acts::new();
        acts.msg(match skipped.is_empty() {
            true => "All paths examined",
            false => "Not all paths examined, check warnings for details",
        });
        acts.value("matched", files.len());
        acts.value("files", files);
        acts.value("examined", examined);
        acts.value("skipped_paths", skipped);
        Ok(acts.into_look())
    }
}

impl Find {
    fn criteria(&self) -> Result<Criteria, Failure> {
        let names = |patterns: &[String]| -> Result<Vec<Pattern>, Failure> {
            let patterns = patterns.iter().map(|pattern| match self.use_regex {
                true => Pattern::entire(pattern),
                false => Pattern::glob(pattern),
            });
            patterns.collect()
        };
        let amount = |name, text: &Option<String>, units: &[(char, i64)]| match text {
            None => Ok(None),
            Some(text) => match amount(text, units) {
                Some(amount) => Ok(Some(amount)),
                None => Err(Failure::refused(format!(
                    "failed to process {name}: {text}"
                ))),
            },
        };
        let ages = [
            ('s', 1),
            ('m', 60),
            ('h', 3600),
            ('d', 86400),
            ('w', 604_800),
        ];
        let sizes = [
            ('b', 1),
            ('k', 1 << 10),
            ('m', 1 << 20),
            ('g', 1 << 30),
            ('t', 1 << 40),
        ];
        Ok(Criteria {
            patterns: names(&self.patterns)?,
            excludes: names(&self.excludes)?,
            contains: self.contains.as_deref().map(Pattern::line).transpose()?,
            age: amount("age", &self.age, &ages)?,
            size: amount("size", &self.size, &sizes)?,
        })
    }

    /// Searches a directory, the upper levels first; gives the number of things looked at.
    fn search(
        &self,
        probe: &Probe,
        criteria: &Criteria,
        root: PathBuf,
        files: &mut Vec<Value>,
    ) -> Result<usize, Failure> {
        let mut examined = 0;
        let mut directories = VecDeque::from([(root, 1)]);
        while let Some((directory, depth)) = directories.pop_front() {
            probe.check()?;
            for name in probe.list(&directory)? {
                let path = directory.join(&name);
                let Some(inode) = probe.entry(&path)? else {
                    continue;
                };
                examined += 1;
                if self.descends(probe, &path, &inode, depth)? {
                    directories.push_back((path.clone(), depth + 1));
                }
                if self.limit.is_some_and(|limit| files.len() >= limit) {
                    return Ok(examined);
                }
                if self.fits(probe, criteria, &path, &inode)? {
                    files.push(self.values(probe, &path, &inode)?);
                }
            }
        }
        Ok(examined)
    }

    fn descends(
        &self,
        probe: &Probe,
        path: &Path,
        inode: &Inode,
        depth: usize,
    ) -> Result<bool, Failure> {
        let deeper = self.recurse && self.depth.is_none_or(|limit| depth < limit);
        Ok(deeper
            && match inode.is_link() {
                true => self.follow && probe.follow(path)?.is_some_and(|i| i.is_directory()),
                false => inode.is_directory(),
            })
    }

    fn fits(
        &self,
        probe: &Probe,
        criteria: &Criteria,
        path: &Path,
        inode: &Inode,
    ) -> Result<bool, Failure> {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let is_kind = match self.file_type {
            FileType::Any => true,
            FileType::Directory => inode.is_directory(),
            FileType::File => inode.is_file(),
            FileType::Link => inode.is_link(),
        };
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(name));
        let is_name = (self.hidden || !name.starts_with(b"."))
            && (criteria.patterns.is_empty() || any(&criteria.patterns))
            && !any(&criteria.excludes);
        Ok(is_kind
            && is_name
            && self.fits_age(criteria, inode)
            && fits_size(criteria, inode)
            && self.fits_mode(probe, inode)?
            && self.fits_content(probe, criteria, path, inode)?)
    }

    fn fits_age(&self, criteria: &Criteria, inode: &Inode) -> bool {
        let stamp = match self.age_stamp {
            AgeStamp::Atime => inode.accessed,
            AgeStamp::Ctime => inode.changed,
            AgeStamp::Mtime => inode.modified,
        };
        let real = seconds() - stamp.seconds;
        criteria.age.is_none_or(|age| match age >= 0 {
            true => real >= age,
            false => real <= -age,
        })
    }

    fn fits_mode(&self, probe: &Probe, inode: &Inode) -> Result<bool, Failure> {
        let Some(mode) = &self.mode else {
            return Ok(true);
        };
        let wanted = mode.resolve(0, inode.is_directory(), probe.umask())?;
        Ok(match self.exact_mode {
            true => inode.mode == wanted,
            false => inode.mode & wanted == wanted,
        })
    }

    fn fits_content(
        &self,
        probe: &Probe,
        criteria: &Criteria,
        path: &Path,
        inode: &Inode,
    ) -> Result<bool, Failure> {
        let Some(pattern) = &criteria.contains else {
            return Ok(true);
        };
        if self.file_type != FileType::File || !inode.is_file() {
            return Ok(self.file_type != FileType::File);
        }
        let text = probe.read(path)?;
        Ok(match self.read_whole_file {
            true => pattern.matches(&text),
            false => text
                .split(|byte| *byte == b'\n')
                .any(|line| pattern.matches_start(line)),
        })
    }

    fn values(&self, probe: &Probe, path: &Path, inode: &Inode) -> Result<Value, Failure> {
        let mut values = Object::new();
        values.insert("path".into(), path.display().to_string().into());
        values.extend(basics(probe, inode)?);
        if self.get_checksum && inode.is_file() {
            let digest = probe.digest(path, self.checksum_algorithm.into())?;
            values.insert("checksum".into(), digest.into());
        }
        Ok(Value::Object(values))
    }
}

/// Directories have no size that counts.
fn fits_size(criteria: &Criteria, inode: &Inode) -> bool {
    let real = i64::try_from(inode.size).unwrap_or(i64::MAX);
    criteria.size.is_none_or(|size| {
        inode.is_directory()
            || match size >= 0 {
                true => real >= size,
                false => real <= -size,
            }
    })
}

/// A number with a unit's first letter.
fn amount(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let (digits, unit) = match units.iter().find(|(letter, _)| text.ends_with(*letter)) {
        Some((letter, unit)) => (text.trim_end_matches(*letter), *unit),
        None => (text.as_str(), 1),
    };
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    fn scratch() -> Scratch {
        let scratch = Scratch::new();
        scratch.write("a.log", "one\ntwo\n");
        scratch.write("b.txt", "three");
        scratch.write(".hidden", "");
        scratch.write("sub/c.log", "");
        scratch
    }

    fn find(scratch: &Scratch, mut arguments: Value) -> String {
        arguments["paths"] = json!(scratch.path());
        let values = Trial::new().same("find", arguments);
        let files = values["files"].as_array().unwrap().iter();
        let names = files.map(|file| file["path"].as_str().unwrap().rsplit('/').next().unwrap());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn finds_by_name_and_kind() {
        let scratch = scratch();
        assert_eq!(find(&scratch, json!({})), "a.log b.txt");
        assert_eq!(
            find(&scratch, json!({"patterns": "*.log", "recurse": true})),
            "a.log c.log"
        );
        assert_eq!(
            find(&scratch, json!({"patterns": "[!b]*,x?", "hidden": true})),
            ".hidden a.log"
        );
        assert_eq!(
            find(
                &scratch,
                json!({"patterns": ["^b.*t$"], "use_regex": "yes"})
            ),
            "b.txt"
        );
        assert_eq!(find(&scratch, json!({"excludes": "a*"})), "b.txt");
        assert_eq!(find(&scratch, json!({"file_type": "directory"})), "sub");
        assert_eq!(
            find(&scratch, json!({"recurse": true, "limit": 1})),
            "a.log"
        );
        assert_eq!(
            find(&scratch, json!({"recurse": true, "depth": 1})),
            "a.log b.txt"
        );
    }

    #[test]
    fn finds_by_content_size_and_age() {
        let scratch = scratch();
        assert_eq!(find(&scratch, json!({"contains": "two"})), "a.log");
        assert_eq!(find(&scratch, json!({"contains": "wo"})), "");
        assert_eq!(
            find(&scratch, json!({"contains": "wo", "read_whole_file": true})),
            "a.log"
        );
        assert_eq!(find(&scratch, json!({"size": "6b"})), "a.log");
        assert_eq!(find(&scratch, json!({"size": -6})), "b.txt");
        assert_eq!(find(&scratch, json!({"age": "1d"})), "");
        assert_eq!(find(&scratch, json!({"age": "-1d"})), "a.log b.txt");
    }

    #[test]
    fn says_what_it_skipped() {
        let values = Trial::new().same("find", json!({"paths": "/no/such"}));
        assert!(values["skipped_paths"]["/no/such"].is_string());
    }
}
