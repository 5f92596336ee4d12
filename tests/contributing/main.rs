//! The module that `CONTRIBUTING.md` shows compiles against the real trait and does what it says.

mod note;

use {
    farcast::{
        act::{self, Alone, Probe, Watch},
        module,
        wire::{Course, Mode, Outcome, Run},
    },
    note::Note,
    serde_json::json,
    std::{fs, path::Path},
};

fn run(path: &Path, mode: Mode) -> Outcome {
    let arguments = json!({"path": path, "text": "Ada was here"});
    let run = Run {
        id: 1,
        module: "note".into(),
        items: vec![arguments.as_object().unwrap().clone()],
        mode,
        diff: true,
        environment: Default::default(),
        timeout: None,
        stream: false,
        course: Course::Alone,
    };
    let mut probe = Probe::new(Box::new(Alone), Watch::default());
    let mut outcomes = Vec::new();
    module::run::<Note>(&mut probe, &run, &mut |_, outcome| outcomes.push(outcome));
    outcomes.pop().unwrap()
}

#[test]
fn the_example_looks_applies_and_is_content() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("note");
    let foreseen = run(&path, Mode::Look);
    assert!(foreseen.changed && !path.exists(), "{foreseen:?}");
    let applied = run(&path, Mode::Apply);
    assert!(applied.changed && applied.diff == foreseen.diff);
    assert_eq!(fs::read_to_string(&path).unwrap(), "Ada was here\n");
    let again = run(&path, Mode::Apply);
    assert!(!again.changed && !again.failed, "{again:?}");
}

#[test]
fn the_page_shows_the_example_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let example = fs::read_to_string(root.join("tests/contributing/note.rs")).unwrap();
    assert!(
        page.contains(&format!("```rust\n{example}```\n")),
        "CONTRIBUTING.md does not hold tests/contributing/note.rs as it is"
    );
}
