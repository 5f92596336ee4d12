//! What an agent may say and how it may be lost, with a peer that follows a script.

use {
    crate::PATIENCE,
    farcast::{
        transport::{
            Agent, AgentProgram, ContentStore, Exit, Line, Listener, Lost, Pipe, Transport,
            Unreachable,
        },
        wire::{
            Course, Decoder, Frame, Hello, Mode, Outcome, Report, Request, Run, Stream, VERSION,
        },
    },
    futures::FutureExt,
    std::{collections::BTreeMap, sync::Mutex},
    tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        sync::{oneshot, watch},
    },
};

/// The other end of the pipes.
struct Peer {
    stdin: DuplexStream,
    stdout: DuplexStream,
    stderr: DuplexStream,
    exit: oneshot::Sender<Exit>,
    decoder: Decoder,
}

/// A connection that starts one process: the peer.
struct Stage(Mutex<Option<Pipe>>);

#[async_trait::async_trait]
impl Transport for Stage {
    async fn exec(&self, _line: &Line) -> Result<Pipe, Unreachable> {
        Ok(self.0.lock().unwrap().take().unwrap())
    }

    async fn close(&self) {}
}

fn stage() -> (Stage, Peer) {
    let (stdin, peer_stdin) = duplex(1024);
    let (stdout, peer_stdout) = duplex(1024);
    let (stderr, peer_stderr) = duplex(1024);
    let (exit, ended) = oneshot::channel();
    let pipe = Pipe {
        stdin: Box::new(stdin),
        stdout: Box::new(stdout),
        stderr: Box::new(stderr),
        exit: ended.map(|exit| exit.unwrap_or(Exit::Lost)).boxed(),
    };
    let peer = Peer {
        stdin: peer_stdin,
        stdout: peer_stdout,
        stderr: peer_stderr,
        exit,
        decoder: Decoder::default(),
    };
    (Stage(Mutex::new(Some(pipe))), peer)
}

impl Peer {
    async fn greet(&mut self) {
        let noise = b"Welcome!\nFARCAST HERE\nFARCAST HAVE\n";
        self.stdout.write_all(noise).await.unwrap();
        let hello = Hello {
            version: VERSION,
            pid: 1,
            uid: 0,
            user: "root".to_owned(),
            hostname: "h".to_owned(),
            machine: "m".to_owned(),
        };
        self.say(&Report::Hello(hello)).await;
    }

    async fn say(&mut self, report: &Report) {
        self.frame(&Frame::message(report).unwrap()).await;
    }

    async fn frame(&mut self, frame: &Frame) {
        let bytes = frame.encode().unwrap();
        self.stdout.write_all(&bytes).await.unwrap();
    }

    async fn hear(&mut self) -> Frame {
        loop {
            if let Some(frame) = self.decoder.pull().unwrap() {
                return frame;
            }
            let mut bytes = [0; 512];
            let length = self.stdin.read(&mut bytes).await.unwrap();
            assert!(length > 0, "the controller went away");
            self.decoder.push(&bytes[..length]);
        }
    }

