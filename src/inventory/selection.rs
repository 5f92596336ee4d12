use super::{
    Host, Inventory, LOCAL_NAMES, Mistake,
    pattern::{self, Effect, Matcher},
};
use crate::source::Fault;
use std::{
    collections::HashSet,
    fmt::{self, Display, Formatter},
    fs,
};

/// How many names are proposed for one that matches nothing.
const PROPOSALS: usize = 3;

/// The hosts that a pattern chose, in order, and the terms that matched nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    pub hosts: Vec<String>,
    pub unmatched: Vec<Unmatched>,
}

/// A term of a pattern that names no host and no group.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmatched {
    pub term: String,
    /// The nearest names that exist, best first.
    pub nearest: Vec<String>,
}

impl Display for Unmatched {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "no host or group matches `{}`", self.term)?;
        if !self.nearest.is_empty() {
            write!(f, "; did you mean `{}`?", self.nearest.join("` or `"))?;
        }
        Ok(())
    }
}

impl Inventory {
    /// Chooses hosts by a pattern, and of these only the ones that the limit chooses too.
    ///
    /// A limit may name files of patterns, one a line, as `@FILE`. The caller decides what terms that match nothing mean.
    ///
    /// # Errors
    /// A broken regular expression, a position that no host has, a limit file that cannot be read.
    pub fn select(&self, pattern: &str, limit: Option<&str>) -> Result<Selection, Fault> {
        self.select_terms(&pattern::split(pattern), limit)
    }

    /// The same for a pattern that is split already, such as the list under a play's `hosts`.
    ///
    /// # Errors
    /// As `select`.
    pub fn select_terms(&self, terms: &[String], limit: Option<&str>) -> Result<Selection, Fault> {
        let mut unmatched = Vec::new();
        let mut hosts = self.evaluate(terms, &mut unmatched)?;
        if let Some(limit) = limit {
            let limit: HashSet<&str> = self
                .evaluate(&limit_terms(limit)?, &mut unmatched)?
                .into_iter()
                .collect();
            hosts.retain(|host| limit.contains(host));
        }
        Ok(Selection {
            hosts: hosts.into_iter().map(str::to_owned).collect(),
            unmatched: unmatched
                .into_iter()
                .map(|term| self.unmatched(term))
                .collect(),
        })
    }

    fn evaluate(&self, terms: &[String], unmatched: &mut Vec<String>) -> Result<Vec<&str>, Fault> {
        let mut chosen: Vec<&str> = Vec::new();
        for (effect, term) in pattern::order(terms) {
            let matches = self.matches(&term, unmatched)?;
            let names: HashSet<&str> = matches.iter().copied().collect();
            match effect {
                Effect::Add => chosen.extend(matches),
                Effect::Keep => chosen.retain(|host| names.contains(host)),
                Effect::Remove => chosen.retain(|host| !names.contains(host)),
            }
        }
        let mut seen = HashSet::new();
        chosen.retain(|host| seen.insert(*host));
        Ok(chosen)
    }

    fn matches(&self, term: &str, unmatched: &mut Vec<String>) -> Result<Vec<&str>, Fault> {
        if let Some(host) = self.host(term).filter(|host| !host.is_implicit()) {
            return Ok(vec![host.name()]);
        }
        let (name, subscript) = pattern::subscript(term);
        let (matches, known) = self.hosts_matching(name)?;
        if matches.is_empty() && !known && !unmatched.iter().any(|other| other == name) {
            unmatched.push(name.to_owned());
        }
        match subscript {
            Some(subscript) if !matches.is_empty() => {
                let taken = subscript.apply(&matches);
                taken.ok_or_else(|| Mistake::Subscript(term.to_owned()).into())
            }
            _ => Ok(matches),
        }
    }

    /// The hosts of matching groups, then matching hosts, some perhaps twice; and whether any group matched.
    fn hosts_matching(&self, name: &str) -> Result<(Vec<&str>, bool), Fault> {
        let matcher = Matcher::new(name).map_err(|reason| Mistake::Pattern {
            pattern: name.to_owned(),
            reason,
        })?;
        let groups: Vec<&str> = self
            .groups()
            .map(|group| group.name())
            .filter(|group| matcher.matches(group))
            .collect();
        let mut matches: Vec<&str> = groups
            .iter()
            .flat_map(|group| self.hosts_of(group))
            .map(Host::name)
            .collect();
        if groups.is_empty() || name.starts_with('~') || name.contains(['.', '?', '*', '[']) {
            matches.extend(
                self.hosts()
                    .map(Host::name)
                    .filter(|host| matcher.matches(host)),
            );
        }
        if matches.is_empty() && LOCAL_NAMES.contains(&name) {
            let local = self.local_host().or_else(|| self.host(name));
            matches.extend(local.map(Host::name));
        }
        Ok((matches, !groups.is_empty()))
    }

