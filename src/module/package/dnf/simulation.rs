use super::super::change::Change;

/// What dnf says that it would do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    pub changes: Vec<Change>,
    /// The names of packages that would get an older version.
    pub downgrades: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Coming,
    Newer,
    Older,
    Going,
    Other,
}

impl Section {
    /// Reads a section's title, such as `Installing dependencies:`.
    fn read(line: &str) -> Option<Self> {
        let title = line.strip_suffix(':').filter(|_| !line.starts_with(' '))?;
        Some(match title.split_whitespace().next()? {
            "Installing" => Self::Coming,
            "Upgrading" | "Updating" => Self::Newer,
            "Downgrading" => Self::Older,
            "Removing" => Self::Going,
            _ => Self::Other,
        })
    }
}

/// What a row of the table tells: name, architecture, version.
struct Row<'a>(&'a str, &'a str);

impl Simulation {
    /// Reads the table of a transaction. `installed` tells the version that a package has now. A long name stands on a line
    /// of its own; the rest of its row follows.
    pub fn read(text: &str, installed: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut simulation = Self::default();
        let mut section = Section::Other;
        let mut words: Vec<&str> = Vec::new();
        let table = text
            .lines()
            .take_while(|line| !line.starts_with("Transaction Summary"));
        for line in table {
            if let Some(next) = Section::read(line.trim_end()) {
                (section, words) = (next, Vec::new());
                continue;
            }
            if section == Section::Other || !line.starts_with(' ') {
                continue;
            }
            words.extend(line.split_whitespace());
            if words[0] == "replacing" {
                words.clear();
            }
            if let [name, _, version, _, _, ..] = words.as_slice() {
                simulation.add(section, &Row(name, version), installed);
                words.clear();
            }
        }
        simulation
    }

    fn add(&mut self, section: Section, row: &Row, installed: &dyn Fn(&str) -> Option<String>) {
        let Row(name, version) = *row;
        let (before, after) = match section {
            Section::Coming => (None, Some(version.to_owned())),
            Section::Newer | Section::Older => (installed(name), Some(version.to_owned())),
            Section::Going => (Some(version.to_owned()), None),
            Section::Other => return,
        };
        if section == Section::Older {
            self.downgrades.push(name.to_owned());
        }
        self.changes.push(Change {
            name: name.to_owned(),
            before,
            after,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Last metadata expiration check: 0:01:38 ago on Fri Nov 20 10:08:37 2026.
Dependencies resolved.
================================================================================
 Package                  Arch      Version                    Repository  Size
================================================================================
Installing:
 nginx                    x86_64    1:1.20.1-14.el9            appstream   36 k
Upgrading:
 jq                       x86_64    1.7-1.el9                  appstream  187 k
     replacing  oldjq.x86_64 1.0-1
Installing dependencies:
 a-package-with-a-name-that-is-too-long-for-its-column
                          noarch    2.0-1                      baseos     9.4 k
Downgrading:
 curl                     x86_64    7.76-1                     baseos     294 k
Removing:
 nano                     x86_64    5.6.1-5.el9                @baseos    2.7 M

Transaction Summary
================================================================================
Install  2 Packages
";

    #[test]
    fn reads_the_table() {
        let simulation = Simulation::read(TABLE, &|name| Some(format!("old {name}")));
        let changes: Vec<_> = simulation
            .changes
            .iter()
            .map(|change| {
                (
                    change.name.as_str(),
                    change.before.as_deref(),
                    change.after.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            changes,
            [
                ("nginx", None, Some("1:1.20.1-14.el9")),
                ("jq", Some("old jq"), Some("1.7-1.el9")),
                (
                    "a-package-with-a-name-that-is-too-long-for-its-column",
                    None,
                    Some("2.0-1")
                ),
                ("curl", Some("old curl"), Some("7.76-1")),
                ("nano", Some("5.6.1-5.el9"), None),
            ]
        );
        assert_eq!(simulation.downgrades, ["curl"]);
        assert_eq!(
            Simulation::read("Nothing to do.\nComplete!\n", &|_| None),
            Simulation::default()
        );
    }
}
