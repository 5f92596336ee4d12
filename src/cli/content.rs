use std::{
    fs,
    path::{Path, PathBuf},
};

/// What directories hold that can be checked, each in order.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) playbooks: Vec<PathBuf>,
    pub(super) roles: Vec<PathBuf>,
}

/// Directories of a role in which there is no playbook.
const PARTS: &[&str] = &["defaults", "handlers", "meta", "tasks", "vars"];

/// Directories that hold what is sent to hosts, or what no person wrote.
const FOREIGN: &[&str] = &[
    "__pycache__",
    "files",
    "node_modules",
    "target",
    "templates",
    "venv",
];

impl Content {
    /// Adds everything below a directory. Hidden directories and links to directories are not entered.
    ///
    /// # Errors
    /// The directory itself, or one below it, cannot be read.
    pub(super) fn add(&mut self, dir: &Path) -> std::io::Result<()> {
        let role = is_role(dir);
        if role {
            self.roles.push(dir.to_owned());
        }
        let mut entries = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = match dir == Path::new(".") {
                true => PathBuf::from(name),
                false => dir.join(name),
            };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let passed_over = FOREIGN.contains(&name) || (role && PARTS.contains(&name));
                if !passed_over {
                    self.add(&path)?;
                }
            } else if is_yaml(&path) && path.is_file() && looks_like_playbook(&path) {
                self.playbooks.push(path);
            }
        }
        Ok(())
    }
}

/// Whether a file may hold YAML.
pub(super) fn is_yaml(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("yml" | "yaml"))
}

fn is_role(dir: &Path) -> bool {
    let has = |part: &str| ["yml", "yaml"].map(|ending| dir.join(part).with_extension(ending));
    let main = |part: &str| {
        has(&format!("{part}/main"))
            .iter()
            .any(|path| path.is_file())
    };
    let among_roles = dir.parent().and_then(Path::file_name) == Some("roles".as_ref());
    main("tasks") || main("meta") || (among_roles && dir.join("tasks").is_dir())
}

/// Whether a file is a list of plays or imports of playbooks, by its look; it may be broken all the same.
fn looks_like_playbook(path: &Path) -> bool {
    let Ok(text) = fs::read_to_string(path) else {
        return false;
    };
    let mut list = false;
    let mut plays = false;
    // How far the keywords of the entry are indented.
    let mut indent = None;
    for line in text.lines() {
        let first = line.starts_with("- ") || line == "-";
        list |= first;
        if !list && !line.is_empty() && !line.starts_with(['#', '-', '%', ' ']) {
            return false;
        }
        let Some(rest) = line.strip_prefix(['-', ' ']).map(str::trim_start) else {
            continue;
        };
        let deep = line.len() - rest.len();
        if first || indent.is_none() {
            indent = (!rest.is_empty()).then_some(deep);
        }
        if indent != Some(deep) {
            continue;
        }
        match rest.split_once(':') {
            Some(("hosts" | "import_playbook" | "ansible.builtin.import_playbook", _)) => {
                plays = true;
            }
            // Rules of an event-driven rulebook also have hosts.
            Some(("sources" | "rules" | "rulesets", _)) => return false,
            _ => {}
        }
    }
    list && plays
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> String {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut content = Content::default();
        content.add(home.path()).unwrap();
        let names = |paths: &[PathBuf]| {
            let names = paths.iter().map(|path| path.strip_prefix(home.path()));
            let names: Vec<_> = names
                .map(|name| name.unwrap().display().to_string())
                .collect();
            names.join(" ")
        };
        format!("{} | {}", names(&content.playbooks), names(&content.roles))
    }

    #[test]
    fn finds_playbooks_by_their_look_and_roles_by_their_files() {
        let files = [
            ("site.yml", "---\n# all\n- name: x\n  hosts: all\n"),
            ("more/import.yaml", "- import_playbook: ../site.yml\n"),
            ("group_vars/all.yml", "hosts: all\n"),
            ("tasks/a.yml", "- debug:\n    hosts: x\n"),
            ("rules.yml", "- hosts: all\n  sources: []\n"),
            (".hidden/site.yml", "- hosts: all\n"),
            ("roles/a/tasks/main.yml", "- hosts: all\n"),
            ("roles/a/molecule/site.yml", "- hosts: all\n"),
            ("roles/b/tasks/other.yml", "- ping:\n"),
        ];
        let expected = "more/import.yaml roles/a/molecule/site.yml site.yml | roles/a roles/b";
        assert_eq!(found(&files), expected);
    }
}
