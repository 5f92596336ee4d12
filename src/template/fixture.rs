//! Variables for the unit tests of this room.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use minijinja::value::Value;

use super::{Configuration, Engine, Settings, TemplateError, Variables};

/// The one engine of all tests.
pub(super) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(fresh).clone()
}

fn fresh() -> Engine {
    Engine::new(Settings {
        strict_conditions: false,
        environment: BTreeMap::from([("HOME".into(), "/home/ada".into())]),
        configuration: Configuration::default(),
        decrypt: Box::new(|envelope| {
            match envelope.trim_end().strip_prefix("$ANSIBLE_VAULT;test\n") {
                Some(text) => Ok(text.to_owned()),
                None => Err("this is no vault".into()),
            }
        }),
    })
}

/// The variables `web` (a map), `names` (a list), `word` and `loops`, which needs itself.
pub(super) fn vars() -> Arc<dyn Variables> {
    Arc::new(Fixture::default())
}

/// Variables that search for files in one directory.
pub(super) fn vars_in(directory: PathBuf) -> Arc<dyn Variables> {
    Arc::new(Fixture {
        directory: Some(directory),
    })
}

#[derive(Clone, Debug, Default)]
struct Fixture {
    directory: Option<PathBuf>,
}

impl Variables for Fixture {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        Some(Ok(match name {
            "web" => Value::from_pairs([
                ("port", Value::from(80)),
                ("name", Value::from("nginx")),
                ("none", Value::from(())),
            ]),
            "names" => Value::from(vec!["ada", "bob", "eve"]),
            "word" => Value::from("Hello"),
            "loops" => {
                let again: Arc<dyn Variables> = Arc::new(self.clone());
                return Some(engine().text("{{ loops }}", &again));
            }
            _ => return None,
        }))
    }

    fn names(&self) -> Vec<String> {
        ["web", "names", "word", "loops"].map(String::from).into()
    }

    fn search_path(&self, _kind: &str) -> Vec<PathBuf> {
        self.directory.iter().cloned().collect()
    }
}

/// What a text gives, as Python would print it; an error's message where it gives none.
pub(super) fn shown(source: &str) -> String {
    match engine().text(source, &vars()) {
        Ok(value) => super::print::repr(&value),
        Err(error) => format!("error: {error}"),
    }
}
