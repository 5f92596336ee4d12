//! Every playbook of `compat/playbooks` runs alike under ansible-core and under farcast: the same steps on the same hosts with
//! the same results, what `debug` shows, the recap, the exit code, and the files that are written.
//!
//! A case is a folder with a `play.yml`; what it writes goes to `out/` beside it. Its `runs` holds one line of arguments a run
//! (none: one run without arguments), its `hosts` an inventory (none: `compat/playbooks/hosts`), its `ansible.cfg` the
//! configuration (none: `compat/playbooks/ansible.cfg`, and facts are gathered where a play says so).
//! `COMPAT_CASE` names a case to run alone.
//!
//! Needs `FARCAST_ORACLE`: the directory that holds ansible-core's programs and its `python`.
#![cfg(feature = "controller")]

#[path = "compat/happening.rs"]
mod happening;
#[path = "compat/table.rs"]
mod table;

use {
    happening::{farcast_happenings, oracle_happenings, ordered},
    std::{
        cmp::Ordering,
        collections::BTreeMap,
        env, fs,
        path::{Path, PathBuf},
        process::{self, Command, Stdio},
        sync::Mutex,
        thread,
    },
};

/// One run of a case's playbook.
#[derive(Clone)]
struct Run {
    case: String,
    number: usize,
    arguments: Vec<String>,
}

/// What a run came to, as text to compare line by line.
type Told = Vec<String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat")
}

fn oracle() -> PathBuf {
    let Some(dir) = env::var_os("FARCAST_ORACLE") else {
        panic!(
            "set FARCAST_ORACLE to the directory that holds ansible-core's programs, such as /opt/ansible/bin"
        );
    };
    PathBuf::from(dir)
}

fn runs() -> Vec<Run> {
    let only = env::var("COMPAT_CASE").ok();
    let mut cases: Vec<_> = fs::read_dir(folder().join("playbooks"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("play.yml").is_file())
        .collect();
    cases.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let wanted = |path: &PathBuf| only.as_ref().is_none_or(|only| name(path) == *only);
    cases
        .into_iter()
        .filter(wanted)
        .flat_map(|path| runs_of(&path, &name(&path)))
        .collect()
}

fn runs_of(path: &Path, case: &str) -> Vec<Run> {
    let text = fs::read_to_string(path.join("runs")).unwrap_or_else(|_| "\n".to_owned());
    let words = |line: &str| shlex::split(line).expect("a line of arguments");
    text.lines()
        .enumerate()
        .map(|(number, line)| Run {
            case: case.to_owned(),
            number,
            arguments: words(line),
        })
        .collect()
}

/// A directory of one side's own, taken away in the end.
struct Copy(PathBuf);

impl Copy {
    fn of(run: &Run, side: &str) -> Self {
        let name = format!(
            "farcast-compat-{}-{side}-{}-{}",
            process::id(),
            run.case,
            run.number
        );
        let dir = env::temp_dir().join(name);
        copy(
            &folder().join("playbooks").join(&run.case),
            &dir.join("case"),
        );
        fs::create_dir_all(dir.join("case/out")).unwrap();
        Self(dir)
    }

    fn case(&self) -> PathBuf {
        self.0.join("case")
    }

    fn config(&self) -> PathBuf {
        let own = self.case().join("ansible.cfg");
        match own.exists() {
            true => own,
            false => folder().join("playbooks/ansible.cfg"),
        }
    }

    /// A command in the copy, with nothing of this machine's own settings.
    fn command(&self, program: &Path, verb: Option<&str>, run: &Run) -> Command {
        // What never ends is no reason to wait for ever.
        let mut command = Command::new("timeout");
        let hosts = match self.case().join("hosts").exists() {
            true => PathBuf::from("hosts"),
            false => folder().join("playbooks/hosts"),
        };
        let path = env::var_os("PATH").unwrap_or_default();
        command
            .current_dir(self.case())
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.0)
            .env("LC_ALL", "C.UTF-8")
            // Hosts in turn: what they give together must not depend on which is faster.
            .env("ANSIBLE_FORKS", "1")
            .env("ANSIBLE_CONFIG", self.config())
            .env("ANSIBLE_PYTHON_INTERPRETER", oracle().join("python"))
            .env("FARCAST_ANSIBLE_PYTHON", oracle().join("python"))
            .stdin(Stdio::null())
            .arg("90")
            .arg(program)
            .args(verb)
            .arg("-i")
            .arg(hosts)
            .args(["-c", "local"])
            .args(&run.arguments);
        if !run
            .arguments
            .iter()
            .any(|argument| argument.ends_with(".yml"))
        {
            command.arg("play.yml");
        }
        command
    }

    /// Every file below `out`, with what is in it.
    fn written(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let out = self.case().join("out");
        let mut rest = vec![out.clone()];
        while let Some(dir) = rest.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    rest.push(path);
                    continue;
                }
                let name = path.strip_prefix(&out).unwrap().display().to_string();
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                files.insert(name, text);
            }
        }
        files
    }

    /// All that can be compared of a run.
    fn told(&self, happenings: Told, code: Option<i32>) -> Told {
        let mut told = happenings;
        told.push(format!("exit {code:?}"));
        for (name, text) in self.written() {
            told.push(format!("file {name}: {text:?}"));
        }
        let own = self.case().display().to_string();
        told.iter().map(|line| line.replace(&own, "DIR")).collect()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &there),
            false => fs::copy(&path, &there).map(|_| ()).unwrap(),
        }
    }
}

