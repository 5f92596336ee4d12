use {
    super::{object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
    std::{
        collections::BTreeMap,
        path::Path,
        sync::mpsc::{self, RecvTimeoutError},
        thread,
        time::{Duration, Instant},
    },
};

/// So long may a file system take to answer, where nobody says how long.
const LIMIT: Duration = Duration::from_secs(10);

/// How often is looked whether the step goes on.
const LOOK: Duration = Duration::from_millis(100);

/// File systems on devices and from the network.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    read_within(probe, None, &mut Vec::new())
}

/// File systems on devices and from the network. One that does not answer within the limit (10 seconds, where none is given)
/// comes without its sizes, with a note and a warning.
pub fn read_within(
    probe: &Probe,
    limit: Option<Duration>,
    warnings: &mut Vec<String>,
) -> Result<Object, Failure> {
    let mut mounts = table(probe);
    let paths: Vec<String> = mounts.iter().map(path).collect();
    let answers = ask(probe, &paths, limit.unwrap_or(LIMIT), sizes)?;
    for ((mount, path), answer) in mounts.iter_mut().zip(paths).zip(answers) {
        match answer {
            Some(sizes) => mount.extend(sizes),
            None => {
                let note = "Could not get extra information due to timeout";
                mount.insert("note".into(), note.into());
                warnings.push(format!(
                    "Timeout exceeded when getting mount info for {path}"
                ));
            }
        }
    }
    let mounts: Vec<Value> = mounts.into_iter().map(Value::Object).collect();
    Ok(object([("mounts", mounts.into())]))
}

/// What the kernel's table says: that never hangs.
fn table(probe: &Probe) -> Vec<Object> {
    let names = identities(probe);
    let table = text(probe, "/proc/self/mounts");
    let lines = table.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?, words.next()?))
    });
    lines
        .filter(|(device, _, kind, _)| {
            (device.starts_with('/') || device.contains(":/")) && *kind != "none"
        })
        .map(|(device, path, kind, options)| {
            let uuid = names.get(device).map_or("N/A", String::as_str);
            object([
                ("mount", unescaped(path).into()),
                ("device", unescaped(device).into()),
                ("fstype", kind.into()),
                ("options", options.into()),
                ("dump", 0.into()),
                ("passno", 0.into()),
                ("uuid", uuid.into()),
            ])
        })
        .collect()
}

fn path(mount: &Object) -> String {
    let path = mount.get("mount").and_then(Value::as_str);
    path.unwrap_or_default().to_owned()
}

/// Asks all at once, each in a thread of its own: one that hangs in the kernel cannot be called back, so it is left alone.
fn ask(
    probe: &Probe,
    paths: &[String],
    limit: Duration,
    stat: fn(&str) -> Object,
) -> Result<Vec<Option<Object>>, Failure> {
    let (sender, arrivals) = mpsc::channel();
    for (number, path) in paths.iter().enumerate() {
        let (sender, own) = (sender.clone(), path.clone());
        let thread = thread::Builder::new();
        // Nobody listens any more once it was given up.
        let asking = thread.spawn(move || sender.send((number, stat(&own))).is_ok());
        asking.map_err(Failure::io("ask the file system at", Path::new(path)))?;
    }
    drop(sender);
    let mut answers = vec![None; paths.len()];
    let begun = Instant::now();
    while let Some(left) = limit.checked_sub(begun.elapsed()) {
        match arrivals.recv_timeout(left.min(LOOK)) {
            Ok((number, answer)) => answers[number] = Some(answer),
            Err(RecvTimeoutError::Timeout) => probe.check()?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(answers)
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

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Step, Watch},
    };

    /// A file system whose server is gone.
    fn stat(path: &str) -> Object {
        if path == "/dead" {
            loop {
                thread::park();
            }
        }
        object([("size_total", 1.into())])
    }

    #[test]
    fn what_does_not_answer_is_given_up_and_the_others_are_not() {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let paths = ["/", "/dead", "/home"].map(str::to_owned);
        let answers = ask(&probe, &paths, Duration::from_millis(200), stat).unwrap();
        let answered: Vec<bool> = answers.iter().map(Option::is_some).collect();
        assert_eq!(answered, [true, false, true]);
    }

    #[test]
    fn the_end_of_the_step_ends_the_waiting() {
        let watch = Watch::default();
        let mut probe = Probe::new(Box::new(Alone), watch.clone());
        probe.begin(Step::new(7, None));
        watch.cancel(7);
        let ended = ask(&probe, &["/dead".to_owned()], Duration::MAX, stat);
        assert!(matches!(ended, Err(Failure::Cancelled)));
    }

    #[test]
    fn a_mount_that_is_given_up_comes_with_a_note_and_a_warning() {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let mut warnings = Vec::new();
        let facts = read_within(&probe, Some(Duration::ZERO), &mut warnings).unwrap();
        let mounts = facts["mounts"].as_array().unwrap();
        assert!(!mounts.is_empty());
        assert_eq!(warnings.len(), mounts.len());
        for mount in mounts {
            assert!(mount["note"].as_str().unwrap().contains("timeout"));
            assert!(mount["size_total"].is_null() && mount["mount"].is_string());
        }
    }
}
