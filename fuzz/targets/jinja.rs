//! Any text is a template that gives a value, or an error.
#![no_main]

use {
    farcast::template::{Configuration, Engine, Settings, TemplateError, Value, Variables},
    libfuzzer_sys::fuzz_target,
    std::{
        collections::BTreeMap,
        path::PathBuf,
        sync::{Arc, LazyLock, Mutex},
    },
};

/// An engine keeps what it compiled; here that would be every text there ever was.
const INPUTS_PER_ENGINE: usize = 10_000;

static ENGINE: LazyLock<Mutex<(usize, Engine)>> = LazyLock::new(|| Mutex::new((0, fresh())));

fn fresh() -> Engine {
    Engine::new(Settings {
        environment: BTreeMap::new(),
        configuration: Configuration::default(),
        strict_conditions: false,
        decrypt: Box::new(|_| Err("no vault here".into())),
    })
}

fn engine() -> Engine {
    let mut engine = ENGINE.lock().expect("nothing panics while it holds this");
    engine.0 += 1;
    if engine.0 > INPUTS_PER_ENGINE {
        *engine = (0, fresh());
    }
    engine.1.clone()
}

/// One map, one list, one word, one number.
#[derive(Debug)]
struct Few;

impl Variables for Few {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        Some(Ok(match name {
            "m" => Value::from_pairs([("a", 1), ("b", 2)]),
            "l" => Value::from(vec!["x", "y"]),
            "w" => Value::from("Hello"),
            "n" => Value::from(42),
            _ => return None,
        }))
    }

    fn names(&self) -> Vec<String> {
        ["m", "l", "w", "n"].map(str::to_owned).into()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// Lookups run commands and read files: what was made up shall not.
const REACHING: [&str; 6] = ["lookup", "query", "q(", "include", "import", "extends"];

fuzz_target!(|text: &str| {
    let engine = engine();
    let _compiles = engine.check(text);
    engine.names_used(text);
    if REACHING.iter().any(|word| text.contains(word)) {
        return;
    }
    let vars: Arc<dyn Variables> = Arc::new(Few);
    for result in [engine.text(text, &vars), engine.expression(text, &vars)] {
        if let Err(error) = result {
            assert!(!error.to_string().is_empty());
        }
    }
});
