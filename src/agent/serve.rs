use {
    super::{
        hold::Hold,
        inbox::Inbox,
        pipe::{Pipe, SendError},
    },
    crate::{
        act::{Failure, Probe, Watch},
        fact::machine,
        module::registry::{self, Entry},
        wire::{Course, FrameError, Hello, Mode, Outcome, Report, Request, Run, VERSION},
    },
    std::{
        io::{Read, Write},
        path::Path,
    },
};

/// Why the agent ended before the controller did.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot understand the controller: {0}")]
    Frame(#[from] FrameError),
    #[error("cannot answer the controller: {0}")]
    Answer(String),
}

/// Serves one controller to the end of its pipe, from a directory that is its user's own. When the input ends, everything that was started is ended, and so is the
/// process a few seconds later if the work hangs.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + 'static,
    directory: &Path,
) -> Result<(), ServeError> {
    let watch = Watch::default();
    let pipe = Pipe::new(output, Inbox::open(input, watch.clone()));
    let mut probe = Probe::new(Box::new(pipe.clone()), watch);
    send(&pipe, &Report::Hello(hello(&probe)))?;
    let (mut well, mut hold) = (true, None);
    while let Some(request) = pipe.next()? {
        match request {
            Request::Run(run) if run.course == Course::Alone || well => {
                well = work(&mut probe, &pipe, &run, hold.as_mut())?;
            }
            Request::Run(run) => send(&pipe, &Report::Passed { id: run.id })?,
            Request::Claim(claim) => hold = Some(Hold::new(claim, directory)),
            Request::Foresee(effects) => probe.foresee(effects),
            // The reader heeds the one; the other was not asked for, or no longer.
            Request::Cancel { .. } | Request::Content { .. } => {}
        }
    }
    Ok(())
}

/// Works on a step; says whether it ended well, so that what follows it may be done.
fn work(
    probe: &mut Probe,
    pipe: &Pipe,
    run: &Run,
    hold: Option<&mut Hold>,
) -> Result<bool, ServeError> {
    let (mut sent, mut fine) = (Ok(()), 0);
    let mut report = |item, outcome: Outcome| {
        fine += usize::from(!outcome.failed);
        if sent.is_ok() {
            sent = answer(pipe, run.id, item, outcome);
        }
    };
    match prepared(run, hold) {
        Ok(module) => (module.run)(probe, run, &mut report),
        Err(failure) => {
            let refused = failure.into_outcome();
            (0..run.items.len()).for_each(|item| report(item, refused.clone()));
        }
    }
    sent?;
    if fine == 0 && run.course == Course::Ahead {
        send(pipe, &Report::Passed { id: run.id })?;
    }
    Ok(fine == run.items.len())
}

/// The module that a step asks for, if it may run here.
fn prepared(run: &Run, hold: Option<&mut Hold>) -> Result<&'static Entry, Failure> {
    let absent = || Failure::refused(format!("the agent has no module {}", run.module));
    let module = registry::requested(&run.module).ok_or_else(absent)?;
    match hold {
        Some(hold) if run.mode == Mode::Apply => hold.take()?,
        _ => {}
    }
    Ok(module)
}

/// An outcome too large for the pipe becomes a failure that says so.
fn answer(pipe: &Pipe, id: u64, item: usize, outcome: Outcome) -> Result<(), ServeError> {
    let changed = outcome.changed;
    let report = |outcome| Report::Outcome { id, item, outcome };
    match pipe.report(&report(outcome)) {
        Err(SendError::Frame(error @ FrameError::TooLong(_))) => {
            let failed = Failure::refused(format!("the outcome is too large: {error}"));
            let failed = Outcome {
                changed,
                ..failed.into_outcome()
            };
            send(pipe, &report(failed))
        }
        Err(error) => Err(ServeError::Answer(error.to_string())),
        Ok(()) => Ok(()),
    }
}

fn send(pipe: &Pipe, report: &Report) -> Result<(), ServeError> {
    pipe.report(report)
        .map_err(|error| ServeError::Answer(error.to_string()))
}

