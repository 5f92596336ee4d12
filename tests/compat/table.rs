//! What the cases use of the language, as the table that `docs/compatibility.md` shows.

use {
    farcast::{
        playbook::Key,
        source::{Node, SourceFile, yaml::load},
    },
    std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    },
};

/// The words of the language with the cases that use them.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The section of the document: every keyword, every `with_…` and every `meta` action that is used, with its cases.
pub fn written(cases: &Path) -> String {
    let mut uses = Uses::new();
    for key in Key::ALL {
        uses.entry(key.name().to_owned()).or_default();
    }
    for case in fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if case.join("play.yml").is_file() {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            read(&case, &name, &mut uses);
        }
    }
    let rows = uses.iter().map(|(word, cases)| {
        let cases: Vec<_> = cases.iter().map(|case| format!("`{case}`")).collect();
        let cases = match cases.is_empty() {
            true => "none".to_owned(),
            false => cases.join(" "),
        };
        format!("| `{word}` | {cases} |\n")
    });
    format!(
        "| word | compared in |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}

fn read(path: &Path, case: &str, uses: &mut Uses) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), case, uses);
        }
    } else if path.extension().is_some_and(|end| end == "yml") {
        let text = fs::read_to_string(path).unwrap();
        // Cases hold broken files on purpose.
        for document in load(&SourceFile::new(path, text)).unwrap_or_default() {
            walk(&document, case, uses);
        }
    }
}

/// The lists in which tasks stand.
const TASKS: [&str; 7] = [
    "tasks",
    "pre_tasks",
    "post_tasks",
    "handlers",
    "block",
    "rescue",
    "always",
];

/// Counts the keys of plays, roles, blocks and tasks; what stands below them is data.
fn walk(node: &Node, case: &str, uses: &mut Uses) {
    let maps = node.as_list().unwrap_or_default().iter();
    for (key, value) in maps.filter_map(Node::as_map).flatten() {
        let word = key.as_str().unwrap_or_default();
        if let ("meta", Some(action)) =
            (word.rsplit('.').next().unwrap_or_default(), value.as_str())
        {
            used(uses, &format!("meta: {action}"), case);
        } else if word.starts_with("with_") || uses.contains_key(word) {
            used(uses, word, case);
        }
        if TASKS.contains(&word) || word == "roles" {
            walk(value, case, uses);
        }
        if word == "loop_control" {
            for (key, _) in value.as_map().unwrap_or_default() {
                used(uses, key.as_str().unwrap_or_default(), case);
            }
        }
    }
}

fn used(uses: &mut Uses, word: &str, case: &str) {
    uses.entry(word.to_owned())
        .or_default()
        .insert(case.to_owned());
}