    async fn request(&mut self) -> Request {
        match self.hear().await {
            Frame::Message(payload) => Frame::read(&payload).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

async fn agent(stage: Stage, peer: &mut Peer) -> Agent {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("farcast-agent"), "x").unwrap();
    let program = AgentProgram::in_directory(directory.path(), farcast::module::Edition::Core);
    let start = Agent::start(&stage, None, &program, PATIENCE);
    tokio::join!(start, peer.greet()).0.unwrap()
}

fn step(id: u64, items: usize) -> Run {
    Run {
        id,
        module: "copy".to_owned(),
        items: vec![serde_json::Map::new(); items],
        mode: Mode::Apply,
        diff: false,
        environment: BTreeMap::new(),
        timeout: None,
        stream: false,
        course: Course::Alone,
    }
}

fn outcome(id: u64, item: usize, changed: bool) -> Report {
    let outcome = Outcome {
        changed,
        ..Outcome::default()
    };
    Report::Outcome { id, item, outcome }
}

#[derive(Default)]
struct Heard {
    output: String,
    content: Vec<u8>,
    outcomes: usize,
    passed: usize,
}

impl Listener for Heard {
    fn output(&mut self, _id: u64, _item: usize, _stream: Stream, text: &str) {
        self.output.push_str(text);
    }

    fn content(&mut self, _id: u64, bytes: &[u8], last: bool) {
        self.content.extend_from_slice(bytes);
        assert_eq!(last, bytes.ends_with(b"end"));
    }

    fn outcome(&mut self, _id: u64, _item: usize, _outcome: &Outcome) {
        self.outcomes += 1;
    }

    fn passed(&mut self, _id: u64) {
        self.passed += 1;
    }
}

#[tokio::test]
async fn steps_output_and_content_go_both_ways() {
    let (stage, mut peer) = stage();
    let mut agent = agent(stage, &mut peer).await;
    let store = ContentStore::default();
    let large = store.hold(vec![0xfe; 300_000]);
    let (_never, cancel) = watch::channel(false);
    let mut heard = Heard::default();
    let script = async {
        for id in [7, 8] {
            assert!(matches!(peer.request().await, Request::Run(run) if run.id == id));
        }
        let sha256 = vec![large.sha256.clone(), "00".to_owned()];
        peer.say(&Report::Need { sha256 }).await;
        assert_eq!(peer.request().await, Request::Content { refused: None });
        assert!(matches!(peer.hear().await, Frame::Chunk(bytes) if bytes.len() == 256 * 1024));
        assert!(
            matches!(peer.hear().await, Frame::Last(bytes) if bytes.len() == 300_000 - 256 * 1024)
        );
        assert!(matches!(
            peer.request().await,
            Request::Content { refused: Some(_) }
        ));
        let text = "hello".to_owned();
        let stream = Stream::Stdout;
        peer.say(&Report::Output {
            id: 7,
            item: 0,
            stream,
            text,
        })
        .await;
        peer.say(&Report::Content { id: 7 }).await;
        peer.frame(&Frame::Chunk(b"the ".to_vec())).await;
        peer.frame(&Frame::Last(b"end".to_vec())).await;
        peer.say(&outcome(7, 0, true)).await;
        peer.say(&outcome(8, 0, false)).await;
        peer.say(&outcome(8, 1, true)).await;
    };
    let runs = vec![step(7, 1), step(8, 2)];
    let (outcomes, ()) = tokio::join!(agent.run(runs, &store, &mut heard, &cancel), script);
    let changed: Vec<Vec<bool>> = outcomes
        .unwrap()
        .iter()
        .map(|step| step.iter().map(|outcome| outcome.changed).collect())
        .collect();
    assert_eq!(changed, [vec![true], vec![false, true]]);
    assert_eq!(heard.output, "hello");
    assert_eq!(heard.content, b"the end");
    assert_eq!(heard.outcomes, 3);
}

#[tokio::test]
async fn a_cancelled_step_is_awaited() {
    let (stage, mut peer) = stage();
    let mut agent = agent(stage, &mut peer).await;
    let (signal, cancel) = watch::channel(false);
    let script = async {
        assert!(matches!(peer.request().await, Request::Run(_)));
        signal.send(true).unwrap();
        assert_eq!(peer.request().await, Request::Cancel { id: 7 });
        peer.say(&outcome(7, 0, true)).await;
    };
    let store = ContentStore::default();
    let mut heard = Heard::default();
    let run = agent.run(vec![step(7, 1)], &store, &mut heard, &cancel);
    let (outcomes, ()) = tokio::join!(run, script);
    assert_eq!(outcomes.unwrap().len(), 1);
}

#[tokio::test]
async fn an_agent_that_dies_is_lost_with_its_last_words() {
    for (exit, wanted) in [
        (Exit::Code(101), "exit code 101"),
        (Exit::Lost, "the connection was lost"),
    ] {
        let (stage, mut peer) = stage();
        let mut agent = agent(stage, &mut peer).await;
        let (_never, cancel) = watch::channel(false);
        let script = async {
            peer.request().await;
            peer.stderr.write_all(b"out of memory\n").await.unwrap();
            peer.exit.send(exit).unwrap();
            drop((peer.stdin, peer.stdout, peer.stderr));
        };
        let store = ContentStore::default();
        let mut heard = Heard::default();
        let run = agent.run(vec![step(7, 1)], &store, &mut heard, &cancel);
        let (lost, ()) = tokio::join!(run, script);
        let text = lost.unwrap_err().to_string();
        for part in [wanted, "copy", "out of memory"] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn answers_to_nothing_are_a_defect_and_no_panic() {
    for report in [outcome(9, 0, true), outcome(7, 5, true)] {
        let (stage, mut peer) = stage();
        let mut agent = agent(stage, &mut peer).await;
        let (_never, cancel) = watch::channel(false);
        let script = async {
            peer.request().await;
            peer.say(&report).await;
        };
        let store = ContentStore::default();
        let mut heard = Heard::default();
        let run = agent.run(vec![step(7, 1)], &store, &mut heard, &cancel);
        let (lost, ()) = tokio::join!(run, script);
        assert!(matches!(lost, Err(Lost::Protocol { .. })));
    }
}
