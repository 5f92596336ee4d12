//! What dpkg knows about packages.

use {
    super::wildcard,
    crate::act::{Failure, Probe, Question},
};

/// A package that dpkg knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebianPackage {
    pub name: String,
    pub architecture: String,
    pub version: String,
    pub section: String,
    /// Whether it is installed; else only configuration files are left of it.
    pub installed: bool,
    provides: Vec<String>,
}

/// All packages that dpkg knows.
#[derive(Clone, Debug, Default)]
pub struct DebianPackages(pub Vec<DebianPackage>);

impl DebianPackages {
    /// Asks dpkg.
    pub fn ask(probe: &Probe) -> Result<Self, Failure> {
        let finished = probe.ask(&Question::DebianPackages)?;
        // An empty database is code 1 and no word about it on standard output.
        Ok(Self::read(&finished.text()))
    }

    fn read(text: &str) -> Self {
        Self(text.lines().filter_map(package).collect())
    }

    /// What is installed under a name, which may have an architecture (`libc6:i386`).
    pub fn installed(&self, name: &str) -> Option<&DebianPackage> {
        let mut named = self.0.iter().filter(|package| package.is(name));
        named.find(|package| package.installed)
    }

    /// What is there under a name, and be it configuration files.
    pub fn known(&self, name: &str) -> Option<&DebianPackage> {
        let installed = self.installed(name);
        installed.or_else(|| self.0.iter().find(|package| package.is(name)))
    }

    /// Whether an installed package provides a name.
    pub fn provides(&self, name: &str) -> bool {
        let mut installed = self.0.iter().filter(|package| package.installed);
        installed.any(|package| package.provides.iter().any(|provided| provided == name))
    }

    /// The names of the packages there that fit a pattern.
    pub fn fitting<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.0.iter().map(|package| package.name.as_str());
        names.filter(move |name| wildcard::fits(pattern, name))
    }
}

impl DebianPackage {
    fn is(&self, name: &str) -> bool {
        match name.split_once(':') {
            Some((name, "any" | "native")) => self.name == name,
            Some((name, architecture)) => self.name == name && self.architecture == architecture,
            None => self.name == name,
        }
    }
}

fn package(line: &str) -> Option<DebianPackage> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, architecture, version, state, section, provides] = fields.as_slice() else {
        return None;
    };
    let (mut states, provides) = (state.chars().skip(1), provides.split(','));
    Some(DebianPackage {
        name: (*name).into(),
        architecture: (*architecture).into(),
        version: (*version).into(),
        section: (*section).into(),
        installed: match states.next()? {
            // Waiting for triggers is as good as installed.
            'i' | 't' | 'W' => true,
            'n' => return None,
            _ => false,
        },
        provides: provides
            .filter_map(|provided| provided.split_whitespace().next())
            .map(Into::into)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "exim4-daemon-light\tamd64\t4.96-15\tii \tmail\tmail-transport-agent, default-mta (= 1)\n\
        nano\tamd64\t7.2-1\trc \teditors\t\n\
        libc6\ti386\t2.36-9\tii \tlibs\t\n\
        held\tamd64\t1\thi \tadmin\t\n\
        gone\tamd64\t\tun \t\t\n";

    #[test]
    fn knows_what_is_installed() {
        let packages = DebianPackages::read(LINES);
        assert_eq!(packages.installed("held").unwrap().version, "1");
        assert!(packages.installed("nano").is_none());
        assert_eq!(packages.known("nano").unwrap().version, "7.2-1");
        assert!(packages.known("gone").is_none());
        assert!(packages.installed("libc6:i386").is_some());
        assert!(packages.installed("libc6:amd64").is_none());
        assert!(packages.provides("default-mta"));
        assert!(!packages.provides("nano"));
        let fitting: Vec<_> = packages.fitting("*d*").collect();
        assert_eq!(fitting, ["exim4-daemon-light", "held"]);
    }
}
