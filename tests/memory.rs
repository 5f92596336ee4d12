//! A large file passes through controller and agent piece by piece: neither is ever as large as what it carries.
//!
//! Needs `FARCAST_AGENT_DIR`, where `make agent` puts the agent.

use {
    rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open},
    std::{
        fs::{self, File},
        io::{BufWriter, Write},
        path::Path,
        process::{Command, Stdio},
        thread,
    },
};

/// The file's length in bytes, four times what a process may take.
const LENGTH: u64 = 256 * 1024 * 1024;

/// In KiB, as the kernel tells it.
const LIMIT: u64 = 64 * 1024;

const PLAYBOOK: &str = "\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - copy: {src: large, dest: \"{{ playbook_dir }}/copy\"}
    - copy: {src: large, dest: \"{{ playbook_dir }}/copy\"}
    # Its parent is the agent.
    - command: sh -c 'echo $PPID > agent; cat go'
      args: {chdir: \"{{ playbook_dir }}\"}
";

/// Half of it is noise, half can be packed.
fn large(path: &Path, seed: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut state = seed;
    for number in 0..LENGTH / 4096 {
        let mut page = [0; 4096];
        for word in page.chunks_exact_mut(8).filter(|_| number % 2 == 0) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_ne_bytes());
        }
        file.write_all(&page).unwrap();
    }
    file.flush().unwrap();
}

/// The most memory that a process had so far.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.unwrap().trim().trim_end_matches(" kB");
    kibibytes.parse().unwrap()
}

#[test]
fn a_large_file_is_never_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    large(&at("large"), 1);
    // Of the same length: only its hash tells that it is another.
    large(&at("copy"), 2);
    fs::write(at("playbook.yml"), PLAYBOOK).unwrap();
    for fifo in ["agent", "go"] {
        let permission = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, at(fifo), FileType::Fifo, permission, 0).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_farcast"));
    command
        .args(["apply", "--diff", "playbook.yml"])
        .current_dir(directory.path())
        .env("HOME", directory.path())
        .stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = command.spawn().unwrap();
    let process = run.id();
    let fifo = at("agent");
    let ended = thread::spawn(move || {
        let output = run.wait_with_output().unwrap();
        // Where the last step was never reached, whoever waits for its word need not any more.
        let flags = OFlags::NONBLOCK | OFlags::WRONLY;
        drop(open(&fifo, flags, Mode::empty()));
        output
    });
    let agent = fs::read_to_string(at("agent")).unwrap();
    let peaks = agent
        .trim()
        .parse()
        .map(|agent| (peak(process), peak(agent)));
    if peaks.is_ok() {
        fs::write(at("go"), "").unwrap();
    }
    let output = ended.join().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("changed=2"), "{said}");
    assert!(same(&at("large"), &at("copy")));
    let (controller, agent) = peaks.unwrap();
    assert!(controller < LIMIT, "the controller took {controller} KiB");
    assert!(agent < LIMIT, "the agent took {agent} KiB");
}

fn same(one: &Path, other: &Path) -> bool {
    fs::read(one).unwrap() == fs::read(other).unwrap()
}
