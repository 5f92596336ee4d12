//! What is loaded when the host starts: a directory of lists of modules, and one of their parameters.

use {
    super::{super::text, Modprobe},
    crate::{
        act::{Acts, Failure, Probe},
        module::system::text::write,
    },
    std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
    },
};

const LISTS: &str = "/etc/modules-load.d";
const PARAMETERS: &str = "/etc/modprobe.d";

impl Modprobe {
    /// Sees to it that the module is loaded with its parameters.
    pub(super) fn persist(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        let file = format!("{}.conf", self.name);
        let lists = files(probe, LISTS)?;
        if !lists
            .iter()
            .any(|(_, text)| text.lines().any(|line| is_listed(line, &self.name)))
        {
            let text = format!("{}\n", self.name);
            write(probe, acts, &Path::new(LISTS).join(&file), text, false)?;
        }
        let before = files(probe, PARAMETERS)?;
        let lines = before.iter().flat_map(|(_, text)| text.lines());
        let known: BTreeSet<&str> = lines
            .filter_map(|line| parameter(line, &self.name))
            .collect();
        let wanted: Vec<&str> = self.params.split_whitespace().collect();
        if known == wanted.iter().copied().collect() {
            return Ok(());
        }
        let own = Path::new(PARAMETERS).join(&file);
        let named = |line: &str| parameter(line, &self.name).is_some();
        for (path, text) in &before {
            if *path != own || wanted.is_empty() {
                silence(probe, acts, path, text, named)?;
            }
        }
        if !wanted.is_empty() {
            let lines = wanted
                .iter()
                .map(|word| format!("options {} {word}\n", self.name));
            write(probe, acts, &own, lines.collect(), false)?;
        }
        Ok(())
    }

    /// Sees to it that the module is not loaded.
    pub(super) fn forget(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        for (path, text) in files(probe, LISTS)? {
            silence(probe, acts, &path, &text, |line| {
                is_listed(line, &self.name)
            })?;
        }
        for (path, text) in files(probe, PARAMETERS)? {
            silence(probe, acts, &path, &text, |line| {
                parameter(line, &self.name).is_some()
            })?;
        }
        Ok(())
    }
}

fn files(probe: &Probe, directory: &str) -> Result<Vec<(PathBuf, String)>, Failure> {
    let directory = Path::new(directory);
    if !probe.exists(directory)? {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for name in probe.list(directory)? {
        let path = directory.join(name);
        if probe.follow(&path)?.is_some_and(|inode| inode.is_file())
            && let Some(text) = text::read(probe, &path)?
        {
            files.push((path, text));
        }
    }
    Ok(files)
}

/// Makes lines comments.
fn silence(
    probe: &Probe,
    acts: &mut Acts,
    path: &Path,
    text: &str,
    meant: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    let lines = text.split_inclusive('\n').map(|line| match meant(line) {
        true => format!("#{line}"),
        false => line.to_owned(),
    });
    let after: String = lines.collect();
    match after == text {
        true => Ok(()),
        false => write(probe, acts, path, after, false),
    }
}

fn uncommented(line: &str) -> &str {
    line.split(['#', ';']).next().unwrap_or_default().trim_end()
}

fn is_listed(line: &str, name: &str) -> bool {
    uncommented(line).trim_start() == name
}

/// The parameter that a line gives a module: one, as `name=value`.
fn parameter<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let rest = uncommented(line).strip_prefix("options ")?;
    let word = rest.strip_prefix(name)?.strip_prefix(' ')?;
    let (key, value) = word.split_once('=')?;
    let plain = key
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_');
    (plain && !key.is_empty() && !value.is_empty() && !word.contains(' ')).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_and_parameters() {
        assert!(is_listed(" dummy  # why\n", "dummy"));
        assert!(!is_listed("#dummy\n", "dummy") && !is_listed("dummy2", "dummy"));
        assert_eq!(parameter("options dummy a=1 # why\n", "dummy"), Some("a=1"));
        assert_eq!(parameter("options dummy2 a=1", "dummy"), None);
        assert_eq!(parameter("options dummy a=1 b=2", "dummy"), None);
        assert_eq!(parameter("#options dummy a=1", "dummy"), None);
    }
}
