//! The agent itself, over every way to a host: delivered, started again, and at work.

use {
    crate::{
        BOTH, PATIENCE, reach,
        sshd::{Sshd, fake_agent},
        target,
    },
    farcast::{
        transport::{Agent, AgentProgram, ContentStore, Listener, Lost, Target},
        wire::{Course, Mode, Object, Outcome, Run, Stream, VERSION},
    },
    std::{collections::BTreeMap, fs, path::Path, time::Duration},
    tokio::sync::watch,
};

struct Deaf;

impl Listener for Deaf {
    fn output(&mut self, _id: u64, _item: usize, _stream: Stream, _text: &str) {}
    fn content(&mut self, _id: u64, _bytes: &[u8], _last: bool) {}
    fn outcome(&mut self, _id: u64, _item: usize, _outcome: &Outcome) {}
    fn passed(&mut self, _id: u64) {}
}

fn program(directory: &Path) -> AgentProgram {
    let agent = directory.join("farcast-agent");
    fs::copy(env!("CARGO_BIN_EXE_farcast-agent"), agent).unwrap();
    AgentProgram::in_directory(directory, farcast::module::Edition::Core)
}

fn run(id: u64, module: &str, args: serde_json::Value) -> Run {
    let serde_json::Value::Object(args) = args else {
        panic!("{args} is no object");
    };
    let items: Vec<Object> = vec![args];
    Run {
        id,
        module: module.to_owned(),
        items,
        mode: Mode::Apply,
        diff: false,
        environment: BTreeMap::new(),
        timeout: None,
        stream: false,
        course: Course::Alone,
    }
}

/// Starts the agent twice, which delivers it once, and lets it write a file that it must ask for.
async fn work(target: &Target, program: &AgentProgram, path: &Path) {
    let transport = reach(target).await.unwrap();
    let store = ContentStore::default();
    let bytes = vec![0xfe; 700_000];
    let content = serde_json::to_value(store.hold(bytes.clone())).unwrap();
    let (_never, cancel) = watch::channel(false);
    for changed in [true, false] {
        let mut agent = Agent::start(&*transport, None, program, PATIENCE)
            .await
            .unwrap();
        let args = serde_json::json!({"dest": path, "_content": content});
        let runs = vec![run(1, "ping", serde_json::json!({})), run(2, "copy", args)];
        let outcomes = agent.run(runs, &store, &mut Deaf, &cancel).await.unwrap();
        assert_eq!(outcomes[0][0].data["ping"], "pong");
        assert_eq!(outcomes[1][0].changed, changed, "{:?}", outcomes[1][0]);
        agent.close().await;
    }
    transport.close().await;
    assert!(fs::read(path).unwrap() == bytes);
}

#[tokio::test]
async fn it_works_over_ssh_and_russh() {
    let programs = tempfile::tempdir().unwrap();
    let program = program(programs.path());
    let sshd = Sshd::start();
    for method in BOTH {
        let path = sshd.path(&format!("written by {method:?}"));
        work(&target(&sshd, method), &program, &path).await;
        let names = fs::read_dir(sshd.path("cache/farcast")).unwrap().count();
        assert_eq!(names, 1);
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_told_from_an_agent_that_died() {
    for method in BOTH {
        let sshd = Sshd::start();
        assert_lost_after(&sshd, &target(&sshd, method), Sshd::cut).await;
        reach(&target(&sshd, method)).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_host_that_falls_silent_is_lost() {
    for method in BOTH {
        let sshd = Sshd::start();
        let mut target = target(&sshd, method);
        target.keepalive = Duration::from_secs(1);
        assert_lost_after(&sshd, &target, Sshd::freeze).await;
        sshd.cut();
    }
}

async fn assert_lost_after(sshd: &Sshd, target: &Target, event: fn(&Sshd)) {
    let programs = tempfile::tempdir().unwrap();
    fake_agent(programs.path(), VERSION);
    let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
    let transport = reach(target).await.unwrap();
    let mut agent = Agent::start(&*transport, None, &program, PATIENCE)
        .await
        .unwrap();
    event(sshd);
    let runs = vec![run(1, "ping", serde_json::json!({}))];
    let store = ContentStore::default();
    let (_never, cancel) = watch::channel(false);
    let lost = agent.run(runs, &store, &mut Deaf, &cancel).await;
    assert!(matches!(lost, Err(Lost::Connection { .. })), "{lost:?}");
    agent.close().await;
    transport.close().await;
}