fn by_oracle(run: &Run) -> (Told, String) {
    let copy = Copy::of(run, "theirs");
    let happenings = copy.0.join("happenings");
    let output = copy
        .command(&oracle().join("ansible-playbook"), None, run)
        .env("ANSIBLE_CALLBACK_PLUGINS", folder().join("callback"))
        .env("ANSIBLE_CALLBACKS_ENABLED", "happenings")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("ANSIBLE_PIPELINING", "1")
        .env("ANSIBLE_RETRY_FILES_ENABLED", "0")
        .env("COMPAT_HAPPENINGS", &happenings)
        .output()
        .expect("FARCAST_ORACLE holds ansible-core's programs");
    let text = fs::read_to_string(&happenings).unwrap_or_default();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        copy.told(ordered(oracle_happenings(&text)), output.status.code()),
        errors,
    )
}

/// Step by step, and as it runs where nothing is said.
const LOOK_AHEAD: [Option<&str>; 2] = [Some("1"), None];

fn by_farcast(run: &Run, look_ahead: Option<&str>) -> (Told, String) {
    let copy = Copy::of(run, "ours");
    let mut command = copy.command(Path::new(env!("CARGO_BIN_EXE_farcast")), Some("apply"), run);
    command.args(["--format", "jsonl"]);
    let agents = env::var_os("FARCAST_AGENT_DIR").map(|agents| ("FARCAST_AGENT_DIR", agents));
    let look_ahead = look_ahead.map(|steps| ("FARCAST_LOOK_AHEAD", steps.into()));
    command.envs(agents.into_iter().chain(look_ahead));
    let output = command.output().expect("farcast starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        copy.told(ordered(farcast_happenings(&text)), output.status.code()),
        errors,
    )
}

/// The lines of both sides; those that only one has are marked, and of equal ones only the nearest are shown.
fn difference(theirs: &Told, ours: &Told) -> String {
    let (mut one, mut other) = (theirs.as_slice(), ours.as_slice());
    let mut lines = Vec::new();
    while let (Some(their), Some(our)) = (one.first(), other.first()) {
        let later = |line: &String, lines: &[String]| {
            lines
                .iter()
                .position(|next| next == line)
                .unwrap_or(lines.len())
        };
        match later(their, other).cmp(&later(our, one)) {
            _ if their == our => {
                lines.push(format!("          | {their}"));
                (one, other) = (&one[1..], &other[1..]);
            }
            Ordering::Less => {
                lines.push(format!("  farcast | {our}"));
                other = &other[1..];
            }
            _ => {
                lines.push(format!("  ansible | {their}"));
                one = &one[1..];
            }
        }
    }
    lines.extend(one.iter().map(|line| format!("  ansible | {line}")));
    lines.extend(other.iter().map(|line| format!("  farcast | {line}")));
    let marked = |line: &String| !line.starts_with("     ");
    let near = |at: usize| {
        lines[at.saturating_sub(2)..(at + 2).min(lines.len())]
            .iter()
            .any(marked)
    };
    let shown = (0..lines.len()).filter(|at| near(*at));
    shown
        .take(40)
        .map(|at| format!("{}\n", lines[at]))
        .collect()
}

fn compare(run: &Run) -> Vec<String> {
    let (theirs, their_errors) = by_oracle(run);
    let errors = |text: &str| text.lines().take(8).collect::<Vec<_>>().join("\n    ");
    let differs = |look_ahead| {
        let (ours, our_errors) = by_farcast(run, look_ahead);
        let (case, arguments) = (&run.case, run.arguments.join(" "));
        (theirs != ours).then(|| {
            format!(
                "== {case} {arguments} (look ahead: {look_ahead:?})\n{}  ansible's errors: {}\n  farcast's errors: {}\n",
                difference(&theirs, &ours),
                errors(&their_errors),
                errors(&our_errors)
            )
        })
    };
    LOOK_AHEAD.into_iter().filter_map(differs).collect()
}

#[test]
fn every_playbook_runs_as_under_ansible() {
    let mut queue = runs();
    assert!(!queue.is_empty(), "no such case");
    queue.reverse();
    let (queue, different) = (Mutex::new(queue), Mutex::new(Vec::new()));
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                // The lock is let go before the run begins.
                let next = || queue.lock().unwrap().pop();
                while let Some(run) = next() {
                    different.lock().unwrap().extend(compare(&run));
                }
            });
        }
    });
    let different = different.into_inner().unwrap();
    assert!(
        different.is_empty(),
        "{} runs differ\n{}",
        different.len(),
        different.join("\n")
    );
}

/// `COMPAT_WRITE` writes it.
#[test]
fn the_document_says_what_the_cases_use() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compatibility.md");
    let text = fs::read_to_string(&path).unwrap();
    let table = table::written(&folder().join("playbooks"));
    let (before, rest) = text.split_once("| word |").expect("the table");
    let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
    let wanted = match after {
        "" => format!("{before}{table}"),
        after => format!("{before}{table}\n{after}"),
    };
    if env::var_os("COMPAT_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == wanted,
        "the table is out of date: write it with COMPAT_WRITE=1"
    );
}
