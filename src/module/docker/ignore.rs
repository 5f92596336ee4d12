use regex::Regex;

/// What a `.dockerignore` file keeps out of a build.
#[derive(Debug, Default)]
pub struct Ignore(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Regex,
    /// `!`: it lets in again what an earlier rule kept out.
    lets_in: bool,
}

impl Ignore {
    /// Reads the file's text. Patterns that are none match nothing.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(|line| Rule::read(line.trim())).collect())
    }

    /// Lets a path in, whatever the rules so far say.
    pub fn let_in(&mut self, path: &str) {
        self.0.extend(Rule::read(&format!("!{path}")));
    }

    /// Whether a path relative to the context, with `/` between its parts, is kept out.
    pub fn keeps_out(&self, path: &str) -> bool {
        let matching = self.0.iter().rfind(|rule| rule.matches(path));
        matching.is_some_and(|rule| !rule.lets_in)
    }

    /// Whether something below a directory that is kept out may be let in again.
    pub fn lets_in(&self) -> bool {
        self.0.iter().any(|rule| rule.lets_in)
    }
}

impl Rule {
    fn read(line: &str) -> Option<Self> {
        let (lets_in, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let pattern = straight(pattern);
        if pattern.is_empty() {
            return None;
        }
        let pattern = Regex::new(&format!("^{}$", expression(&pattern))).ok()?;
        Some(Self { pattern, lets_in })
    }

    /// A rule for a directory holds for all below it.
    fn matches(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end);
        ends.chain([path.len()])
            .any(|end| self.pattern.is_match(&path[..end]))
    }
}

/// Without `.`, `..` and slashes at the ends.
fn straight(pattern: &str) -> String {
    let mut parts = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn expression(pattern: &str) -> String {
    let mut rest = pattern;
    let mut expression = String::new();
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("**/") {
            expression += "(?:.*/)?";
            3
        } else if rest.starts_with("**") {
            expression += ".*";
            2
        } else if let (Some('['), Some(end)) = (Some(first), rest.find(']')) {
            expression += &rest[..=end];
            end + 1
        } else {
            match first {
                '*' => expression += "[^/]*",
                '?' => expression += "[^/]",
                '\\' => {}
                other => expression += &regex::escape(&other.to_string()),
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_matches_decides() {
        let mut ignore = Ignore::read(
            "# no rule\n*.md\n!README.md\n/build/\n**/*.pyc\nnode_modules\nb?d.[ch]\n",
        );
        for path in ["a.md", "build", "build/x/y", "a/b/c.pyc", "c.pyc", "bad.c"] {
            assert!(ignore.keeps_out(path), "{path}");
        }
        for path in [
            "README.md",
            "docs/a.md",
            "builder",
            "a/node_modules",
            "bad.o",
        ] {
            assert!(!ignore.keeps_out(path), "{path}");
        }
        assert!(Ignore::read("*").keeps_out("Dockerfile"));
        ignore.let_in("build/Dockerfile");
        assert!(!ignore.keeps_out("build/Dockerfile"));
        assert!(ignore.lets_in());
    }
}
