use {
    super::Room,
    farcast::{
        source::{SourceFile, yaml},
        template,
    },
    jsonschema::Validator,
    serde_json::Value,
    std::{
        fs,
        path::{Path, PathBuf},
    },
};

fn validator(options: &str) -> Validator {
    let text = Room::new().farcast(&format!("schema {options}")).good();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::draft7::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A document as an editor sees it.
fn document(text: &str) -> Value {
    let node = yaml::load_one(&SourceFile::new("a.yml", text)).unwrap();
    template::to_json(&template::raw(&node))
}

fn complaints(validator: &Validator, text: &str) -> Vec<String> {
    let document = document(text);
    let errors = validator.iter_errors(&document);
    errors
        .map(|error| format!("{}: {error:.300}", error.instance_path()))
        .collect()
}

fn files(folder: &str, deep: bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && deep {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yml") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has files");
    found
}

#[test]
fn what_ships_fits_the_schema() {
    let playbooks = validator("");
    for path in files("playbooks", false) {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            complaints(&playbooks, &text),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
    let tasks = validator("--tasks");
    let roles = files("roles", true);
    let parts = ["tasks", "handlers"];
    let is_tasks = |path: &&PathBuf| {
        parts
            .iter()
            .any(|part| path.parent().unwrap().ends_with(part))
    };
    for path in roles.iter().filter(is_tasks) {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(
            complaints(&tasks, &text),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn playbooks_that_ansible_runs_fit_the_schema() {
    let playbooks = validator("");
    for path in files("tests/compat/playbooks", true) {
        // Short names of modules beside a playbook are no names that an editor could know.
        let brings_modules = path.with_file_name("library").is_dir();
        if path.ends_with("play.yml") && !brings_modules {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(
                complaints(&playbooks, &text),
                Vec::<String>::new(),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn mistakes_are_refused() {
    let playbooks = validator("");
    let right = "- hosts: all\n  become: yes\n  tasks:\n    - copy: {src: a, dest: /b, mode: '{{ m }}'}\n      when: x\n";
    assert_eq!(complaints(&playbooks, right), Vec::<String>::new());
    for wrong in [
        "- hots: all\n",
        "- tasks: []\n",
        "- hosts: all\n  becom: yes\n",
        "- hosts: all\n  become: perhaps\n",
        "- hosts: all\n  tasks:\n    - copi: {src: a, dest: /b}\n",
        "- hosts: all\n  tasks:\n    - ansible.builtin.copi: {src: a, dest: /b}\n",
        "- hosts: all\n  tasks:\n    - copy: {scr: a, dest: /b}\n",
        "- hosts: all\n  tasks:\n    - file: {path: /a, state: presnt}\n",
        "- hosts: all\n  tasks:\n    - block:\n        - debug: {msg: x}\n          wen: y\n",
        "- hosts: all\n  handlers:\n    - name: x\n      service: {name: x, sate: restarted}\n",
        "- import_playbook: a.yml\n  hosts: all\n",
        "hosts: all\n",
    ] {
        assert!(!complaints(&playbooks, wrong).is_empty(), "{wrong}");
    }
    let tasks = validator("--tasks");
    assert_eq!(
        complaints(&tasks, "- debug: {msg: x}\n  listen: y\n"),
        Vec::<String>::new()
    );
    assert!(!complaints(&tasks, "- hosts: all\n").is_empty());
}

#[test]
fn inventories_have_a_schema_too() {
    let inventories = validator("--inventory");
    for right in [
        "all:\n  hosts: {a: , b: {x: 1}}\n  children: {web: {vars: {y: 2}}}\n",
        "plugin: constructed\nstrict: true\nkeyed_groups: [{key: os, prefix: os}]\n",
    ] {
        assert_eq!(complaints(&inventories, right), Vec::<String>::new());
    }
    for wrong in [
        "web: {host: {a: }}\n",
        "plugin: constructed\nkeyed_groups: [{kei: os}]\n",
    ] {
        assert!(!complaints(&inventories, wrong).is_empty(), "{wrong}");
    }
}
