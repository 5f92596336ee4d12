use {
    crate::{
        act::{Bits, Failure, Probe},
        wire::{Effect, EntryKind, Foreseen},
    },
    std::path::Path,
};

const FILE: &str = "/proc/self/mountinfo";

/// What is mounted, as the kernel says it.
#[derive(Clone, Debug)]
pub(super) struct Mounts {
    text: String,
}

/// A file system that is mounted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mounted {
    /// Major and minor number.
    device: String,
    /// What of the file system is mounted.
    root: String,
    path: String,
    pub kind: String,
    pub source: String,
}

impl Mounts {
    pub fn read(probe: &Probe) -> Result<Self, Failure> {
        let bytes = probe.read(Path::new(FILE))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Self { text })
    }

    fn all(&self) -> impl Iterator<Item = Mounted> + '_ {
        self.text.lines().filter_map(Mounted::read)
    }

    /// What is mounted at a path: the last that was.
    pub fn at(&self, path: &str) -> Option<Mounted> {
        self.all().filter(|mounted| mounted.path == path).last()
    }

    /// Whether what is mounted at a path is this device, or this directory of another file system.
    pub fn comes_from(&self, path: &str, source: &str) -> bool {
        let Some(here) = self.at(path) else {
            return false;
        };
        let bound = self.all().any(|there| {
            let below = here.root.strip_prefix(there.root.trim_end_matches('/'));
            there.path != path
                && there.device == here.device
                && below.is_some_and(|below| {
                    let place = format!("{}{below}", there.path.trim_end_matches('/'));
                    place.trim_end_matches('/') == source.trim_end_matches('/')
                })
        });
        here.source == source || bound
    }

    /// What later looks see once something is mounted there, or nothing.
    pub fn foresee(&self, path: &str, now: Option<(&str, &str)>) -> Effect {
        let here = |line: &&str| Mounted::read(line).is_none_or(|mounted| mounted.path != path);
        let mut lines: Vec<String> = self.text.lines().filter(here).map(Into::into).collect();
        lines.extend(now.map(|(source, kind)| {
            let [path, source] = [path, source].map(escaped);
            format!("0 0 0:0 / {path} rw - {kind} {source} rw")
        }));
        let content = Foreseen::Text(lines.join("\n") + "\n");
        let bits = Bits {
            mode: 0o444,
            uid: 0,
            gid: 0,
        };
        Effect::Path {
            path: FILE.into(),
            entry: Some(bits.entry(EntryKind::File { content })),
        }
    }
}

impl Mounted {
    fn read(line: &str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let before: Vec<&str> = before.split(' ').collect();
        let after: Vec<&str> = after.split(' ').collect();
        let [_, _, device, root, path, ..] = before.as_slice() else {
            return None;
        };
        let [kind, source, ..] = after.as_slice() else {
            return None;
        };
        Some(Self {
            device: (*device).into(),
            root: unescaped(root),
            path: unescaped(path),
            kind: (*kind).into(),
            source: unescaped(source),
        })
    }
}

/// As the kernel and fstab write names.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\134").replace(' ', "\\040")
}

fn unescaped(name: &str) -> String {
    let pairs = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    pairs.iter().fold(name.to_owned(), |name, (code, letter)| {
        name.replace(code, letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_where_things_come_from() {
        let mounts = Mounts {
            text: "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
                   30 22 8:2 / /srv rw shared:1 - xfs /dev/sdb rw\n\
                   31 22 8:2 /data/a /mnt/a\\040b rw - xfs /dev/sdb rw\n\
                   32 22 8:1 /var/x /mnt/x rw - ext4 /dev/sda1 rw\n"
                .into(),
        };
        assert_eq!(mounts.at("/mnt/a b").unwrap().kind, "xfs");
        assert!(mounts.comes_from("/srv", "/dev/sdb"));
        assert!(mounts.comes_from("/mnt/a b", "/srv/data/a/"));
        assert!(mounts.comes_from("/mnt/x", "/var/x"));
        assert!(!mounts.comes_from("/mnt/x", "/var"));
        assert!(mounts.at("/mnt").is_none());
    }
}