fn hello(probe: &Probe) -> Hello {
    let uid = rustix::process::geteuid().as_raw();
    let system = rustix::system::uname();
    Hello {
        version: VERSION,
        pid: std::process::id(),
        uid,
        user: probe.owner(uid).unwrap_or_else(|_| uid.to_string()),
        hostname: system.nodename().to_string_lossy().into_owned(),
        machine: machine(),
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            act::{Digest, Scratch},
            wire::{Decoder, Frame, Mode, Object},
        },
        serde_json::json,
        std::{
            collections::BTreeMap,
            io::{PipeReader, PipeWriter, pipe},
            thread::{self, JoinHandle},
        },
    };

    /// An agent in a thread, and the controller's ends of its pipes.
    struct Session {
        to: PipeWriter,
        from: PipeReader,
        decoder: Decoder,
        agent: JoinHandle<Result<(), ServeError>>,
    }

    impl Session {
        fn start() -> Self {
            let (input, to) = pipe().unwrap();
            let (from, output) = pipe().unwrap();
            let agent = thread::spawn(move || serve(input, output, Path::new("/")));
            let decoder = Decoder::default();
            let mut session = Self {
                to,
                from,
                decoder,
                agent,
            };
            assert!(matches!(
                session.report(),
                Report::Hello(Hello {
                    version: VERSION,
                    ..
                })
            ));
            session
        }

        fn send(&mut self, frame: &Frame) {
            self.to.write_all(&frame.encode().unwrap()).unwrap();
        }

        fn request(&mut self, request: &Request) {
            self.send(&Frame::message(request).unwrap());
        }

        fn run(&mut self, id: u64, module: &str, arguments: serde_json::Value) {
            self.run_on(Course::Alone, id, module, arguments);
        }

        fn run_on(&mut self, course: Course, id: u64, module: &str, arguments: serde_json::Value) {
            let items: Vec<Object> = vec![serde_json::from_value(arguments).unwrap()];
            self.request(&Request::Run(Run {
                id,
                module: module.into(),
                items,
                mode: Mode::Apply,
                diff: false,
                environment: BTreeMap::new(),
                timeout: None,
                stream: false,
                course,
            }));
        }

        fn frame(&mut self) -> Frame {
            loop {
                if let Some(frame) = self.decoder.pull().unwrap() {
                    return frame;
                }
                let mut buffer = [0; 4096];
                let count = self.from.read(&mut buffer).unwrap();
                assert!(count > 0, "the agent hung up");
                self.decoder.push(&buffer[..count]);
            }
        }

        fn report(&mut self) -> Report {
            match self.frame() {
                Frame::Message(payload) => Frame::read(&payload).unwrap(),
                other => panic!("{other:?}"),
            }
        }

        fn outcome(&mut self) -> (u64, Outcome) {
            match self.report() {
                Report::Outcome { id, outcome, .. } => (id, outcome),
                other => panic!("{other:?}"),
            }
        }

        fn end(self) {
            drop(self.to);
            self.agent.join().unwrap().unwrap();
        }
    }

    #[test]
    fn asks_for_content_and_keeps_requests_that_come_before_it() {
        let scratch = Scratch::new();
        let mut session = Session::start();
        let text = vec![b'x'; 3_000_000];
        let sha256 = Digest::Sha256.of(&text);
        let content = json!({"sha256": sha256, "length": text.len()});
        session.run(
            1,
            "copy",
            json!({"dest": scratch.at("f"), "_content": content}),
        );
        let sha256 = vec![sha256];
        assert_eq!(session.report(), Report::Need { sha256 });
        session.run(2, "ping", json!({}));
        session.request(&Request::Content { refused: None });
        for chunk in text.chunks(100_000) {
            session.send(&Frame::Chunk(chunk.into()));
        }
        session.send(&Frame::Last(Vec::new()));
        let (id, outcome) = session.outcome();
        assert!(id == 1 && outcome.changed, "{outcome:?}");
        assert_eq!(session.outcome().0, 2);
        assert_eq!(std::fs::read(scratch.at("f")).unwrap(), text);
        session.end();
    }

    /// A list of files as it stands in the arguments, and their contents in its order.
    fn tree(files: &[(String, Vec<u8>)]) -> serde_json::Value {
        let item = |(path, bytes): &(String, Vec<u8>)| {
            let (length, sha256) = (bytes.len(), Digest::Sha256.of(bytes));
            format!("644 {length} {sha256} {path}\0")
        };
        let inline: String = files.iter().map(item).collect();
        json!({"sha256": "", "length": inline.len(), "inline": inline})
    }

    #[test]
    fn a_tree_asks_once_for_what_it_lacks() {
        let scratch = Scratch::new();
        let mut session = Session::start();
        let file = |number: usize| (format!("f{number:03}"), vec![number as u8; number * 10]);
        let mut files: Vec<_> = (0..100).map(file).collect();
        files.push(("twin".to_owned(), files[7].1.clone()));
        scratch.write("to/f003", &"\u{3}".repeat(30));
        let arguments = json!({"dest": scratch.at("to"), "_manifest": tree(&files)});
        session.run(1, "copy", arguments.clone());
        let Report::Need { sha256 } = session.report() else {
            panic!("no need");
        };
        assert_eq!(
            sha256.len(),
            99,
            "neither what is there nor what comes twice"
        );
        let mut frames = Vec::new();
        for wanted in &sha256 {
            let file = files
                .iter()
                .find(|(_, it)| Digest::Sha256.of(it) == *wanted);
            let answer = Frame::message(&Request::Content { refused: None }).unwrap();
            answer.encode_to(&mut frames).unwrap();
            let bytes = file.unwrap().1.clone();
            Frame::Last(bytes).encode_to(&mut frames).unwrap();
        }
        let packed = crate::wire::Packer::default().pack(frames);
        session.to.write_all(&packed).unwrap();
        let (_, outcome) = session.outcome();
        assert!(outcome.changed && !outcome.failed, "{outcome:?}");
        for (path, bytes) in &files {
            assert_eq!(std::fs::read(scratch.at("to").join(path)).unwrap(), *bytes);
        }
        assert_eq!(std::fs::read_dir(scratch.at("to")).unwrap().count(), 101);
        session.run(2, "copy", arguments);
        let (_, outcome) = session.outcome();
        assert!(!outcome.changed && !outcome.failed, "{outcome:?}");
        session.end();
    }

    #[test]
    fn a_tree_with_a_content_that_fails_leaves_no_draft_and_the_pipe_in_order() {
        let scratch = Scratch::new();
        let mut session = Session::start();
        let file = |number: u8| (format!("f{number}"), vec![number; 10]);
        let files: Vec<_> = (0..3).map(file).collect();
        let arguments = json!({"dest": scratch.at("to"), "_manifest": tree(&files)});
        session.run(1, "copy", arguments.clone());
        session.report();
        session.request(&Request::Content { refused: None });
        session.send(&Frame::Last(files[0].1.clone()));
        let refused = Some("it is gone".to_owned());
        session.request(&Request::Content { refused });
        session.request(&Request::Content { refused: None });
        session.send(&Frame::Last(files[2].1.clone()));
        let (_, outcome) = session.outcome();
        assert!(outcome.msg.unwrap().contains("it is gone"));
        // What came whole before is in its place.
        assert_eq!(std::fs::read(scratch.at("to/f0")).unwrap(), files[0].1);
        assert_eq!(std::fs::read_dir(scratch.at("to")).unwrap().count(), 1);
        session.run(2, "ping", json!({}));
        assert!(!session.outcome().1.failed);
        session.end();
    }

    #[test]
    fn refused_or_wrong_content_fails_the_step_and_leaves_no_file() {
        let scratch = Scratch::new();
        let mut session = Session::start();
        let content = json!({"sha256": "abc", "length": 3});
        let arguments = json!({"dest": scratch.at("f"), "_content": content});
        session.run(1, "copy", arguments.clone());
        session.report();
        session.request(&Request::Content {
            refused: Some("no such file".into()),
        });
        assert!(session.outcome().1.msg.unwrap().contains("no such file"));
        session.run(2, "copy", arguments);
        session.report();
        session.request(&Request::Content { refused: None });
        session.send(&Frame::Last(b"bad".to_vec()));
        assert!(session.outcome().1.failed);
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
        session.end();
    }

    #[test]
    fn a_step_that_was_cancelled_before_its_turn_fails() {
        let mut session = Session::start();
        session.request(&Request::Cancel { id: 5 });
        session.run(5, "ping", json!({}));
        session.run(6, "no_such_module", json!({}));
        session.run(7, "ping", json!({}));
        let (id, outcome) = session.outcome();
        assert!(id == 5 && outcome.failed);
        assert!(session.outcome().1.failed);
        assert_eq!(session.outcome().1.data["ping"], "pong");
        session.end();
    }

    #[test]
    fn what_is_looked_at_ahead_is_final_or_untouched() {
        let scratch = Scratch::new();
        let mut session = Session::start();
        std::fs::write(scratch.at("here"), "").unwrap();
        let file = |name: &str| json!({"path": scratch.at(name), "state": "touch"});
        let there = json!({"path": scratch.at("here"), "state": "file"});
        let steps = [
            (1, Course::Alone, there.clone()),
            (2, Course::Ahead, there.clone()),
            (3, Course::Ahead, file("new")),
            (4, Course::Ahead, there.clone()),
            (5, Course::Alone, file("new")),
            (6, Course::Follows, file("newer")),
            (
                7,
                Course::Follows,
                json!({"path": scratch.at("no"), "state": "file"}),
            ),
            (8, Course::Follows, file("newest")),
        ];
        for (id, course, arguments) in steps {
            session.run_on(course, id, "file", arguments);
        }
        let wanted = [
            (1, Some((false, false))),
            (2, Some((false, false))),
            (3, None),
            (4, None),
            (5, Some((true, false))),
            (6, Some((true, false))),
            (7, Some((false, true))),
            (8, None),
        ];
        for wanted in wanted {
            let found = match session.report() {
                Report::Outcome { id, outcome, .. } => {
                    (id, Some((outcome.changed, outcome.failed)))
                }
                Report::Passed { id } => (id, None),
                other => panic!("{other:?}"),
            };
            assert_eq!(found, wanted);
        }
        let mut names: Vec<_> = std::fs::read_dir(scratch.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["here", "new", "newer"]);
        session.end();
    }
}
