use {
    super::made_of,
    farcast::{
        playbook,
        source::{SourceFile, YamlError, yaml::load},
    },
    proptest::prelude::*,
};

const PIECES: &[&str] = &[
    "\n",
    "\n  ",
    "\n- ",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    "\"",
    "|",
    ">",
    "&a ",
    "*a",
    "<<: *a",
    "!vault ",
    "!unsafe ",
    "? ",
    "# ",
    "---",
    "...",
    "%YAML 1.1",
    "\t",
    "yes",
    "0644",
    "~",
    "1.10",
    "{{ x }}",
    "hosts: all",
    "tasks:",
    "roles:",
    "block:",
    "- name: x",
    "debug:",
    "when: x",
    "loop: [1]",
    "vars: {a: 1}",
];

proptest! {
    #[test]
    fn yaml_is_read_or_refused_at_its_place(text in made_of(PIECES)) {
        match load(&SourceFile::new("a.yml", text.clone())) {
            Err(error) => prop_assert!(error.place().end() <= text.len()),
            Ok(documents) => for document in documents {
                if let Err(fault) = playbook::playbook(&document) {
                    prop_assert!(fault.place().is_some(), "{fault}");
                }
            }
        }
    }
}

#[test]
fn aliases_cannot_blow_up() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let lower = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{lower}]\n"));
    }
    let error = load(&SourceFile::new("bomb.yml", text)).unwrap_err();
    assert!(matches!(error, YamlError::TooLarge { .. }), "{error}");
}
