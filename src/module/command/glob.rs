use {
    crate::act::{Failure, Probe, Thing},
    regex::Regex,
    std::path::{Component, Path, PathBuf},
};

/// The paths that a pattern (`*`, `?`, `[abc]`) matches, sorted within each directory. A path without any of these matches
/// itself, if something stands there (a link to nothing, too).
pub fn glob(probe: &Probe, pattern: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        let name = match component {
            Component::Normal(name) => name.to_string_lossy(),
            other => {
                found.iter_mut().for_each(|path| path.push(other));
                continue;
            }
        };
        match matcher(&name) {
            Some(matcher) => found = below(probe, &found, &name, &matcher)?,
            None => found.iter_mut().for_each(|path| path.push(&*name)),
        }
    }
    let mut there = Vec::new();
    for path in found {
        if probe.entry(&path)?.is_some() {
            there.push(path);
        }
    }
    Ok(there)
}

/// The entries of directories whose names match. What is no directory, or may not be read, has none.
fn below(
    probe: &Probe,
    directories: &[PathBuf],
    pattern: &str,
    matcher: &Regex,
) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for directory in directories {
        let names = match probe.list(directory) {
            Ok(names) => names,
            Err(
                Failure::Missing {
                    what: Thing::Path, ..
                }
                | Failure::Io { .. },
            ) => continue,
            Err(failure) => return Err(failure),
        };
        for name in names {
            let text = name.to_string_lossy();
            let hidden = text.starts_with('.') && !pattern.starts_with('.');
            if !hidden && matcher.is_match(&text) {
                found.push(directory.join(&name));
            }
        }
    }
    Ok(found)
}

/// `None` for a name without wildcards.
fn matcher(pattern: &str) -> Option<Regex> {
    if !pattern.contains(['*', '?', '[']) {
        return None;
    }
    let mut expression = String::from("(?s)^");
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '[' => match set(rest.as_str()) {
                Some((set, tail)) => {
                    expression.push_str(&set);
                    rest = tail.chars();
                }
                None => expression.push_str("\\["),
            },
            plain => expression.push_str(&regex::escape(plain.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    Regex::new(&expression).ok()
}

/// The set that an opening bracket begins, and what follows it. `None`: the bracket is not closed, so it means itself.
fn set(rest: &str) -> Option<(String, &str)> {
    let negated = rest.starts_with(['!', '^']);
    let inside = &rest[usize::from(negated)..];
    // A closing bracket in the first place is a member.
    let first = inside.chars().next().map_or(0, char::len_utf8);
    let end = first + inside.get(first..)?.find(']')?;
    let members = inside[..end]
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
        .replace('&', "\\&")
        .replace('~', "\\~")
        .replace('^', "\\^");
    let negation = if negated { "^" } else { "" };
    Some((format!("[{negation}{members}]"), &inside[end + 1..]))
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Scratch, Watch},
    };

    fn names(scratch: &Scratch, pattern: &str) -> Vec<String> {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let found = glob(&probe, &scratch.at(pattern)).unwrap();
        let below = found
            .iter()
            .map(|path| path.strip_prefix(scratch.path()).unwrap());
        below.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn matches_names_and_directories() {
        let scratch = Scratch::new();
        for name in [
            "a1/x.conf",
            "a2/y.conf",
            "b/x.conf",
            ".hidden/x.conf",
            "a-]",
        ] {
            scratch.write(name, "");
        }
        assert_eq!(names(&scratch, "a?/*.conf"), ["a1/x.conf", "a2/y.conf"]);
        assert_eq!(names(&scratch, "*/x.conf"), ["a1/x.conf", "b/x.conf"]);
        assert_eq!(names(&scratch, "a[!1-]"), ["a2"]);
        assert_eq!(names(&scratch, "a[2]"), ["a2"]);
        assert_eq!(names(&scratch, "a-[]]"), ["a-]"]);
        assert_eq!(names(&scratch, "b/x.conf"), ["b/x.conf"]);
        assert!(names(&scratch, "b/nothing").is_empty());
        assert!(names(&scratch, "no/*").is_empty());
    }
}
