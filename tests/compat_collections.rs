//! Filters, tests and lookups of collections mean the same to the ansible package and to farcast, types included.
//!
//! Each file of `compat/collections` is a family: variables, expressions, and those that differ with their reason.
//! The variable `ground` is the repository.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use farcast::{
    control, module,
    source::{Kind, Node, SourceFile, yaml},
    template::{self, Configuration, Engine, Settings, TemplateError, Value, Variables},
};
use serde_json::{Value as Json, json};

/// What the names of a collection start with.
const COLLECTIONS: [&str; 3] = ["ansible.utils.", "community.general.", "community.crypto."];

/// Several collections have these, so that they have no short name.
const SHARED: [&str; 3] = ["keep_keys", "remove_keys", "replace_keys"];

#[derive(Debug)]
struct Given(BTreeMap<String, Value>);

impl Variables for Given {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        self.0.get(name).cloned().map(Ok)
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        Vec::new()
    }

    fn has_module(&self, name: &str) -> bool {
        module::find(name).is_some() || control::find(name).is_some()
    }
}

struct Family {
    name: String,
    vars: Json,
    same: Vec<String>,
    different: Vec<String>,
}

impl Family {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the family is readable");
        let node = yaml::load_one(&SourceFile::new(path, text)).expect("the family is YAML");
        let mut vars = node
            .get("vars")
            .map_or(json!({}), |vars| template::to_json(&template::raw(vars)));
        vars["ground"] = env!("CARGO_MANIFEST_DIR").into();
        let expression = |entry: &Node| {
            let reason = entry.get("reason").and_then(Node::as_str);
            assert!(
                reason.is_some_and(|reason| reason.len() > 10),
                "a reason is missing"
            );
            entry
                .get("expression")
                .and_then(Node::as_str)
                .map(str::to_owned)
        };
        Self {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            vars,
            same: list(&node, "expressions")
                .iter()
                .filter_map(Node::as_str)
                .map(str::to_owned)
                .collect(),
            different: list(&node, "different")
                .iter()
                .filter_map(expression)
                .collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.same.iter().chain(&self.different)
    }
}

fn list<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match node.get(name).map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

fn families() -> Vec<Family> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/collections");
    let entries = std::fs::read_dir(folder).expect("the families are there");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| Family::read(path)).collect()
}

/// What the ansible package answers, family by family, in one process.
fn oracle(families: &[Family]) -> Vec<Vec<Json>> {
    let bin = std::env::var("FARCAST_ORACLE_FULL").expect(
        "set FARCAST_ORACLE_FULL to the bin directory that `make oracle-full` makes: the ansible package with what its filters need",
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/collected.py");
    let mut child = Command::new(Path::new(&bin).join("python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the oracle starts");
    let asked: Vec<Json> = families
        .iter()
        .map(|family| json!({"vars": family.vars, "expressions": family.all().collect::<Vec<_>>()}))
        .collect();
    let asked = serde_json::to_vec(&asked).expect("the question is JSON");
    let mut input = child.stdin.take().expect("the oracle listens");
    input.write_all(&asked).expect("the oracle reads");
    drop(input);
    let output = child.wait_with_output().expect("the oracle ends");
    serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON")
}

/// What farcast answers, in the oracle's form.
fn answer(engine: &Engine, expression: &str, vars: &Arc<dyn Variables>) -> Json {
    match engine.text(expression, vars) {
        Ok(value) => json!({"value": template::display(&vec![value].into())}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

fn same(got: &Json, expected: &Json) -> bool {
    got.get("value") == expected.get("value")
}

/// The expression with the short names, where all of them have one.
fn shortened(expression: &str) -> Option<String> {
    let has = !SHARED.iter().any(|name| expression.contains(name));
    let short = |text: String, collection: &&str| text.replace(collection, "");
    has.then(|| COLLECTIONS.iter().fold(expression.to_owned(), short))
}

#[test]
fn collections_mean_what_they_mean_to_ansible() {
    let families = families();
    let engine = Engine::new(Settings {
        strict_conditions: false,
        environment: std::env::vars().collect(),
        configuration: Configuration::default(),
        decrypt: Box::new(|_| Err("there is no vault here".into())),
    });
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (family, expected) in families.iter().zip(oracle(&families)) {
        assert_eq!(family.all().count(), expected.len());
        let given = family.vars.as_object().expect("vars are a map").iter();
        let given = given.map(|(name, value)| (name.clone(), template::from_json(value)));
        let given: Arc<dyn Variables> = Arc::new(Given(given.collect()));
        count += family.same.len();
        for (at, (expression, expected)) in family.all().zip(&expected).enumerate() {
            let got = answer(&engine, expression, &given);
            let short = shortened(expression).map(|short| answer(&engine, &short, &given));
            let alike = short.is_none_or(|short| same(&short, &got));
            if same(&got, expected) != (at < family.same.len()) || !alike {
                wrong.push(format!(
                    "{}: {expression}\n  ansible: {expected}\n  farcast: {got}",
                    family.name
                ));
            }
        }
    }
    assert!(
        count >= 400,
        "the families have shrunk to {count} expressions"
    );
    assert!(
        wrong.is_empty(),
        "{} of {count} are not as listed:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
