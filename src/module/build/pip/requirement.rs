use {
    super::version::Condition,
    crate::act::{Failure, Probe, Thing},
    std::path::Path,
};

/// What a package shall be, as far as its name and version say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// In the form in which names are compared.
    pub name: String,
    pub conditions: Vec<Condition>,
}

/// What is written of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// As pip gets it.
    pub text: String,
    /// `None`: only pip can tell whether it is there (a URL, a path, an extra, a condition on the host).
    pub requirement: Option<Requirement>,
}

impl Wanted {
    /// Reads `name`, `name>=1,<2`, or what else pip takes.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        Self {
            text: text.to_owned(),
            requirement: Requirement::read(text),
        }
    }
}

impl Requirement {
    fn read(text: &str) -> Option<Self> {
        let name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let end = text
            .find(|letter: char| !name(letter))
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let rest = rest.trim();
        if name.is_empty() || !name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = match rest.strip_prefix('(') {
            Some(inner) => inner.strip_suffix(')')?,
            None => rest,
        };
        let conditions = match rest {
            "" => Some(Vec::new()),
            rest => rest.split(',').map(Condition::read).collect(),
        };
        Some(Self {
            name: canonical(name),
            conditions: conditions?,
        })
    }

    /// Whether one of the packages, by name and version, is it.
    pub fn is_among(&self, packages: &[(String, String)]) -> bool {
        packages.iter().any(|(name, version)| {
            *name == self.name
                && self
                    .conditions
                    .iter()
                    .all(|condition| condition.holds(version))
        })
    }
}

/// Names differ neither by case nor by which separator they have.
pub(super) fn canonical(name: &str) -> String {
    let mut canonical = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            '-' | '_' | '.' if canonical.ends_with('-') => {}
            '-' | '_' | '.' => canonical.push('-'),
            letter => canonical.push(letter),
        }
    }
    canonical
}

/// Puts names and conditions together that were split at commas: `a>1`, `<2`, `b` are two packages.
pub(super) fn together(given: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut in_brackets = false;
    for part in given.iter().flat_map(|line| line.split(',')) {
        let condition = part.trim_start().starts_with(['<', '>', '=', '!', '~']);
        match names.last_mut() {
            Some(last) if condition || in_brackets => {
                last.push(',');
                last.push_str(part);
            }
            _ => names.push(part.to_owned()),
        }
        in_brackets = (in_brackets || part.contains('[')) && !part.contains(']');
    }
    names
}

/// What a file of requirements lists; other files that it names are read, too. `None`: it has lines that only pip understands.
pub(super) fn file(probe: &Probe, path: &Path) -> Result<Option<Vec<Wanted>>, Failure> {
    if !probe.exists(path)? {
        return Err(Failure::missing(Thing::Path, path.display().to_string()));
    }
    let text = String::from_utf8_lossy(&probe.read(path)?).replace("\\\n", " ");
    let mut wanted = Vec::new();
    for line in text.lines() {
        let line = match line.find(" #") {
            Some(at) => &line[..at],
            None => line,
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let more = line
            .strip_prefix("-r")
            .or(line.strip_prefix("--requirement"));
        match more {
            Some(more) => {
                let more = more.trim_start_matches([' ', '=']);
                let more = path.parent().unwrap_or(Path::new("/")).join(more);
                match file(probe, &more)? {
                    Some(more) => wanted.extend(more),
                    None => return Ok(None),
                }
            }
            None => match Wanted::read(line) {
                Wanted {
                    requirement: None, ..
                } => return Ok(None),
                known => wanted.push(known),
            },
        }
    }
    Ok(Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_pip_takes() {
        let known = |text: &str| Wanted::read(text).requirement;
        assert_eq!(known("Foo_.Bar >= 1, <2").unwrap().name, "foo-bar");
        assert_eq!(known("foo (==1)").unwrap().conditions.len(), 1);
        for text in [
            "git+https://x/y",
            "./x",
            "/x.whl",
            "foo[extra]",
            "foo; os_name == 'nt'",
            "-e .",
            "foo @ https://x",
        ] {
            assert_eq!(known(text), None, "{text}");
        }
        let packages = [("foo".to_owned(), "1.5".to_owned())];
        assert!(known("foo<2").unwrap().is_among(&packages));
        assert!(!known("foo>2").unwrap().is_among(&packages));
        assert!(!known("bar").unwrap().is_among(&packages));
    }

    #[test]
    fn puts_together_what_commas_split() {
        let given = ["django>1.11.1", "<1.11.3", "ipaddress", "a[x", "y]>1,<2"].map(Into::into);
        assert_eq!(
            together(&given),
            ["django>1.11.1,<1.11.3", "ipaddress", "a[x,y]>1,<2"]
        );
    }
}
