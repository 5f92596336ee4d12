use {
    super::made_of,
    farcast::template::{Configuration, Engine, Settings, TemplateError, Value, Variables},
    proptest::prelude::*,
    std::{
        collections::BTreeMap,
        path::PathBuf,
        sync::{Arc, LazyLock},
    },
};

const PIECES: &[&str] = &[
    "{{ ",
    " }}",
    "{% ",
    " %}",
    "{# ",
    " #}",
    "{{ l",
    "if ",
    "else",
    "endif",
    "for x in ",
    "endfor",
    "set a = ",
    "| ",
    "|default('')",
    "|int",
    "|join(',')",
    "|map('upper')",
    "|list",
    "|dict2items",
    "|combine({})",
    "|regex_replace('(', '')",
    "[0]",
    "[-1]",
    "[1:]",
    ".a",
    ".items()",
    ".split(',')",
    "(",
    ")",
    "{",
    "}",
    "'",
    "\"",
    " ~ ",
    " + ",
    " * ",
    " // ",
    " % ",
    " ** ",
    " is defined",
    " is ",
    " not ",
    " in ",
    " and ",
    "m",
    "l",
    "w",
    "n",
    "0",
    "1",
    "99999999999999999999",
    "1.5",
    "none",
    "true",
    "-",
    "range(3)",
    "|",
];

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::new(Settings {
        environment: BTreeMap::new(),
        configuration: Configuration::default(),
        strict_conditions: false,
        decrypt: Box::new(|_| Err("no vault here".into())),
    })
});

/// A map, a list, a word and a number.
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

proptest! {
    #[test]
    fn a_template_gives_a_value_or_an_error(text in made_of(PIECES)) {
        let vars: Arc<dyn Variables> = Arc::new(Few);
        let _compiles = ENGINE.check(&text);
        ENGINE.names_used(&text);
        for result in [ENGINE.text(&text, &vars), ENGINE.expression(&text, &vars)] {
            if let Err(error) = result {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// What would take all time or all memory is refused.
#[test]
fn nothing_runs_away() {
    let vars: Arc<dyn Variables> = Arc::new(Few);
    for source in [
        "'x' * 10000000000",
        "[1] * 10000000000",
        "range(10000000000) | list",
        "range(10000000000) | sum",
        "9 ** 9 ** 9 ** 9",
        "'x'.ljust(10000000000)",
        "'x'.zfill(10000000000)",
        "'%10000000000d' % 1",
        "w | center(10000000000)",
        "'a' | indent(10000000000)",
        "range(30) | permutations(30) | list",
        "range(60) | combinations(30) | list",
        "'x' | password_hash('sha512', rounds=999999999)",
        "lookup('sequence', 'end=10000000000')",
    ] {
        assert!(ENGINE.expression(source, &vars).is_err(), "{source}");
    }
    let endless = "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}";
    assert!(ENGINE.text(endless, &vars).is_err());
    let nested = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(ENGINE.expression(&nested, &vars).is_err());
}
