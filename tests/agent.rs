//! The agent as a process: what it weighs, and what is left of a write when it dies in the middle.

use {
    farcast::{
        module::Edition,
        transport::AgentProgram,
        wire::{Course, Decoder, Frame, Mode, Object, Outcome, Report, Request, Run},
    },
    rustix::{
        fs::{CWD, FileType, Mode as Permission, mknodat},
        process::{Pid, Signal, kill_process, test_kill_process},
    },
    serde_json::{Value, json},
    std::{
        collections::BTreeMap,
        fs,
        io::{Read, Write},
        path::{Path, PathBuf},
        process::{Child, Command, Stdio},
    },
};

/// An agent in the middle of a write: the new file is complete beside the old one, and the validating command hangs.
struct Interrupted {
    directory: PathBuf,
    agent: Child,
    validator: Pid,
}

impl Interrupted {
    fn start(name: &str) -> Self {
        let name = format!("farcast-agent-{}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("file"), "old").unwrap();
        let fifo = directory.join("fifo");
        mknodat(
            CWD,
            &fifo,
            FileType::Fifo,
            Permission::RUSR | Permission::WUSR,
            0,
        )
        .unwrap();
        let mut agent = Command::new(env!("CARGO_BIN_EXE_farcast-agent"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let validate = format!("sh -c 'echo $$ > {}; exec sleep 1000' %s", fifo.display());
        let file = directory.join("file");
        let arguments = json!({"dest": file, "content": "new", "validate": validate});
        let frame = Frame::message(&Request::Run(run(arguments))).unwrap();
        let stdin = agent.stdin.as_mut().unwrap();
        stdin.write_all(&frame.encode().unwrap()).unwrap();
        // Opening waits for the validator to open the other end.
        let pid = fs::read_to_string(&fifo).unwrap();
        Self {
            directory,
            agent,
            validator: Pid::from_raw(pid.trim().parse().unwrap()).unwrap(),
        }
    }

    fn file(&self) -> String {
        fs::read_to_string(self.directory.join("file")).unwrap()
    }

    fn names(&self) -> usize {
        fs::read_dir(&self.directory).unwrap().count()
    }
}

impl Drop for Interrupted {
    fn drop(&mut self) {
        let _ = kill_process(self.validator, Signal::KILL);
        let _ = self.agent.kill();
        let _ = self.agent.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn run(arguments: Value) -> Run {
    let items: Vec<Object> = vec![serde_json::from_value(arguments).unwrap()];
    Run {
        id: 1,
        module: "copy".into(),
        items,
        mode: Mode::Apply,
        diff: false,
        environment: BTreeMap::new(),
        timeout: None,
        stream: false,
        course: Course::Alone,
    }
}

#[test]
fn killed_in_the_middle_of_a_write_it_leaves_the_old_file() {
    let mut interrupted = Interrupted::start("killed");
    interrupted.agent.kill().unwrap();
    interrupted.agent.wait().unwrap();
    assert_eq!(interrupted.file(), "old");
}

#[test]
fn a_lost_controller_ends_what_was_started_and_leaves_nothing_beside() {
    let mut interrupted = Interrupted::start("lost");
    drop(interrupted.agent.stdin.take());
    assert!(interrupted.agent.wait().unwrap().success());
    assert_eq!(interrupted.file(), "old");
    assert_eq!(interrupted.names(), 2, "the file and the test's fifo");
    assert!(test_kill_process(interrupted.validator).is_err());
}

#[test]
fn a_cancelled_step_fails_and_the_agent_goes_on() {
    let mut interrupted = Interrupted::start("cancelled");
    let stdin = interrupted.agent.stdin.as_mut().unwrap();
    let cancel = Frame::message(&Request::Cancel { id: 1 }).unwrap();
    stdin.write_all(&cancel.encode().unwrap()).unwrap();
    let next = Request::Run(Run {
        id: 2,
        module: "ping".into(),
        ..run(json!({}))
    });
    let next = Frame::message(&next).unwrap();
    stdin.write_all(&next.encode().unwrap()).unwrap();
    drop(interrupted.agent.stdin.take());
    let reports = reports(interrupted.agent.stdout.as_mut().unwrap());
    let ended = reports.iter().find_map(|report| match report {
        Report::Outcome { id: 1, outcome, .. } => Some(outcome.failed),
        _ => None,
    });
    assert_eq!(ended, Some(true), "{reports:?}");
    assert_eq!(interrupted.file(), "old");
}

fn reports(output: &mut impl Read) -> Vec<Report> {
    let mut bytes = Vec::new();
    output.read_to_end(&mut bytes).unwrap();
    let mut decoder = Decoder::default();
    decoder.push(&bytes);
    let mut reports = Vec::new();
    while let Some(frame) = decoder.pull().unwrap() {
        match frame {
            Frame::Message(payload) => reports.push(Frame::read(&payload).unwrap()),
            other => panic!("{other:?}"),
        }
    }
    reports
}

#[test]
fn refuses_to_install_itself_when_damaged() {
    let directory = std::env::temp_dir().join(format!("farcast-install-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let copy = directory.join("new");
    fs::copy(Path::new(env!("CARGO_BIN_EXE_farcast-agent")), &copy).unwrap();
    let last = directory.join("agent");
    let output = Command::new(&copy)
        .arg("install")
        .arg(&last)
        .arg("00")
        .output()
        .unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("damaged"));
    assert!(!last.exists());
    fs::remove_dir_all(&directory).unwrap();
}

/// The first outcome that an agent reports.
fn outcome(output: &mut impl Read) -> Outcome {
    let mut decoder = Decoder::default();
    let mut buffer = [0; 4096];
    loop {
        while let Some(frame) = decoder.pull().unwrap() {
            let Frame::Message(payload) = frame else {
                panic!("{frame:?}");
            };
            if let Report::Outcome { outcome, .. } = Frame::read(&payload).unwrap() {
                return outcome;
            }
        }
        let count = output.read(&mut buffer).unwrap();
        assert!(count > 0, "the agent hung up");
        decoder.push(&buffer[..count]);
    }
}

/// A job waits for a word on a fifo, its agent is long gone, and it ends as if nothing had been.
#[test]
fn a_job_outlives_the_agent_that_started_it() {
    let directory = std::env::temp_dir().join(format!("farcast-job-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let fifo = directory.join("fifo");
    let permission = Permission::RUSR | Permission::WUSR;
    mknodat(CWD, &fifo, FileType::Fifo, permission, 0).unwrap();
    let mut agent = Command::new(env!("CARGO_BIN_EXE_farcast-agent"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let frame = Frame::message(&Request::Run(Run {
        module: "async_wrapper".into(),
        ..run(json!({
            "module": "command",
            "arguments": {"argv": ["cat", fifo]},
            "directory": directory.join("jobs"),
            "seconds": 60,
        }))
    }));
    let stdin = agent.stdin.as_mut().unwrap();
    stdin.write_all(&frame.unwrap().encode().unwrap()).unwrap();
    let outcome = outcome(agent.stdout.as_mut().unwrap());
    drop(agent.stdin.take());
    assert!(agent.wait().unwrap().success());
    let file = outcome.data["results_file"].as_str().unwrap();
    let told = || serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap();
    assert_eq!(told()["finished"], false);
    // Opening waits for the job to open the other end.
    fs::write(&fifo, "word").unwrap();
    while told().get("rc").is_none() {
        std::thread::yield_now();
    }
    assert_eq!(told()["stdout"], "word");
    fs::remove_dir_all(&directory).unwrap();
}

/// `make agent` builds what is sent; a debug build is no measure.
#[test]
fn what_is_sent_is_at_most_2_mib() {
    let built = std::env::var_os("FARCAST_AGENT_DIR").expect("`make test` sets FARCAST_AGENT_DIR");
    let program = AgentProgram::in_directory(built, Edition::Core);
    let sent = program.shipment(std::env::consts::ARCH).unwrap();
    let size = sent.packed().len();
    assert!(size <= 2 << 20, "{size} bytes");
}
