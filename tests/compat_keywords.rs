//! The table of keywords is ansible-core's: none is missing, and none is there that Ansible does not have. The table in
//! `docs/compatibility.md` is the one of the code.
//!
//! The comparison needs `FARCAST_ORACLE`: the directory that holds ansible-core's programs and its `python`.
#![cfg(feature = "controller")]

use {
    farcast::playbook::{Key, On},
    std::{
        collections::{BTreeMap, BTreeSet},
        env, fs,
        path::PathBuf,
        process::Command,
    },
};

const PARTS: &[(On, &str, &str)] = &[
    (On::Play, "Play", "play"),
    (On::Role, "RoleInclude", "role"),
    (On::Block, "Block", "block"),
    (On::Task, "Task", "task"),
    (On::Handler, "Handler", "handler"),
    (On::LoopControl, "LoopControl", "`loop_control`"),
    (On::Import, "PlaybookInclude", "`import_playbook`"),
];

/// Attributes of Ansible's classes that nobody writes, and the keyword that Ansible reads without an attribute.
const INTERNAL: &[&str] = &["async_val", "loop_with"];
const SPECIAL: &str = "local_action";

const ASK: &str = r#"
import json
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.loop_control import LoopControl
from ansible.playbook.play import Play
from ansible.playbook.playbook_include import PlaybookInclude
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.task import Task
classes = (Play, RoleInclude, Block, Task, Handler, LoopControl, PlaybookInclude)
print(json.dumps({part.__name__: sorted(part.fattributes) for part in classes}))
"#;

fn own(on: On) -> BTreeSet<&'static str> {
    let keys = Key::ALL.iter().filter(|key| key.on().contains(&on));
    keys.map(|key| key.name())
        .filter(|name| *name != SPECIAL)
        .collect()
}

#[test]
fn every_keyword_of_ansible_is_known_where_it_may_stand() {
    let Some(oracle) = env::var_os("FARCAST_ORACLE") else {
        panic!(
            "set FARCAST_ORACLE to the directory that holds ansible-core's programs, such as /opt/ansible/bin"
        );
    };
    let output = Command::new(PathBuf::from(oracle).join("python"))
        .args(["-c", ASK])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let theirs: BTreeMap<String, BTreeSet<String>> = serde_json::from_str(&text).unwrap();
    assert_eq!(PARTS.len(), On::ALL.len());
    for (on, class, part) in PARTS {
        let theirs = theirs[*class].iter().map(String::as_str);
        let theirs: BTreeSet<_> = theirs.filter(|name| !INTERNAL.contains(name)).collect();
        assert_eq!(own(*on), theirs, "the keywords of {part}");
    }
}

fn table() -> String {
    let heads: Vec<_> = PARTS.iter().map(|(_, _, part)| *part).collect();
    let mut lines = vec![
        format!("| keyword | {} |", heads.join(" | ")),
        format!("|---|{}", "---|".repeat(heads.len())),
    ];
    for key in Key::ALL {
        let mark = |(on, _, _): &(On, &str, &str)| match key.on().contains(on) {
            true => " x |",
            false => " |",
        };
        let marks: String = PARTS.iter().map(mark).collect();
        lines.push(format!("| `{}` |{marks}", key.name()));
    }
    lines.join("\n")
}

#[test]
fn the_page_has_the_table_of_the_code() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/compatibility.md");
    let page = fs::read_to_string(page).unwrap();
    let table = table();
    assert!(
        page.contains(&table),
        "docs/compatibility.md should hold this table:\n{table}"
    );
}