    fn unmatched(&self, term: String) -> Unmatched {
        let names = self
            .groups()
            .map(|group| group.name())
            .chain(self.hosts().map(Host::name));
        let mut near: Vec<(f64, &str)> = names
            .map(|name| (strsim::jaro_winkler(&term, name), name))
            .filter(|(likeness, _)| *likeness > 0.8)
            .collect();
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let nearest = near
            .iter()
            .take(PROPOSALS)
            .map(|(_, name)| (*name).to_owned())
            .collect();
        Unmatched { term, nearest }
    }
}

fn limit_terms(limit: &str) -> Result<Vec<String>, Fault> {
    let mut terms = Vec::new();
    for term in pattern::split(limit) {
        match term.strip_prefix('@') {
            None => terms.push(term),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| Mistake::LimitFile {
                    path: path.into(),
                    reason: error.to_string(),
                })?;
                terms.extend(text.lines().map(|line| line.trim().to_owned()));
            }
        }
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inventory::ini, source::SourceFile};

    fn inventory(text: &str) -> Inventory {
        let mut inventory = Inventory::default();
        ini::read(&SourceFile::new("hosts", text), &mut inventory).unwrap();
        inventory.settle();
        inventory
    }

    fn chosen(pattern: &str, limit: Option<&str>) -> String {
        let inventory = inventory("[web]\nw1\nw2\nw3\n[db]\nd1\nw2\n");
        inventory.select(pattern, limit).unwrap().hosts.join(" ")
    }

    #[test]
    fn combines_terms() {
        let cases = [
            ("all", "w1 w2 w3 d1"),
            ("web:&db", "w2"),
            ("!db:web", "w1 w3"),
            ("db,web", "d1 w2 w1 w3"),
            ("web[1:]", "w2 w3"),
            ("w*:!~w[12]", "w3"),
            ("nobody", ""),
        ];
        for (pattern, hosts) in cases {
            assert_eq!(chosen(pattern, None), hosts, "{pattern}");
        }
        assert_eq!(chosen("web", Some("db,w3")), "w2 w3");
    }

    #[test]
    fn names_the_nearest_of_what_matches_nothing() {
        let inventory = inventory("[webservers]\nw1\n[db]\nd1\n");
        let selection = inventory.select("webserver,d1", Some("zzz")).unwrap();
        let messages: Vec<String> = selection
            .unmatched
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            messages,
            [
                "no host or group matches `webserver`; did you mean `webservers`?",
                "no host or group matches `zzz`"
            ]
        );
    }

    #[test]
    fn localhost_is_there_without_being_in_all() {
        let inventory = inventory("w1\n");
        let chosen = |pattern| inventory.select(pattern, None).unwrap().hosts;
        assert_eq!(chosen("localhost"), ["localhost"]);
        assert_eq!(chosen("all"), ["w1"]);
        let local = inventory.host("localhost").unwrap();
        assert!(local.is_implicit());
        assert_eq!(
            local
                .variables()
                .get("ansible_connection")
                .unwrap()
                .as_str(),
            Some("local")
        );
    }

    #[test]
    fn limits_by_the_lines_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "w1\n\n d1 \n").unwrap();
        assert_eq!(
            chosen("all", Some(&format!("@{}", file.path().display()))),
            "w1 d1"
        );
        let fault = inventory("a\n")
            .select("all", Some("@/no/such"))
            .unwrap_err();
        assert!(
            fault
                .message()
                .starts_with("the limit file `/no/such` cannot be read"),
            "{fault}"
        );
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        let inventory = inventory("[web]\nw1\n");
        let fault = |pattern| inventory.select(pattern, None).unwrap_err().to_string();
        assert_eq!(
            fault("web[4]"),
            "no host at the position that `web[4]` asks for"
        );
        assert!(fault("~(").starts_with("`~(` is no valid host pattern: "));
    }
}
