use {
    super::{Fault, nearest},
    serde_json::{Map, Number, Value},
};

/// What an argument may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Any,
    Bool,
    Int {
        unsigned: bool,
    },
    Float,
    Text,
    /// A path on the host.
    Path,
    /// A file mode: numbers become octal text.
    Mode,
    Choice(Vec<String>),
    List(Box<Shape>),
    Map,
}

impl Shape {
    /// Reads a property of a JSON schema.
    pub(super) fn read(schema: &Value) -> Self {
        if let Some(shape) = alternatives(schema) {
            return shape;
        }
        let choices = choices(schema);
        if !choices.is_empty() {
            return Self::Choice(choices);
        }
        match (kind(schema), schema["format"].as_str()) {
            (_, Some("mode")) => Self::Mode,
            (_, Some("path")) => Self::Path,
            (Some("boolean"), _) => Self::Bool,
            (Some("integer"), format) => Self::Int {
                unsigned: format.is_some_and(|format| format.starts_with('u')),
            },
            (Some("number"), _) => Self::Float,
            (Some("string"), _) => Self::Text,
            (Some("array"), _) => Self::List(Box::new(Self::read(&schema["items"]))),
            (Some("object"), _) => Self::Map,
            _ => Self::Any,
        }
    }

    /// The choices, where there are such.
    pub fn choices(&self) -> &[String] {
        match self {
            Self::Choice(choices) => choices,
            _ => &[],
        }
    }

    /// As documentation names it.
    pub fn name(&self) -> String {
        match self {
            Self::Any => "any".into(),
            Self::Bool => "bool".into(),
            Self::Int { .. } => "int".into(),
            Self::Float => "float".into(),
            Self::Text | Self::Choice(_) => "str".into(),
            Self::Path => "path".into(),
            Self::Mode => "mode".into(),
            Self::List(items) => format!("list of {}", items.name()),
            Self::Map => "dict".into(),
        }
    }

    /// Turns what a user wrote into this shape.
    pub fn accept(&self, value: Value) -> Result<Value, Fault> {
        match self {
            Self::Any => Ok(value),
            Self::Bool => boolean(&value)
                .map(Value::Bool)
                .ok_or_else(|| wrong("a boolean", value)),
            Self::Int { unsigned } => integer(&value)
                .filter(|number| *number >= 0 || !unsigned)
                .map(Value::from)
                .ok_or_else(|| {
                    let expected = match unsigned {
                        true => "a whole number from 0",
                        false => "a whole number",
                    };
                    wrong(expected, value)
                }),
            Self::Float => float(&value)
                .map(Value::Number)
                .ok_or_else(|| wrong("a number", value)),
            Self::Text => text(&value)
                .map(Value::String)
                .ok_or_else(|| wrong("a string", value)),
            Self::Path => text(&value)
                .filter(|path| !path.is_empty())
                .map(Value::String)
                .ok_or_else(|| wrong("a path", value)),
            Self::Mode => mode(&value)
                .map(Value::String)
                .ok_or_else(|| wrong("a file mode such as \"0644\" or \"u=rw,g=r\"", value)),
            Self::Choice(choices) => choice(choices, value),
            Self::List(items) => list(items, value),
            Self::Map => map(value),
        }
    }
}

/// `Option<T>` of some types comes as `anyOf: [T, null]`.
fn alternatives(schema: &Value) -> Option<Shape> {
    let real = |one: &&Value| one["type"] != "null";
    let mut ones = schema["anyOf"].as_array()?.iter().filter(real);
    match (ones.next(), ones.next()) {
        (Some(only), None) => Some(Shape::read(only)),
        _ => None,
    }
}

fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            kinds.find(|kind| *kind != "null")
        }
        _ => None,
    }
}

/// Unit variants come as `enum`, those with documentation as `const` in a `oneOf`.
fn choices(schema: &Value) -> Vec<String> {
    let variants = schema["oneOf"].as_array().into_iter().flatten();
    let listed = |one: &Value| one["enum"].as_array().cloned().unwrap_or_default();
    let mut choices = listed(schema);
    for variant in variants {
        choices.extend(listed(variant));
        choices.extend(variant.get("const").cloned());
    }
    let texts = choices.iter().filter_map(Value::as_str);
    texts.map(Into::into).collect()
}

fn wrong(expected: &str, found: Value) -> Fault {
    Fault::Type {
        expected: expected.into(),
        found,
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(known) => Some(*known),
        Value::Number(number) => match number.as_f64()? {
            1.0 => Some(true),
            0.0 => Some(false),
            _ => None,
        },
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "on" | "1" | "true" | "y" | "t" | "1.0" => Some(true),
            "no" | "off" | "0" | "false" | "n" | "f" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|n| n.fract() == 0.0);
            number.as_i64().or(whole.map(|number| number as i64))
        }
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

fn float(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(digits) => Number::from_f64(digits.trim().parse().ok()?),
        _ => None,
    }
}

/// Python's words for booleans, as Ansible's modules get them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("True".into()),
        Value::Bool(false) => Some("False".into()),
        _ => None,
    }
}

fn mode(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().into()),
        Value::Number(number) => Some(format!("{:04o}", number.as_u64()?)),
        _ => None,
    }
}

/// An unquoted `yes` or `no` was a boolean before it got here.
fn choice(choices: &[String], value: Value) -> Result<Value, Fault> {
    let known = |word: &str| choices.iter().any(|choice| choice == word);
    let words = match &value {
        Value::Bool(true) => vec!["yes", "true", "on", "True"],
        Value::Bool(false) => vec!["no", "false", "off", "False"],
        _ => Vec::new(),
    };
    let written = text(&value).unwrap_or_default();
    let words = words.into_iter().chain([written.as_str()]);
    match words.into_iter().find(|word| known(word)) {
        Some(word) => Ok(word.into()),
        None => Err(Fault::Choice {
            choices: choices.to_vec(),
            nearest: nearest(&written, choices.iter().map(String::as_str)).map(Into::into),
            found: value,
        }),
    }
}

fn list(items: &Shape, value: Value) -> Result<Value, Fault> {
    let values = match value {
        Value::Array(values) => values,
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Array(values)) => values,
            _ => split(&text),
        },
        Value::Object(_) if *items != Shape::Map => return Err(wrong("a list", value)),
        one => vec![one],
    };
    let values = values.into_iter().map(|value| items.accept(value));
    Ok(Value::Array(values.collect::<Result<_, _>>()?))
}

fn split(text: &str) -> Vec<Value> {
    let parts = text.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(Value::from)
        .collect()
}

fn map(value: Value) -> Result<Value, Fault> {
    let Value::String(text) = &value else {
        return match value {
            Value::Object(_) => Ok(value),
            other => Err(wrong("a map", other)),
        };
    };
    if let Ok(Value::Object(map)) = serde_json::from_str(text) {
        return Ok(Value::Object(map));
    }
    let words = shlex::split(&text.replace(',', " ")).unwrap_or_default();
    let pairs: Option<Map<String, Value>> = words
        .iter()
        .map(|word| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_owned(), Value::from(value)))
        })
        .collect();
    pairs
        .filter(|pairs| !pairs.is_empty())
        .map(Value::Object)
        .ok_or_else(|| wrong("a map", value))
}
