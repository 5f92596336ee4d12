use {
    crate::template::Engine,
    regex::Regex,
    std::path::{Path, PathBuf},
};

/// The name of a file or handler as written: fixed, or with holes that are filled during the run.
#[derive(Clone, Debug)]
pub(super) enum Spelling {
    Fixed(String),
    /// A file's directory, and what its name looks like.
    Pattern {
        dir: String,
        name: Regex,
    },
    /// Anything.
    Open,
}

impl Spelling {
    /// Reads the name of a file; `fill` knows what stands for a few templates already.
    pub fn of_file(text: &str, fill: impl Fn(&str) -> Option<String>) -> Self {
        let Some(parts) = parts(text, fill) else {
            return Self::Open;
        };
        if let [Part::Text(text)] = parts.as_slice() {
            return Self::Fixed(text.clone());
        }
        let name_from = parts
            .iter()
            .position(|part| matches!(part, Part::Hole))
            .unwrap_or_default();
        let before = match name_from.checked_sub(1).and_then(|at| parts.get(at)) {
            Some(Part::Text(text)) => text.as_str(),
            _ => "",
        };
        let (dir, begin) = before.rsplit_once('/').map_or(("", before), |(dir, rest)| {
            (if dir.is_empty() { "/" } else { dir }, rest)
        });
        let rest = &parts[name_from..];
        let fixed: String = rest.iter().map(Part::text).collect();
        if fixed.contains('/') || fixed.len() + begin.len() == 0 {
            return Self::Open;
        }
        let source: String = rest.iter().map(Part::regex).collect();
        match Regex::new(&format!("^{}{source}$", regex::escape(begin))) {
            Ok(name) => Self::Pattern {
                dir: dir.to_owned(),
                name,
            },
            Err(_) => Self::Open,
        }
    }

    /// The files of that name; of a fixed one the first that is there. `None` where any file may be meant.
    pub fn files(&self, dirs: &[PathBuf]) -> Option<Vec<PathBuf>> {
        match self {
            Self::Open => None,
            Self::Fixed(name) => {
                let mut places = dirs.iter().map(|dir| dir.join(name));
                Some(places.find(|path| path.is_file()).into_iter().collect())
            }
            Self::Pattern { dir, name } => {
                let mut found: Vec<_> = dirs
                    .iter()
                    .flat_map(|base| matching(&base.join(dir), name))
                    .collect();
                found.sort();
                found.dedup();
                (!found.is_empty()).then_some(found)
            }
        }
    }
}

/// What a name with holes may be filled to; `None` where there are none, or the text is no name.
pub(super) fn shape(text: &str) -> Option<Regex> {
    if !Engine::is_template(text) {
        return None;
    }
    let source: String = match parts(text, |_| None) {
        Some(parts) => parts.iter().map(Part::regex).collect(),
        None => ".*".to_owned(),
    };
    Regex::new(&format!("(?s)^{source}$")).ok()
}

fn matching(dir: &Path, name: &Regex) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let fits = |path: &PathBuf| {
        let own = path.file_name().and_then(|name| name.to_str());
        own.is_some_and(|own| name.is_match(own)) && path.is_file()
    };
    entries.map(|entry| entry.path()).filter(fits).collect()
}

enum Part {
    Text(String),
    Hole,
}

impl Part {
    fn text(&self) -> &str {
        match self {
            Part::Text(text) => text,
            Part::Hole => "",
        }
    }

    fn regex(&self) -> String {
        match self {
            Part::Text(text) => regex::escape(text),
            Part::Hole => ".*".to_owned(),
        }
    }
}

/// The text around templates; neighbouring text is one part. `None` where there are statements or broken braces.
fn parts(text: &str, fill: impl Fn(&str) -> Option<String>) -> Option<Vec<Part>> {
    if text.contains("{%") || text.contains("{#") {
        return None;
    }
    let mut parts = Vec::new();
    let mut open = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}")?;
        open.push_str(before);
        match fill(inside.trim()) {
            Some(known) => open.push_str(&known),
            None => {
                if !open.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut open)));
                }
                parts.push(Part::Hole);
            }
        }
        rest = after;
    }
    open.push_str(rest);
    if !open.is_empty() || parts.is_empty() {
        parts.push(Part::Text(open));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> String {
        let fill = |name: &str| (name == "role_path").then(|| "/r".to_owned());
        match Spelling::of_file(text, fill) {
            Spelling::Fixed(name) => name,
            Spelling::Pattern { dir, name } => format!("{dir} {name}"),
            Spelling::Open => "open".to_owned(),
        }
    }

    #[test]
    fn holes_in_the_name_make_a_pattern_and_holes_in_the_directory_anything() {
        assert_eq!(spelled("a/b.yml"), "a/b.yml");
        assert_eq!(spelled("{{ os }}.yml"), " ^.*\\.yml$");
        assert_eq!(
            spelled("{{ role_path }}/v/x-{{ os }}.yml"),
            "/r/v ^x\\-.*\\.yml$"
        );
        assert_eq!(spelled("{{ role_path }}/x.yml"), "/r/x.yml");
        assert_eq!(spelled("{{ dir }}/x.yml"), "open");
        assert_eq!(spelled("{{ file }}"), "open");
    }

    #[test]
    fn a_name_with_holes_has_a_shape() {
        assert!(shape("Restart {{ it }}").unwrap().is_match("Restart nginx"));
        assert!(shape("Restart nginx").is_none());
    }
}
