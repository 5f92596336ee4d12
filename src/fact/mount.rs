use {
    super::{object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
    std::{collections::BTreeMap, path::Path},
};

/// File systems on devices and from the network.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let names = identities(probe);
    let table = text(probe, "/proc/self/mounts");
    let lines = table.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?, words.next()?))
    });
    let mounts = lines
        .filter(|(device, _, kind, _)| {
            (device.starts_with('/') || device.contains(":/")) && *kind != "none"
        })
        .map(|(device, path, kind, options)| {
            let uuid = names.get(device).map_or("N/A", String::as_str);
            let path = unescaped(path);
            let mut facts = object([
                ("mount", path.as_str().into()),
                ("device", unescaped(device).into()),
                ("fstype", kind.into()),
                ("options", options.into()),
                ("dump", 0.into()),
                ("passno", 0.into()),
                ("uuid", uuid.into()),
            ]);
            facts.extend(sizes(&path));
            Value::Object(facts)
        });
    let mounts: Vec<Value> = mounts.collect();
    Ok(object([("mounts", mounts.into())]))
}

/// Blocks and inodes; nothing where the file system does not say.
fn sizes(path: &str) -> Object {
    let Ok(stat) = rustix::fs::statvfs(path) else {
        return Object::new();
    };
    let used = |total: u64, free: u64| Value::from(total.saturating_sub(free));
    object([
        ("size_total", (stat.f_frsize * stat.f_blocks).into()),
        ("size_available", (stat.f_frsize * stat.f_bavail).into()),
        ("block_size", stat.f_bsize.into()),
        ("block_total", stat.f_blocks.into()),
        ("block_available", stat.f_bavail.into()),
        ("block_used", used(stat.f_blocks, stat.f_bavail)),
        ("inode_total", stat.f_files.into()),
        ("inode_available", stat.f_favail.into()),
        ("inode_used", used(stat.f_files, stat.f_favail)),
    ])
}

/// UUIDs by device.
fn identities(probe: &Probe) -> BTreeMap<String, String> {
    let directory = Path::new("/dev/disk/by-uuid");
    let names = probe.list(directory).unwrap_or_default();
    let known = names.into_iter().filter_map(|name| {
        let device = probe.resolve(&directory.join(&name)).ok()?;
        let uuid = name.to_string_lossy().into_owned();
        Some((device.display().to_string(), uuid))
    });
    known.collect()
}

/// The kernel writes blanks in paths as octal escapes.
fn unescaped(path: &str) -> String {
    let pairs = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    pairs
        .iter()
        .fold(path.to_owned(), |path, (from, to)| path.replace(from, to))
}
