use super::Subcommand;

/// A group of alternatives, as update-alternatives keeps it in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// A person has chosen.
    pub manual: bool,
    pub link: String,
    /// Names and links of what goes with it.
    slaves: Vec<(String, String)>,
    choices: Vec<Stored>,
}

/// A program to choose, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    path: String,
    pub priority: i64,
    pub family: Option<String>,
    /// One for each slave of the group; empty where there is none.
    slaves: Vec<String>,
}

/// A program to choose, with what goes with it.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub path: String,
    pub priority: i64,
    pub family: Option<String>,
    pub subcommands: Vec<Subcommand>,
}

impl Choice {
    /// The call that makes it one to choose.
    pub fn install(&self, name: &str, link: &str) -> Vec<String> {
        let priority = self.priority.to_string();
        let program = "update-alternatives";
        let head = [program, "--install", link, name, &self.path, &priority];
        let mut argv: Vec<String> = head.map(Into::into).into();
        let family = self.family.iter();
        argv.extend(family.flat_map(|family| ["--family".to_owned(), family.clone()]));
        for Subcommand { name, path, link } in &self.subcommands {
            argv.extend(["--slave", link, name, path].map(Into::into));
        }
        argv
    }
}

impl Group {
    /// `None`: it is not what update-alternatives writes.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let manual = lines.next()? == "manual";
        let link = lines.next()?.to_owned();
        let mut slaves = Vec::new();
        while let Some(name) = lines.next().filter(|line| !line.is_empty()) {
            slaves.push((name.to_owned(), lines.next()?.to_owned()));
        }
        let mut choices = Vec::new();
        while let Some(path) = lines.next().filter(|line| !line.is_empty()) {
            // Systems like RHEL write `@family@/path`.
            let family = path.strip_prefix('@').and_then(|rest| rest.split_once('@'));
            let (family, path) = match family {
                Some((family, path)) => (Some(family.to_owned()), path),
                None => (None, path),
            };
            // An init script may follow the priority.
            let priority = lines.next()?.split(' ').next()?.parse().ok()?;
            let own = slaves.iter().map(|_| lines.next().map(Into::into));
            choices.push(Stored {
                path: path.to_owned(),
                priority,
                family,
                slaves: own.collect::<Option<_>>()?,
            });
        }
        Some(Self {
            manual,
            link,
            slaves,
            choices,
        })
    }

    pub fn text(&self) -> String {
        let mut lines = vec![if self.manual { "manual" } else { "auto" }.to_owned()];
        lines.push(self.link.clone());
        for (name, link) in &self.slaves {
            lines.extend([name.clone(), link.clone()]);
        }
        lines.push(String::new());
        for choice in &self.choices {
            lines.push(match &choice.family {
                Some(family) => format!("@{family}@{}", choice.path),
                None => choice.path.clone(),
            });
            lines.push(choice.priority.to_string());
            lines.extend(choice.slaves.iter().cloned());
        }
        lines.push(String::new());
        lines.join("\n") + "\n"
    }

    /// The group where a person has chosen, or nobody has.
    pub fn chosen(self, manual: bool) -> Self {
        Self { manual, ..self }
    }

    pub fn choice(&self, path: &str) -> Option<&Stored> {
        self.choices.iter().find(|choice| choice.path == path)
    }

    /// What goes with a program.
    pub fn subcommands(&self, path: &str) -> Vec<Subcommand> {
        let paths = self.choice(path).map(|choice| choice.slaves.as_slice());
        let pairs = self.slaves.iter().zip(paths.unwrap_or_default());
        let pairs = pairs.filter(|(_, path)| !path.is_empty());
        pairs
            .map(|((name, link), path)| Subcommand {
                name: name.clone(),
                path: path.clone(),
                link: link.clone(),
            })
            .collect()
    }

    /// The program with the highest priority.
    pub fn best(&self) -> Option<String> {
        let mut best: Option<&Stored> = None;
        for choice in &self.choices {
            if best.is_none_or(|best| choice.priority > best.priority) {
                best = Some(choice);
            }
        }
        best.map(|best| best.path.clone())
    }

    /// The best program of a family.
    pub fn of_family(&self, family: &str) -> Option<String> {
        let mine = self.choices.iter();
        let mine = mine.filter(|choice| choice.family.as_deref() == Some(family));
        let best = mine.max_by_key(|choice| choice.priority);
        best.map(|best| best.path.clone())
    }

    /// The group with a program that can be chosen. Without a group, a new one.
    pub fn with(group: Option<Self>, link: &str, choice: Choice) -> Self {
        let mut group = group.unwrap_or(Self {
            manual: false,
            link: link.to_owned(),
            slaves: Vec::new(),
            choices: Vec::new(),
        });
        group.link = link.to_owned();
        for Subcommand { name, link, .. } in &choice.subcommands {
            match group.slaves.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.clone_from(link),
                None => {
                    group.slaves.push((name.clone(), link.clone()));
                    let choices = group.choices.iter_mut();
                    choices.for_each(|choice| choice.slaves.push(String::new()));
                }
            }
        }
        let own = group.slaves.iter().map(|(name, _)| {
            let mut subcommands = choice.subcommands.iter();
            let own = subcommands.find(|subcommand| subcommand.name == *name);
            own.map_or(String::new(), |own| own.path.clone())
        });
        let stored = Stored {
            slaves: own.collect(),
            path: choice.path,
            priority: choice.priority,
            family: choice.family,
        };
        let mut choices = group.choices.iter_mut();
        match choices.find(|known| known.path == stored.path) {
            Some(known) => *known = stored,
            None => group.choices.push(stored),
        }
        group
    }

    /// The group without a program; `None` if that was the last. What was chosen by a person and is gone is chosen anew.
    pub fn without(mut self, path: &str, chosen: bool) -> Option<Self> {
        self.choices.retain(|choice| choice.path != path);
        self.manual &= !chosen;
        (!self.choices.is_empty()).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "auto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\n\n/bin/ed\n-100\n\n/bin/nano\n40\n/usr/share/man/man1/nano.1.gz\n\n";

    #[test]
    fn reads_what_it_writes() {
        let group = Group::read(TEXT).unwrap();
        assert_eq!(group.text(), TEXT);
        assert_eq!(group.best().as_deref(), Some("/bin/nano"));
        assert!(group.subcommands("/bin/ed").is_empty());
        assert_eq!(group.subcommands("/bin/nano")[0].name, "editor.1.gz");
        let family = "manual\n/usr/bin/java\n\n@j11@/opt/j11/java\n11\n/opt/j8/java\n8\n\n";
        let group = Group::read(family).unwrap();
        assert_eq!(group.text(), family);
        assert_eq!(group.of_family("j11").as_deref(), Some("/opt/j11/java"));
        assert!(Group::read("").is_none() && Group::read("auto\n/l\n\n/p\nx\n").is_none());
    }

    #[test]
    fn takes_programs_in_and_out() {
        let group = Group::read(TEXT).unwrap();
        let vi = Choice {
            path: "/bin/vi".into(),
            priority: 50,
            family: None,
            subcommands: vec![Subcommand {
                name: "vi.hlp".into(),
                path: "/h".into(),
                link: "/l".into(),
            }],
        };
        assert_eq!(
            vi.install("editor", "/usr/bin/editor")[6..],
            ["--slave", "/l", "vi.hlp", "/h"]
        );
        let more = Group::with(Some(group), "/usr/bin/editor", vi);
        assert_eq!(Group::read(&more.text()).unwrap(), more);
        assert_eq!(more.best().as_deref(), Some("/bin/vi"));
        let less = more.without("/bin/vi", true).unwrap();
        let less = less.without("/bin/ed", false).unwrap();
        assert!(less.without("/bin/nano", false).is_none());
    }
}
