//! What the files of `compat/jinja` ask means the same to ansible-core and to farcast: values with their types, and which of them are
//! errors.
//!
//! `expressions` stand between braces, `texts` as they are, `blocks` have line ends, `conditions` are those of `when`, `files` are templates of their own; of
//! `shapes` only letters, digits and the rest are compared, for they are made by chance. `differs` says which are not the same, and why.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use farcast::{
    source::{Kind, Node, SourceFile, yaml},
    template::{self, Configuration, Engine, Settings, TemplateError, Value, Variables},
};
use serde_json::{Value as Json, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/jinja")
}

fn load(path: &Path) -> Node {
    let text = std::fs::read_to_string(path).expect("the file is readable");
    yaml::load_one(&SourceFile::new(path, text)).expect("the file is YAML")
}

/// The variables of `vars.yml`, rendered when they are asked for.
#[derive(Clone, Debug)]
struct Given {
    engine: Engine,
    nodes: Arc<Vec<(String, Node)>>,
}

impl Given {
    fn read(engine: &Engine) -> Self {
        let Kind::Map(entries) = load(&folder().join("vars.yml")).kind else {
            panic!("the variables are a map");
        };
        let named = |(name, node): (Node, Node)| Some((name.as_str()?.to_owned(), node));
        Self {
            engine: engine.clone(),
            nodes: Arc::new(entries.into_iter().filter_map(named).collect()),
        }
    }
}

impl Variables for Given {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        let (_, node) = self.nodes.iter().find(|(known, _)| known == name)?;
        let again: Arc<dyn Variables> = Arc::new(self.clone());
        Some(self.engine.variable(node, &again))
    }

    fn names(&self) -> Vec<String> {
        self.nodes.iter().map(|(name, _)| name.clone()).collect()
    }

    fn search_path(&self, kind: &str) -> Vec<PathBuf> {
        let ground = folder().join("ground");
        vec![ground.join(kind), ground]
    }
}

/// One question.
#[derive(Debug)]
struct Case {
    kind: &'static str,
    text: String,
    /// Where it differs on purpose.
    why: Option<String>,
    family: String,
}

/// The settings that both see, beside the tables.
const CONFIGURATION: &str = "ground/ansible.cfg";

const LINES: [&str; 4] = ["expressions", "texts", "conditions", "shapes"];

fn family(path: &Path) -> Vec<Case> {
    let node = load(path);
    let list = |name: &str| match node.get(name).map(|node| node.kind.clone()) {
        Some(Kind::List(items)) => items,
        _ => Vec::new(),
    };
    let field = |node: &Node, name: &str| {
        let field = node.get(name).and_then(|field| field.as_str());
        field
            .expect("'differs' has 'of' and 'why'")
            .trim_end()
            .to_owned()
    };
    let differs: BTreeMap<String, String> = list("differs")
        .iter()
        .map(|node| (field(node, "of"), field(node, "why")))
        .collect();
    let mut used = 0;
    let mut cases = Vec::new();
    let mut add = |kind, text: &str| {
        let why = differs.get(text.trim_end()).cloned();
        used += usize::from(why.is_some());
        let text = match kind {
            "expressions" | "shapes" => format!("{{{{ {text} }}}}"),
            _ => text.to_owned(),
        };
        let family = path.file_stem().unwrap_or_default().to_string_lossy();
        cases.push(Case {
            kind,
            text,
            why,
            family: family.into_owned(),
        });
    };
    for kind in LINES {
        let text = node
            .get(kind)
            .and_then(|node| node.as_str())
            .unwrap_or_default();
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .for_each(|line| add(kind, line));
    }
    for (name, kind) in [("files", "file"), ("blocks", "block")] {
        for node in list(name) {
            add(kind, node.as_str().expect("a template is text"));
        }
    }
    assert_eq!(
        used,
        differs.len(),
        "'differs' of {} names what is not asked",
        path.display()
    );
    cases
}

fn cases() -> Vec<Case> {
    let entries = std::fs::read_dir(folder()).expect("the folder is readable");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry is readable").path())
        .filter(|path| {
            path.extension().is_some_and(|ending| ending == "yml") && !path.ends_with("vars.yml")
        })
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| family(path)).collect()
}

