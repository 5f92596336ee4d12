//! Package files, on the host or at a URL.

use {
    super::{
        super::{change::Change, dpkg::DebianPackages},
        Apt,
        order::Order,
        plan::Plan,
    },
    crate::act::{Failure, Finished, Host, Probe, Program, Question, Thing},
    std::{fs, path::Path},
};

/// A package file to be fetched and installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    url: String,
    order: Order,
}

impl Apt {
    /// Plans the installation of package files.
    pub(super) fn plan_files(
        &self,
        probe: &Probe,
        files: &str,
        plan: &mut Plan,
    ) -> Result<(), Failure> {
        let mut paths = Vec::new();
        let packages = DebianPackages::ask(probe)?;
        for file in files
            .split(',')
            .map(str::trim)
            .filter(|file| !file.is_empty())
        {
            match file.contains("://") {
                true => self.plan_url(file, &packages, plan)?,
                false if is_installed(probe, &packages, file)? => {}
                false => paths.push(absolute(file)?),
            }
        }
        match paths.is_empty() {
            true => Ok(()),
            false => plan.add(probe, self.order(&["install"], paths)),
        }
    }

    /// A file's name says what is in it: `NAME_VERSION_ARCHITECTURE.deb`. If that is installed, nothing is fetched.
    fn plan_url(
        &self,
        url: &str,
        packages: &DebianPackages,
        plan: &mut Plan,
    ) -> Result<(), Failure> {
        let file = file_name(url);
        if let Some((name, version)) = named(&file) {
            let installed = packages.installed(&name);
            // File names lack the epoch.
            let is_it = |known: &str| {
                known == version
                    || known
                        .split_once(':')
                        .is_some_and(|(_, rest)| rest == version)
            };
            if installed.is_some_and(|package| is_it(&package.version)) {
                return Ok(());
            }
            plan.changes.push(Change {
                before: installed.map(|package| package.version.clone()),
                name,
                after: Some(version),
            });
        } else {
            plan.changes.push(Change::coming(url));
        }
        plan.downloads.push(Download {
            url: url.into(),
            order: self.order(&["install"], Vec::new()),
        });
        Ok(())
    }
}

impl Download {
    /// Fetches the file with apt's own means (its proxies and certificates) and installs it.
    pub fn install(&self, host: &mut Host) -> Result<Finished, Failure> {
        let directory = std::env::temp_dir().join(format!(".farcast-deb-{}", std::process::id()));
        fs::create_dir_all(&directory).map_err(Failure::io("make", &directory))?;
        let done = self.fetch(host, &directory.join("package.deb"));
        fs::remove_dir_all(&directory).map_err(Failure::io("remove", &directory))?;
        done
    }

    fn fetch(&self, host: &mut Host, path: &Path) -> Result<Finished, Failure> {
        let path = path.display().to_string();
        let fetch = ["/usr/lib/apt/apt-helper", "download-file", &self.url, &path];
        host.succeed(&Program::new(fetch))?;
        let mut order = self.order.clone();
        order.names.push(path);
        order.perform(host)
    }
}

fn is_installed(probe: &Probe, packages: &DebianPackages, file: &str) -> Result<bool, Failure> {
    let path = Path::new(file);
    match probe.follow(path)? {
        None => return Err(Failure::missing(Thing::Path, file)),
        Some(inode) if inode.foreseen => {
            return Err(Failure::Unforeseeable(format!("what package {file} holds")));
        }
        Some(_) => {}
    }
    let finished = probe.ask(&Question::DebianFile(absolute(file)?))?;
    if !finished.success() {
        let msg = format!("{file} is no Debian package: {}", finished.complaint());
        return Err(Failure::refused(msg));
    }
    let text = finished.text();
    let field = |name: &str| {
        let mut fields = text.lines().filter_map(|line| line.split_once(": "));
        fields
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.trim())
    };
    let (name, version) = (field("Package").unwrap_or_default(), field("Version"));
    let installed = packages.installed(name);
    Ok(installed.is_some_and(|package| Some(package.version.as_str()) == version))
}

/// apt-get takes only what begins with `/` or `./` as a file.
fn absolute(file: &str) -> Result<String, Failure> {
    let path = std::path::absolute(file).map_err(Failure::io("find", Path::new(file)))?;
    Ok(path.display().to_string())
}

fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or(path);
    name.replace("%3a", ":")
        .replace("%3A", ":")
        .replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%7E", "~")
}

fn named(file: &str) -> Option<(String, String)> {
    let mut parts = file.strip_suffix(".deb")?.split('_');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(version), Some(_), None) => Some((name.into(), version.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_package_files() {
        let file = file_name("https://x.org/a/tool_1.2%2B3-1_amd64.deb?x=y");
        assert_eq!(named(&file), Some(("tool".into(), "1.2+3-1".into())));
        assert_eq!(named(&file_name("https://x.org/latest.deb")), None);
    }
}
