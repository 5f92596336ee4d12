//! Files of dnf's repositories: sections of settings.

/// The sections of a file, in order. Comments do not survive a change, as with Ansible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryFile {
    sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    name: String,
    settings: Vec<(String, String)>,
}

impl RepositoryFile {
    pub fn read(text: &str) -> Self {
        let mut file = Self::default();
        for line in text.lines() {
            file.read_line(line);
        }
        file
    }

    fn read_line(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            return;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            self.sections.push(Section {
                name: name.into(),
                settings: Vec::new(),
            });
            return;
        }
        let Some(section) = self.sections.last_mut() else {
            return;
        };
        match section.settings.last_mut() {
            Some((_, value)) if line.starts_with([' ', '\t']) => {
                value.push('\n');
                value.push_str(trimmed);
            }
            _ => {
                let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
                let name = name.trim().to_ascii_lowercase();
                section.settings.push((name, value.trim().into()));
            }
        }
    }

    /// Gives a section these settings, sorted by name. Says whether that changes anything.
    pub fn set(&mut self, name: &str, settings: Vec<(String, String)>) -> bool {
        let known = self
            .sections
            .iter_mut()
            .find(|section| section.name == name);
        match known {
            Some(section) => {
                let mut before = section.settings.clone();
                before.sort();
                section.settings = settings;
                before != section.settings
            }
            None => {
                let name = name.into();
                self.sections.push(Section { name, settings });
                true
            }
        }
    }

    /// Removes a section. Says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let count = self.sections.len();
        self.sections.retain(|section| section.name != name);
        self.sections.len() != count
    }

    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// As Python's `configparser` writes it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for Section { name, settings } in &self.sections {
            text.push_str(&format!("[{name}]\n"));
            for (name, value) in settings {
                text.push_str(&format!("{name} = {}\n", value.replace('\n', "\n\t")));
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_it_reads() {
        let text =
            "# comment\n[a]\nName=A\nbaseurl=http://x/?a=b\n  http://y/\n\n[b]\nenabled: 1\n";
        let mut file = RepositoryFile::read(text);
        assert_eq!(
            file.text(),
            "[a]\nname = A\nbaseurl = http://x/?a=b\n\thttp://y/\n\n[b]\nenabled = 1\n\n"
        );
        assert_eq!(RepositoryFile::read(&file.text()), file);
        let settings = |value: &str| vec![("enabled".to_owned(), value.to_owned())];
        assert!(!file.set("b", settings("1")));
        assert!(file.set("b", settings("0")));
        assert!(file.remove("a") && !file.remove("a") && !file.is_empty());
    }
}
