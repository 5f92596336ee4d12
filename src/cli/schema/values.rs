use {
    crate::{module::argument::Shape as Argument, playbook::Shape as Keyword},
    serde_json::{Value, json},
};

/// A text with a template in it fits everywhere: what it gives is known only later.
const TEMPLATE: &str = r"\{\{|\{%";

const BOOLEAN_WORDS: &str =
    r"^\s*([Yy](es|ES)?|[Tt](rue|RUE)?|[Oo](n|N|ff|FF)|[Nn](o|O)?|[Ff](alse|ALSE)?|[01](\.0)?)\s*$";

fn template() -> Value {
    json!({"type": "string", "pattern": TEMPLATE})
}

/// What Ansible takes for true and false.
pub(super) fn boolean() -> Value {
    json!({"anyOf": [
        {"type": "boolean"},
        {"enum": [0, 1]},
        {"type": "string", "pattern": BOOLEAN_WORDS},
        template(),
    ]})
}

fn number() -> Value {
    json!({"anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": r"^\s*[-+]?[0-9._]+([eE][-+]?[0-9]+)?\s*%?\s*$"},
        template(),
    ]})
}

/// What stands behind a keyword.
pub(super) fn keyword(shape: Keyword) -> Value {
    match shape {
        Keyword::Any => json!({}),
        Keyword::Bool => boolean(),
        Keyword::Number => number(),
        Keyword::Text => json!({"type": ["string", "number", "boolean", "null"]}),
        Keyword::List | Keyword::Condition => {
            json!({"type": ["array", "string", "number", "boolean", "null"]})
        }
        Keyword::Map => json!({"type": ["object", "null"]}),
        Keyword::Maps => json!({"anyOf": [{"type": ["object", "array", "null"]}, template()]}),
        Keyword::Tasks => json!({"anyOf": [{"type": "null"}, {"$ref": "#/definitions/tasks"}]}),
    }
}

/// What stands behind a module's argument. Nothing is as good as no argument.
pub(super) fn argument(shape: &Argument) -> Value {
    let mut wanted = match shape {
        Argument::Any => return json!({}),
        Argument::Bool => boolean(),
        Argument::Int { .. } | Argument::Float => number(),
        Argument::Text | Argument::Path => json!({"type": ["string", "number", "boolean"]}),
        Argument::Mode => json!({"type": ["string", "integer"]}),
        Argument::Choice(choices) => choice(choices),
        Argument::List(_) => json!({"type": ["array", "string", "number", "boolean", "object"]}),
        Argument::Map => json!({"type": ["object", "string"]}),
    };
    match wanted.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(alternatives) => {
            alternatives.push(json!({"type": "null"}));
            wanted
        }
        None => json!({"anyOf": [wanted, {"type": "null"}]}),
    }
}

/// Words; where one of them is YAML's for true, false or a number, that too.
fn choice(choices: &[String]) -> Value {
    let mut alternatives = vec![json!({"enum": choices}), template()];
    let is = |test: fn(&str) -> bool| choices.iter().any(|choice| test(choice));
    if is(|choice| matches!(choice, "yes" | "no" | "true" | "false" | "on" | "off")) {
        alternatives.push(json!({"type": "boolean"}));
    }
    if is(|choice| choice.parse::<f64>().is_ok()) {
        alternatives.push(json!({"type": "number"}));
    }
    json!({"anyOf": alternatives})
}