/// What ansible-core answers.
fn oracle(cases: &[Case]) -> Vec<Json> {
    let bin = std::env::var("FARCAST_ORACLE")
        .expect("set FARCAST_ORACLE to the bin directory of a virtual environment that has ansible-core 2.19");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/templates.py");
    let mut child = Command::new(Path::new(&bin).join("python"))
        .arg(script)
        .envs(environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the oracle starts");
    let kind = |case: &Case| match case.kind {
        "conditions" => "condition",
        "file" => "file",
        _ => "text",
    };
    let cases: Vec<Json> = cases
        .iter()
        .map(|case| json!({"kind": kind(case), "text": case.text}))
        .collect();
    let asked = json!({
        "vars": folder().join("vars.yml"),
        "ground": folder().join("ground"),
        "cases": cases,
    });
    let mut input = child.stdin.take().expect("the oracle listens");
    input
        .write_all(asked.to_string().as_bytes())
        .expect("the oracle reads");
    drop(input);
    let output = child.wait_with_output().expect("the oracle ends");
    serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON")
}

/// What both see of the environment beside the test's own.
fn environment() -> BTreeMap<String, String> {
    let fixed = [
        ("HOME", "/home/ada"),
        ("TZ", "UTC"),
        ("FARCAST_GREETING", "hello"),
        ("ANSIBLE_PRIVATE_KEY_FILE", "$HOME/.ssh/../key"),
        ("ANSIBLE_TIMEOUT", "30"),
        ("ANSIBLE_TASK_TIMEOUT", ""),
        ("ANSIBLE_ROLES_PATH", "~/roles:/roles/./x"),
        // farcast has these always.
        (
            "ANSIBLE_JINJA2_EXTENSIONS",
            "jinja2.ext.do,jinja2.ext.loopcontrols",
        ),
    ];
    let file = folder().join(CONFIGURATION).display().to_string();
    fixed
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .chain([("ANSIBLE_CONFIG".to_owned(), file)])
        .collect()
}

/// What `ground/ansible.cfg` says.
fn configuration() -> Configuration {
    let path = folder().join(CONFIGURATION);
    let text = std::fs::read_to_string(&path).expect("the file is readable");
    let mut section = "";
    let mut values = BTreeMap::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((name, value)) = line.split_once(" = ") {
            values.insert(format!("{section}.{name}"), value.to_owned());
        }
    }
    Configuration {
        path: Some(path),
        values,
        own: BTreeMap::new(),
    }
}

fn engine() -> Engine {
    Engine::new(Settings {
        environment: std::env::vars().chain(environment()).collect(),
        configuration: configuration(),
        decrypt: Box::new(|_| Err("there is no vault here".into())),
        strict_conditions: true,
    })
}

/// What farcast answers, in the oracle's form.
fn answer(engine: &Engine, case: &Case, vars: &Arc<dyn Variables>) -> Json {
    let answer = match case.kind {
        "conditions" => engine.truth(&case.text, vars).map(Value::from),
        "file" => {
            let path = folder().join("ground/templates/asked.j2");
            let file = SourceFile::new(path, case.text.as_str());
            engine.file(&file, vars).map(Value::from)
        }
        _ => engine.text(&case.text, vars),
    };
    match answer {
        Ok(value) if template::is_omit(&value) => json!({"error": "omit"}),
        Ok(value) => json!({"value": template::display(&Value::from(vec![value]))}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

/// A value whose letters and digits count as such, and not how many of them there are.
fn shape(value: &str) -> String {
    let mut shape = String::new();
    for c in value.chars() {
        let kind = if c.is_ascii_alphanumeric() { 'x' } else { c };
        if kind != 'x' || !shape.ends_with('x') {
            shape.push(kind);
        }
    }
    shape
}

fn same(case: &Case, expected: &Json, got: &Json) -> bool {
    match (expected["value"].as_str(), got["value"].as_str()) {
        (Some(expected), Some(got)) if case.kind == "shapes" => shape(expected) == shape(got),
        (expected, got) => expected == got,
    }
}

/// Every difference stands in the documentation with its reason.
fn assert_documented(cases: &[Case]) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compatibility.md");
    let page = std::fs::read_to_string(page).expect("the page is readable");
    let reasons = cases.iter().filter_map(|case| case.why.as_deref());
    let lost: Vec<&str> = reasons
        .filter(|why| !page.contains(&format!("- {why}\n")))
        .collect();
    assert!(
        lost.is_empty(),
        "docs/compatibility.md does not say: {lost:#?}"
    );
}

#[test]
fn templates_mean_what_they_mean_to_ansible() {
    let cases = cases();
    let expected = oracle(&cases);
    let engine = engine();
    let given: Arc<dyn Variables> = Arc::new(Given::read(&engine));
    let mut wrong = Vec::new();
    let (mut alike, mut errors, mut differing) = (0, 0, 0);
    for (case, expected) in cases.iter().zip(&expected) {
        let got = answer(&engine, case, &given);
        match (same(case, expected, &got), &case.why) {
            (true, None) => {
                alike += 1;
                errors += usize::from(got.get("error").is_some());
            }
            (false, Some(_)) => differing += 1,
            (true, Some(why)) => wrong.push(format!("{}\n  is the same, though {why}", case.text)),
            (false, None) => wrong.push(format!(
                "[{}] {}\n  ansible: {expected}\n  farcast: {got}",
                case.family, case.text
            )),
        }
    }
    println!("{alike} mean the same, {errors} of them are errors; {differing} differ on purpose");
    assert_eq!(expected.len(), cases.len());
    assert_documented(&cases);
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert!(alike >= 1500, "the tables have shrunk to {alike}");
}
