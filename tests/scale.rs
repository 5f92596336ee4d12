//! One play on several controllers: local processes with a shard each, and what they did joined again.

#![cfg(feature = "controller")]

#[path = "farcast/mod.rs"]
mod farcast_program;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use farcast::event::{Event, Recap, Tally};
use farcast_program::{Farcast, Ran};
use tempfile::TempDir;

/// A controller's directory: an inventory of hosts that are this machine, but for one that cannot be reached.
struct Room {
    home: TempDir,
    farcast: Farcast,
}

const HOSTS: usize = 12;

const PLAYBOOK: &str = "\
- name: Work
  hosts: all
  gather_facts: false
  tasks:
    - name: Leave a file
      copy:
        content: '{{ inventory_hostname }}, one of {{ groups.all | length }}'
        dest: '{{ playbook_dir }}/{{ where }}-{{ inventory_hostname }}'
    - name: Break
      fail:
        msg: as planned
      when: inventory_hostname == 'h05'
    - name: Skip
      debug:
      when: false
";

impl Room {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let farcast = Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path()).unwrap();
        let room = Self { home, farcast };
        let hosts = (0..HOSTS).map(|number| format!("h{number:02} ansible_connection=local\n"));
        let gone = "gone ansible_connection=russh ansible_host=127.0.0.1 ansible_port=1\n";
        room.write("hosts", &format!("{}{gone}", hosts.collect::<String>()));
        room.write("play.yml", PLAYBOOK);
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &str) -> Command {
        let words: Vec<_> = words.split(' ').collect();
        self.farcast.command(self.home.path(), &words)
    }

    fn run(&self, words: &str) -> Ran {
        Ran::of(self.command(words)).unwrap()
    }

    /// Runs these calls at once and waits for all.
    fn at_once(&self, calls: &[String]) -> Vec<Ran> {
        let children: Vec<_> = calls
            .iter()
            .map(|words| {
                let mut command = self.command(words);
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        let ends = children.into_iter().map(|child| child.wait_with_output());
        ends.map(|end| Ran::from(end.unwrap())).collect()
    }

    /// The recap of all shards, with the exit code.
    fn merged(&self) -> (Recap, i32) {
        let ran = self.run("report merge --format jsonl events");
        (recap(&ran), ran.code)
    }
}

fn recap(ran: &Ran) -> Recap {
    match ran.events().unwrap().pop() {
        Some(Event::RunFinished(recap)) => recap,
        other => panic!("{other:?}\n{}", ran.said()),
    }
}

fn tallies(recap: &Recap) -> BTreeMap<String, Tally> {
    recap.hosts.iter().cloned().collect()
}

/// The lines of the recap for people, in the order of the alphabet.
fn closing(ran: &Ran) -> Vec<&str> {
    let (_, closing) = ran.stdout.split_once("PLAY RECAP").unwrap();
    let mut lines: Vec<_> = closing.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn shards_do_together_what_one_run_does() {
    let room = Room::new();
    fs::create_dir(room.path("events")).unwrap();
    let whole = room.run("apply -i hosts -e where=whole play.yml");
    let shards = ["1/3", "index:1/3", "3/3"];
    let calls = shards.map(|shard| {
        let file = shard.replace([':', '/'], "-");
        format!(
            "apply -i hosts -e where=part --shard {shard} --events events/{file}.jsonl play.yml"
        )
    });
    let parts = room.at_once(&calls);
    for host in (0..HOSTS).map(|number| format!("h{number:02}")) {
        let left = fs::read_to_string(room.path(&format!("part-{host}"))).unwrap();
        assert_eq!(left, format!("{host}, one of {}", HOSTS + 1));
    }
    let joined = room.run("report merge events");
    assert_eq!(closing(&joined), closing(&whole), "{}", joined.stderr);
    assert_eq!((joined.code, whole.code), (2, 2));
    assert!(
        parts.iter().any(|part| part.code != 2),
        "only one of them has the host that fails"
    );
    let (recap, code) = room.merged();
    assert_eq!((recap.hosts.len(), code), (HOSTS + 1, 2));
    assert_eq!(recap.cut_short, None);
}

#[test]
fn a_dry_run_in_shards_says_whether_something_would_change() {
    let room = Room::new();
    fs::create_dir(room.path("events")).unwrap();
    room.write(
        "hosts",
        "a ansible_connection=local\nb ansible_connection=local\n",
    );
    let calls = ["1/2", "2/2"].map(|shard| {
        let file = shard.replace('/', "-");
        format!("plan -i hosts -e where=part --shard {shard} --events events/{file}.jsonl play.yml")
    });
    room.at_once(&calls);
    assert_eq!(room.merged().1, 3);
}

#[test]
fn a_shard_without_hosts_ends_well() {
    let room = Room::new();
    fs::create_dir(room.path("events")).unwrap();
    let calls = ["1/2", "2/2"].map(|shard| {
        let file = shard.replace('/', "-");
        format!("apply -i hosts -l h00 -e where=part --shard {shard} --events events/{file}.jsonl play.yml")
    });
    let parts = room.at_once(&calls);
    let idle: Vec<_> = parts
        .iter()
        .filter(|part| {
            part.stdout
                .contains("skipping: none of its hosts is in shard")
        })
        .collect();
    assert_eq!(idle.len(), 1);
    assert!(parts.iter().all(|part| part.code == 0));
    let (recap, code) = room.merged();
    assert_eq!(tallies(&recap).into_keys().collect::<Vec<_>>(), ["h00"]);
    assert_eq!(code, 0);
    let idle = room
        .at_once(&["1/2", "2/2"].map(|shard| format!("run -i hosts h00 -m ping --shard {shard}")));
    assert!(idle.iter().all(|run| run.code == 0));
    assert_eq!(
        idle.iter()
            .filter(|run| run.stderr.contains("no host of `h00` is in shard"))
            .count(),
        1
    );
}

#[test]
fn the_lists_of_all_shards_are_all_hosts() {
    let room = Room::new();
    let mut all = Vec::new();
    for number in 1..=4 {
        let list = room
            .run(&format!("run -i hosts all --list-hosts --shard {number}/4"))
            .stdout;
        let plays = room
            .run(&format!(
                "apply -i hosts --list-hosts --shard {number}/4 play.yml"
            ))
            .stdout;
        let named: Vec<_> = list
            .lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect();
        assert!(
            named
                .iter()
                .all(|host| plays.contains(&format!("      {host}\n"))),
            "{plays}"
        );
        all.extend(named);
    }
    all.sort();
    let mut hosts: Vec<_> = (0..HOSTS).map(|number| format!("h{number:02}")).collect();
    hosts.insert(0, "gone".to_owned());
    assert_eq!(all, hosts);
}

/// The arguments of the manifest in `docs/scale.md`, and how many pods it starts.
fn manifest() -> (Vec<String>, u64) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, block) = page.split_once("```yaml\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let job: serde_json::Value = serde_yaml::from_str(block).unwrap();
    let arguments = &job["spec"]["template"]["spec"]["containers"][0]["args"];
    let arguments = serde_json::from_value(arguments.clone()).unwrap();
    (arguments, job["spec"]["completions"].as_u64().unwrap())
}

#[test]
fn the_pods_of_the_manifest_take_all_hosts() {
    let room = Room::new();
    fs::create_dir(room.path("results")).unwrap();
    fs::create_dir(room.path("site")).unwrap();
    let hosts = (0..HOSTS).map(|number| format!("h{number:02} ansible_connection=local\n"));
    room.write("site/inventory", &hosts.collect::<String>());
    room.write(
        "site/site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n",
    );
    let (arguments, pods) = manifest();
    let calls: Vec<String> = (0..pods)
        .map(|index| {
            let words = arguments.iter().map(|word| {
                word.replace("$(JOB_COMPLETION_INDEX)", &index.to_string())
                    .replace("/results/", "results/")
                    .replace("/site/", "site/")
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    room.at_once(&calls);
    let ran = room.run("report merge --format jsonl results");
    assert_eq!(ran.code, 0, "{}", ran.said());
    let tallies = tallies(&recap(&ran));
    assert_eq!(tallies.len(), HOSTS);
    assert!(tallies.values().all(|tally| tally.ok == 1), "{tallies:?}");
}

#[test]
fn every_controller_is_its_own_localhost() {
    let room = Room::new();
    fs::create_dir(room.path("events")).unwrap();
    room.write(
        "local.yml",
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ping:\n",
    );
    room.at_once(&["1/2", "2/2"].map(|shard| {
        let file = shard.replace('/', "-");
        format!("apply --shard {shard} --events events/{file}.jsonl local.yml")
    }));
    let ran = room.run("report merge --format jsonl events");
    assert_eq!(tallies(&recap(&ran))["localhost"].ok, 2);
    assert_eq!(ran.code, 0);
    assert!(!ran.stdout.contains("\"warning\""), "{}", ran.stdout);
}

#[test]
fn a_shard_that_was_killed_is_said_and_counts_as_interrupted() {
    let room = Room::new();
    fs::create_dir(room.path("events")).unwrap();
    room.write("hosts", "a ansible_connection=local\n");
    let wait = "- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n    - name: Wait\n      wait_for:\n        path: /no/such/file\n";
    room.write("wait.yml", wait);
    let mut child = room
        .command("apply -i hosts --shard 1/1 --events events/1.jsonl wait.yml")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fs::read_to_string(room.path("events/1.jsonl"))
        .is_ok_and(|text| text.contains("\"Wait\""))
    {
        assert!(Instant::now() < deadline, "the step did not begin");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let joined = room.run("report merge events");
    assert_eq!(joined.code, 130, "{}", joined.stdout);
    for part in ["1.jsonl: the run died", "ok=1 ", "a: [Wait]"] {
        assert!(joined.stdout.contains(part), "{part}: {}", joined.stdout);
    }
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let room = Room::new();
    room.write("text.jsonl", "hello\n");
    fs::create_dir(room.path("empty")).unwrap();
    let refused = |words: &str| {
        let ran = room.run(words);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        ran.stderr
    };
    let message = refused("report merge text.jsonl");
    assert!(
        message.contains("text.jsonl:1: no event, as --events"),
        "{message}"
    );
    let message = refused("report merge empty");
    assert!(
        message.contains("there is no file *.jsonl in empty"),
        "{message}"
    );
    let message = refused("apply -i hosts --shard 4/3 play.yml");
    assert!(
        message.contains("`4/3` is no shard: write K/N"),
        "{message}"
    );
    let message = refused("apply -i hosts --events no/such/file play.yml");
    assert!(
        message.contains("cannot write events to no/such/file"),
        "{message}"
    );
}
