//! What is shown, registered, notified and counted is the same whether steps are sent to hosts one by one or many at once, and so
//! is what is on the hosts afterwards: every story here is planned and applied both ways on the same real hosts.

#[path = "../farcast/mod.rs"]
mod farcast_program;
#[path = "../faults/ground.rs"]
mod ground;

use {
    farcast_program::Ran,
    ground::Ground,
    libtest_mimic::{Arguments, Failed, Trial},
    serde_json::Value,
    std::{
        fs,
        path::Path,
        process::ExitCode,
        sync::{Arc, Mutex, PoisonError},
    },
};

type Shared = Arc<Mutex<Option<Result<Ground, String>>>>;

/// Step by step, and as it runs where nothing is said.
const WIDTHS: [&[&str]; 2] = [&["--look-ahead=1"], &[]];

/// For one host, whose changes follow each other; for two, which wait for each other; and where one of them has two names: in
/// turn, or it would be chance which of them changes something.
const LIMITS: [&[&str]; 3] = [
    &["--limit=debian"],
    &["--limit=debian,centos"],
    &["--limit=debian,centos,again", "--forks=1"],
];

/// The role `said`: a single step, and others that nobody can know before they are included.
const ROLE: [(&str, &str); 2] = [
    ("main.yml", "- shell: echo said >> /srv/ahead/log\n"),
    (
        "rare.yml",
        "- ini_file: {path: /srv/ahead/conf.ini, section: one, option: key, value: new}\n- shell: echo rare >> /srv/ahead/log\n",
    ),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share two hosts.
    arguments.test_threads = Some(1);
    let shared = Shared::default();
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ahead");
    let stories = fs::read_dir(stories).expect("the stories stand beside this file");
    let mut names: Vec<_> = stories
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .collect();
    names.sort();
    let trials = names.into_iter().map(|path| {
        let name = path.file_stem().unwrap_or_default().display().to_string();
        let shared = Arc::clone(&shared);
        Trial::test(name, move || {
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            match shared.get_or_insert_with(Ground::up) {
                Ok(ground) => is_the_same(ground, &path).map_err(Failed::from),
                Err(error) => Err(Failed::from(error.as_str())),
            }
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let ground = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    match ground.map_or(Ok(()), |ground| ground.and_then(Ground::down)) {
        Ok(()) => conclusion.exit_code(),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn is_the_same(ground: &Ground, story: &Path) -> Result<(), String> {
    for limit in LIMITS {
        let told: Result<Vec<_>, _> = WIDTHS
            .iter()
            .map(|width| told(ground, story, limit, width))
            .collect();
        let told = told?;
        for (width, other) in WIDTHS.iter().zip(&told).skip(1) {
            let different = told[0].iter().zip(other).find(|(one, other)| one != other);
            if let Some((one, other)) = different {
                return Err(format!(
                    "{limit:?}, {width:?}:\n{other}\nstep by step:\n{one}"
                ));
            }
            if told[0].len() != other.len() {
                return Err(format!("{limit:?}, {width:?}: not as much was told"));
            }
        }
    }
    Ok(())
}

/// All that can be told of a dry run, a run, and the same run again, on hosts that know nothing of the story yet.
fn told(
    ground: &Ground,
    story: &Path,
    limit: &[&str],
    width: &[&str],
) -> Result<Vec<String>, String> {
    for host in ["debian", "centos"] {
        let clean = "rm -rf /srv/ahead; userdel -r ahead 2>/dev/null; mkdir /srv/ahead; chmod 777 /srv/ahead";
        ground.on(host, &["sh", "-c", clean])?;
    }
    let address = ground.host("debian")?.address;
    // The same machine by another name.
    let inventory = format!("again ansible_host={address} ansible_port=22\n");
    let mut told = Vec::new();
    for verb in ["plan", "apply", "apply"] {
        let mut command = ground.call(&[verb, "--format=jsonl"], &inventory, "    - ping:\n")?;
        let role = ground.file("roles/said/tasks");
        fs::create_dir_all(&role)
            .and_then(|()| {
                let mut files = ROLE.iter();
                files.try_for_each(|(name, text)| fs::write(role.join(name), text))
            })
            .and_then(|()| fs::copy(story, ground.file("playbook.yml")))
            .map_err(|error| error.to_string())?;
        command.args(limit).args(width);
        let ran = Ran::of(command)?;
        if ran.code == 1 {
            return Err(ran.said());
        }
        told.push(format!("{verb}: exit code {}", ran.code));
        told.extend(events(&ran)?);
        for host in ["debian", "centos"] {
            let look = "find /srv/ahead -type f | sort | xargs -r head -n 99; find /srv/ahead -printf '%p %M %u\\n' | sort; getent passwd ahead";
            let disk = ground.on(host, &["sh", "-c", &format!("{look}; true")])?;
            told.push(format!("{verb}: {host} has\n{disk}"));
        }
    }
    Ok(told)
}

/// The events without what is another each time; hosts that are at a step together in one order.
fn events(ran: &Ran) -> Result<Vec<String>, String> {
    let mut events = Vec::new();
    for line in ran.stdout.lines() {
        let event = serde_json::from_str(line);
        let mut event: Value = event.map_err(|error| format!("{error}: {line}\n{}", ran.stderr))?;
        forget(&mut event);
        events.push(event);
    }
    // Whole runs of events of one step, not more.
    for step in events.chunk_by_mut(|one, other| one["task"] == other["task"]) {
        step.sort_by_key(|event| (event["host"].to_string(), event["event"] == "host_finished"));
    }
    Ok(events.iter().map(Value::to_string).collect())
}

const TIMES: &[&str] = &[
    "time", "sequence", "elapsed", "start", "end", "delta", "atime", "mtime", "ctime", "inode",
    "size",
];

fn forget(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|name, _| !TIMES.contains(&name.as_str()));
            entries.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}
