use {
    crate::{act::Scratch, module::trial::Trial},
    serde_json::json,
    std::{io::Write, net::TcpListener, thread},
};

#[test]
fn finds_a_file_and_what_is_in_it() {
    let scratch = Scratch::new();
    let path = scratch.write("log", "x\nready on 8080\n");
    let mut trial = Trial::new();
    let arguments = json!({"path": path, "search_regex": "^ready on (?P<port>\\d+)$"});
    let data = trial.same("wait_for", arguments);
    assert_eq!(data["match_groups"], json!(["8080"]));
    assert_eq!(data["match_groupdict"], json!({"port": "8080"}));
    assert_eq!(
        (&data["elapsed"], &data["state"]),
        (&json!(0), &json!("started"))
    );
    let other = json!({"path": path, "search_regex": "^never", "timeout": 0});
    let outcome = trial.apply("wait_for", other);
    let msg = format!(
        "Timeout when waiting for search string ^never in {}",
        path.display()
    );
    assert_eq!(outcome.msg, Some(msg));
}

#[test]
fn waits_for_a_port_that_speaks() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut trial = Trial::new();
    let stopped = json!({"port": port, "state": "stopped", "timeout": 0});
    let outcome = trial.apply("wait_for", stopped.clone());
    assert!(outcome.msg.unwrap().ends_with(&format!("{port} to stop.")));
    let thread = thread::spawn(move || {
        // The first connection is that of the look above.
        for mut stream in listener.incoming().take(2).flatten() {
            let _ = stream.write_all(b"SSH-2.0-x\r\n");
        }
    });
    let data = trial.same(
        "wait_for",
        json!({"port": port, "search_regex": "^SSH-(.)"}),
    );
    assert_eq!(data["match_groups"], json!(["2"]));
    thread.join().unwrap();
    trial.same("wait_for", stopped);
    trial.same(
        "wait_for",
        json!({"port": port, "state": "drained", "active_connection_states": ["SYN_SENT"]}),
    );
}

#[test]
fn a_dry_run_waits_for_nothing() {
    let scratch = Scratch::new();
    let path = scratch.at("no");
    let mut trial = Trial::new();
    let look = trial.look("wait_for", json!({"path": path}));
    let waits = format!("would wait for file {}", path.display());
    assert!(look.unknown.unwrap().ends_with(&waits));
    let look = trial.look("wait_for", json!({"timeout": 1000}));
    assert!(look.unknown.is_some());
    trial.same("wait_for", json!({"path": path, "state": "absent"}));
    let data = trial.same("wait_for", json!({"timeout": 0}));
    assert_eq!(data["elapsed"], 0);
}

#[test]
fn obeys_the_end_of_the_step() {
    use crate::{
        act::Watch,
        module::registry,
        wire::{Course, Mode, Run},
    };
    let watch = Watch::default();
    let mut probe = crate::act::Probe::new(Box::new(crate::act::Alone), watch.clone());
    let arguments = json!({"path": "/no/such/path", "host": "127.0.0.1", "state": "present", "delay": 0, "timeout": 1000, "sleep": 1000});
    let run = Run {
        id: 9,
        module: "wait_for".into(),
        items: vec![arguments.as_object().unwrap().clone()],
        mode: Mode::Apply,
        diff: false,
        environment: Default::default(),
        timeout: None,
        stream: false,
        course: Course::Alone,
    };
    let thread = thread::spawn(move || watch.cancel(9));
    let mut outcomes = Vec::new();
    let entry = registry::find("wait_for").unwrap();
    (entry.run)(&mut probe, &run, &mut |_, outcome| outcomes.push(outcome));
    thread.join().unwrap();
    assert_eq!(outcomes[0].msg.as_deref(), Some("the step was cancelled"));
}

#[test]
fn refuses_what_makes_no_sense() {
    let mut trial = Trial::new();
    for (arguments, words) in [
        (json!({"port": 1, "path": "/x"}), "can not both"),
        (
            json!({"path": "/x", "state": "drained"}),
            "state=drained should only",
        ),
        (json!({"port": 1, "exclude_hosts": ["x"]}), "exclude_hosts"),
        (
            json!({"path": "/x", "search_regex": "("}),
            "Invalid regular expression",
        ),
        (
            json!({"port": 1, "state": "drained", "active_connection_states": ["X"]}),
            "unknown active",
        ),
    ] {
        let outcome = trial.look("wait_for", arguments);
        assert!(outcome.msg.unwrap().contains(words), "{words}");
    }
}
