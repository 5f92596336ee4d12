//! `docs/architecture.md` tells the truth, and the house keeps its rules.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The longest that a file of code may be, in lines.
const LINES: usize = 600;

fn document() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/architecture.md")).unwrap()
}

/// The files of code below a folder of the repository, with their text.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut waiting = vec![Path::new(ROOT).join(folder)];
    let mut files = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            waiting.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((name(&path), text));
        }
    }
    assert!(!files.is_empty(), "{folder} holds code");
    files.sort();
    files
}

fn name(path: &Path) -> String {
    let path = path.strip_prefix(ROOT).unwrap();
    path.display().to_string()
}

fn folders() -> BTreeSet<String> {
    let entries = fs::read_dir(Path::new(ROOT).join("src")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let folders = paths.filter(|path: &PathBuf| path.is_dir());
    folders.map(|path| format!("{}/", name(&path))).collect()
}

/// The first cell of each row of the tables in a part of the document, without its backticks.
fn rows(part: &str) -> BTreeSet<String> {
    let cells = part.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = cells.filter_map(|cell| cell.split_once('`'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The part of the document under a heading.
fn part<'a>(document: &'a str, heading: &str) -> &'a str {
    let (_, rest) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn every_room_is_described() {
    let document = document();
    assert_eq!(rows(part(&document, "The rooms")), folders());
}

#[test]
fn every_dependency_has_its_reason() {
    let document = document();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let direct = metadata["packages"][0]["dependencies"].as_array().unwrap();
    let known_as = |dependency: &serde_json::Value| {
        let name = dependency["rename"].as_str();
        name.or(dependency["name"].as_str()).unwrap().to_owned()
    };
    let direct: BTreeSet<String> = direct.iter().map(known_as).collect();
    let described = rows(part(&document, "Dependencies"));
    let missing: Vec<_> = direct.difference(&described).collect();
    let gone: Vec<_> = described.difference(&direct).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "docs/architecture.md, Dependencies: no row for {missing:?}; a row for what is not there: {gone:?}"
    );
}

/// Where a file names one of these, as `FILE: LINE`.
fn mentions(file: &str, text: &str, words: &[String]) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let code = lines.filter(|line| !line.starts_with("//"));
    let bad = code.filter(|line| words.iter().any(|word| line.contains(word)));
    bad.map(|line| format!("{file}: {line}")).collect()
}

#[test]
fn the_agents_half_knows_nothing_of_the_controllers() {
    let agents = ["wire", "module", "act", "fact", "agent"];
    let is_agents = |folder: &&String| agents.iter().any(|own| **folder == format!("src/{own}/"));
    let others: Vec<String> = folders()
        .iter()
        .filter(|folder| !is_agents(folder))
        .map(|folder| folder["src/".len()..].trim_end_matches('/').to_owned())
        .collect();
    let mut bad = Vec::new();
    for (file, text) in agents
        .iter()
        .flat_map(|agents| files(&format!("src/{agents}")))
    {
        // Both `use crate::cli` and `use { crate::{cli, wire} }` name a room after `crate::`.
        let flat: String = text.split_whitespace().collect();
        for after in flat.split("crate::").skip(1) {
            for room in first_segments(after) {
                if others.contains(&room) {
                    bad.push(format!("{file}: crate::{room}"));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// The first segment of each path that follows `crate::`, with or without braces.
fn first_segments(after: &str) -> Vec<String> {
    let segment = |text: &str| -> String {
        let word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        text.chars().take_while(word).collect()
    };
    let Some(list) = after.strip_prefix('{') else {
        return vec![segment(after)];
    };
    let (mut depth, mut start, mut segments) = (0, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                segments.push(segment(&list[start..]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                segments.push(segment(&list[start..]));
                start = at + 1;
            }
            _ => {}
        }
    }
    segments
}

#[test]
fn paths_are_found_in_braces_too() {
    assert_eq!(first_segments("cli::main()"), ["cli"]);
    assert_eq!(
        first_segments("{act::{Host,Probe},wire::Run};fn"),
        ["act", "wire"]
    );
}

#[test]
fn only_the_command_line_knows_clap_and_writes_to_the_terminal() {
    let clap = ["clap::".to_owned(), "clap_".to_owned()];
    let terminal = [
        "println!",
        "eprintln!",
        "print!(",
        "io::stdout()",
        "io::stderr()",
    ];
    let terminal = terminal.map(str::to_owned);
    let mut bad = Vec::new();
    for (file, text) in files("src") {
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let among = |rooms: &[&str]| rooms.iter().any(|room| file.starts_with(room));
        if !among(&["src/cli/", "src/bin/"]) {
            bad.extend(mentions(&file, code, &clap));
        }
        if !among(&["src/cli/", "src/bin/", "src/render/"]) {
            bad.extend(mentions(&file, code, &terminal));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn only_the_schedule_and_what_it_waits_for_is_async() {
    let word = ["async fn".to_owned()];
    let rooms = ["cli", "schedule", "transport", "greeting", "bin"];
    let mut bad = Vec::new();
    for (file, text) in files("src") {
        if !rooms
            .iter()
            .any(|room| file.starts_with(&format!("src/{room}/")))
        {
            bad.extend(mentions(&file, &text, &word));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn nothing_is_left_undone() {
    let words = ["TO", "FIX"].map(|word| match word {
        "TO" => format!("{word}DO"),
        word => format!("{word}ME"),
    });
    let macros = ["todo!", "unimplemented!", "dbg!"].map(|word| format!("{word}("));
    let mut bad = Vec::new();
    for (file, text) in [files("src"), files("tests")].concat() {
        for (at, line) in text.lines().enumerate() {
            if words.iter().chain(&macros).any(|word| line.contains(word)) {
                bad.push(format!("{file}:{}: {line}", at + 1));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn files_are_short() {
    let all = [files("src"), files("tests")].concat();
    let long: Vec<_> = all
        .iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .collect();
    assert!(long.is_empty(), "longer than {LINES} lines: {long:#?}");
}
