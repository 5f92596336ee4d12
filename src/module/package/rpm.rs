//! What rpm knows about packages.

use {
    super::wildcard,
    crate::act::{Failure, Probe, Question},
};

/// An installed RPM package, or one in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RpmPackage {
    pub name: String,
    pub epoch: u32,
    pub version: String,
    pub release: String,
    pub architecture: String,
}

/// All installed packages.
#[derive(Clone, Debug, Default)]
pub struct RpmPackages(pub Vec<RpmPackage>);

impl RpmPackages {
    /// Asks rpm.
    pub fn ask(probe: &Probe) -> Result<Self, Failure> {
        let finished = probe.ask(&Question::RpmPackages)?;
        match finished.success() {
            true => Ok(Self::read(&finished.text())),
            false => Err(Failure::refused(format!(
                "rpm cannot list the installed packages: {}",
                finished.complaint()
            ))),
        }
    }

    fn read(text: &str) -> Self {
        Self(text.lines().filter_map(RpmPackage::read).collect())
    }

    /// What is installed of a package, given as dnf takes it: name, name and architecture, name and version, all of it; also
    /// as a pattern.
    pub fn named<'a>(&'a self, spec: &'a str) -> impl Iterator<Item = &'a RpmPackage> {
        self.0.iter().filter(move |package| package.is(spec))
    }
}

impl RpmPackage {
    /// Reads a line of the answer; `None` for what is no package of the system (the keys that rpm knows).
    pub fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, epoch, version, release, architecture] = fields.as_slice() else {
            return None;
        };
        (*name != "gpg-pubkey").then(|| Self {
            name: (*name).into(),
            epoch: epoch.parse().unwrap_or(0),
            version: (*version).into(),
            release: (*release).into(),
            architecture: (*architecture).into(),
        })
    }

    /// Version and release, with the epoch where there is one.
    pub fn full_version(&self) -> String {
        let Self {
            version, release, ..
        } = self;
        match self.epoch {
            0 => format!("{version}-{release}"),
            epoch => format!("{epoch}:{version}-{release}"),
        }
    }

    /// The name with all that follows it.
    pub fn full_name(&self) -> String {
        format!(
            "{}-{}.{}",
            self.name,
            self.full_version(),
            self.architecture
        )
    }

    fn is(&self, spec: &str) -> bool {
        let Self {
            name,
            epoch,
            version,
            release,
            architecture,
        } = self;
        let fits = |known: &str| wildcard::fits(spec, known);
        fits(name) || fits(&format!("{name}.{architecture}")) || {
            let forms = [
                format!("{name}-{version}"),
                format!("{name}-{version}-{release}"),
                format!("{name}-{version}-{release}.{architecture}"),
                format!("{name}-{epoch}:{version}"),
                format!("{name}-{epoch}:{version}-{release}"),
                format!("{name}-{epoch}:{version}-{release}.{architecture}"),
                format!("{epoch}:{name}-{version}-{release}.{architecture}"),
            ];
            forms.iter().any(|form| fits(form))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_packages_by_all_their_names() {
        let packages = RpmPackages::read(
            "nginx\t1\t1.20.1\t14.el9\tx86_64\ngpg-pubkey\t0\t1\t2\t(none)\njq\t0\t1.6\t15.el9\tx86_64\n",
        );
        assert_eq!(packages.0.len(), 2);
        for spec in [
            "nginx",
            "nginx.x86_64",
            "nginx-1.20.1",
            "nginx-1:1.20.1-14.el9.x86_64",
            "nginx-1.2*",
            "ngin?",
        ] {
            assert_eq!(packages.named(spec).count(), 1, "{spec}");
        }
        for spec in ["nginx.i686", "nginx-1.2", "ngin", "gpg-pubkey"] {
            assert_eq!(packages.named(spec).count(), 0, "{spec}");
        }
        let nginx = packages.named("nginx").next().unwrap();
        assert_eq!(nginx.full_name(), "nginx-1:1.20.1-14.el9.x86_64");
        assert_eq!(
            packages.named("jq").next().unwrap().full_version(),
            "1.6-15.el9"
        );
    }
}
