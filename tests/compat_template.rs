//! Every expression of `compat/expressions.yml` means the same to ansible-core and to farcast, types included.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use farcast::{
    source::{Kind, SourceFile, yaml},
    template::{self, Engine, Settings, TemplateError, Value, Variables},
};
use serde_json::{Value as Json, json};

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
}

/// The table: variables and expressions.
fn table() -> (Json, Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/expressions.yml");
    let text = std::fs::read_to_string(&path).expect("the table is readable");
    let node = yaml::load_one(&SourceFile::new(path, text)).expect("the table is YAML");
    let vars = node.get("vars").expect("the table has vars");
    let Some(Kind::List(expressions)) = node.get("expressions").map(|node| &node.kind) else {
        panic!("the table has a list of expressions");
    };
    let texts = expressions.iter().filter_map(|node| node.as_str());
    let vars = template::to_json(&template::raw(vars));
    (vars, texts.map(str::to_owned).collect())
}

/// What ansible-core answers.
fn oracle(vars: &Json, expressions: &[String]) -> Vec<Json> {
    let bin = std::env::var("FARCAST_ORACLE")
        .expect("set FARCAST_ORACLE to the bin directory of a virtual environment that has ansible-core 2.19");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/templates.py");
    let mut child = Command::new(Path::new(&bin).join("python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    let asked = json!({"vars": vars, "expressions": expressions}).to_string();
    let mut input = child.stdin.take().expect("the oracle listens");
    input.write_all(asked.as_bytes()).expect("the oracle reads");
    drop(input);
    let output = child.wait_with_output().expect("the oracle ends");
    serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON")
}

/// What farcast answers, in the oracle's form.
fn answer(engine: &Engine, expression: &str, vars: &Arc<dyn Variables>) -> Json {
    match engine.text(expression, vars) {
        Ok(value) if template::is_omit(&value) => json!({"error": "omit"}),
        Ok(value) => json!({"value": template::to_json(&value)}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

#[test]
fn expressions_mean_what_they_mean_to_ansible() {
    let (vars, expressions) = table();
    let expected = oracle(&vars, &expressions);
    let engine = Engine::new(Settings {
        environment: std::env::vars().collect(),
        decrypt: Box::new(|_| Err("there is no vault here".into())),
    });
    let given = vars.as_object().expect("vars are a map").iter();
    let given = given.map(|(name, value)| (name.clone(), template::from_json(value)));
    let given: Arc<dyn Variables> = Arc::new(Given(given.collect()));
    let mut wrong = Vec::new();
    for (expression, expected) in expressions.iter().zip(&expected) {
        let got = answer(&engine, expression, &given);
        let same = match (got.get("error"), expected.get("error")) {
            (Some(_), Some(_)) => true,
            _ => got == *expected,
        };
        if !same {
            wrong.push(format!(
                "{expression}\n  ansible: {expected}\n  farcast: {got}"
            ));
        }
    }
    assert_eq!(expected.len(), expressions.len());
    assert!(expressions.len() >= 300, "the table has shrunk");
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        expressions.len(),
        wrong.join("\n")
    );
}
