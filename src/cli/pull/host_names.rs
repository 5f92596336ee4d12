use {
    crate::fact,
    std::{fs, path::PathBuf},
};

/// How this machine is called: its full name, and the part before the first dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostNames {
    pub(super) full: String,
    pub(super) short: String,
    /// As the kernel has it.
    node: String,
}

impl HostNames {
    pub(super) fn of_this_machine() -> Self {
        let node = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        // A machine without the file has no other names.
        let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
        Self::new(node, &hosts)
    }

    fn new(node: String, hosts: &str) -> Self {
        let full = fact::full_name(hosts, &node);
        let short = full.split('.').next().unwrap_or_default().to_owned();
        Self { full, short, node }
    }

    /// The playbooks that are looked for, where none is named: the first that is there runs.
    pub(super) fn playbooks(&self) -> Vec<PathBuf> {
        let node = self.node.split('.').next().unwrap_or_default();
        let mut names: Vec<PathBuf> = Vec::new();
        for name in [&self.full, &self.short, node, "local"] {
            let name = PathBuf::from(format!("{name}.yml"));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// A limit to this machine, by whichever of its names an inventory knows it.
    pub(super) fn limit(&self) -> String {
        let names = [
            "localhost",
            "127.0.0.1",
            &self.full,
            &self.short,
            &self.node,
        ];
        let names = names.map(|name| name.replace('.', "\\."));
        // One expression, so that it is one warning where the inventory does not know this machine.
        format!("localhost,~^({})$", names.join("|"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_for_the_full_name_before_the_short_one() {
        let names = HostNames::new("web1".to_owned(), "10.0.0.1 web1.example.org web1\n");
        let playbooks = ["web1.example.org.yml", "web1.yml", "local.yml"];
        assert_eq!(names.playbooks(), playbooks.map(PathBuf::from));
        let names = HostNames::new("web1".to_owned(), "127.0.0.1 localhost web1");
        let playbooks = ["localhost.yml", "web1.yml", "local.yml"];
        assert_eq!(names.playbooks(), playbooks.map(PathBuf::from));
        let names = HostNames::new("web1".to_owned(), "");
        assert_eq!(
            names.playbooks(),
            ["web1.yml", "local.yml"].map(PathBuf::from)
        );
    }

    #[test]
    fn dots_of_a_name_are_dots() {
        let names = HostNames::new("web1.example.org".to_owned(), "");
        assert_eq!(
            names.limit(),
            r"localhost,~^(localhost|127\.0\.0\.1|web1\.example\.org|web1|web1\.example\.org)$"
        );
    }
}
