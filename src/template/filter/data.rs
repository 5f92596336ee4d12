//! JSON, YAML and base64.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{charset, json, yaml};
use crate::source::{SourceFile, yaml as reader};
use crate::template::{builtin::Run, call::Call, failure, from_json, print, raw};

pub(super) const ALL: &[(&str, Run)] = &[
    ("to_json", |call| {
        let style = json::Style {
            indent: indent(call, 99)?,
            sorted: call.flag(9, "sort_keys"),
            ascii: ascii(call),
            separators: separators(call)?,
        };
        Ok(json::write(&call.value(), &style)?.into())
    }),
    ("to_nice_json", |call| {
        let style = json::Style {
            indent: Some(indent(call, 1)?.unwrap_or(4)),
            sorted: call.named("sort_keys").is_none_or(|value| value.is_true()),
            ascii: ascii(call),
            separators: separators(call)?,
        };
        Ok(json::write(&call.value(), &style)?.into())
    }),
    ("tojson", |call| {
        let style = json::Style {
            indent: call.int(1, "indent")?.and_then(|n| usize::try_from(n).ok()),
            sorted: true,
            ascii: true,
            separators: None,
        };
        let text = json::write(&call.value(), &style)?;
        let safe = text.replace('<', "\\u003c").replace('>', "\\u003e");
        Ok(safe.replace('&', "\\u0026").replace('\'', "\\u0027").into())
    }),
    ("from_json", |call| {
        let value = call.value();
        if !matches!(value.kind(), ValueKind::String | ValueKind::Bytes) {
            return Err(failure::plain("needs a text"));
        }
        let text = call.subject();
        serde_json::from_str::<serde_json::Value>(&text)
            .map(|value| from_json(&value))
            .map_err(|error| failure::plain(format!("this is no JSON: {error}")))
    }),
    ("to_yaml", |call| {
        let style = yaml::Style {
            nice: nice(call, false),
            flow: flows(call),
            indent: indent(call, 99)?.unwrap_or(2),
            sorted: sorted(call),
            width: width(call)?,
        };
        Ok(started(call, yaml::write(&call.value(), &style)).into())
    }),
    ("to_nice_yaml", |call| {
        let style = yaml::Style {
            nice: nice(call, true),
            indent: call
                .int(1, "indent")?
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(4),
            flow: flows(call),
            sorted: sorted(call),
            width: width(call)?,
        };
        if call.named("allow_unicode").is_some() {
            return Err(failure::plain("'allow_unicode' is always true here"));
        }
        Ok(started(call, yaml::write(&call.value(), &style)).into())
    }),
    ("from_yaml", |call| {
        if call.value().kind() != ValueKind::String {
            return Ok(call.value());
        }
        let all = documents(&call.subject())?;
        Ok(all.into_iter().next().unwrap_or(Value::from(())))
    }),
    ("from_yaml_all", |call| {
        documents(&call.subject()).map(Value::from)
    }),
    ("b64encode", |call| {
        let value = call.value();
        let text = call.subject();
        let bytes = match value.kind() {
            ValueKind::Bytes => value.as_bytes().unwrap_or_default().to_vec(),
            _ => charset::encoded(&text, &encoding(call))?,
        };
        Ok(STANDARD.encode(bytes).into())
    }),
    ("b64decode", |call| {
        // What is no letter of base64 is passed over, as Python does it.
        let of_base64 = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
        let text: String = call.subject().chars().filter(of_base64).collect();
        let bytes = STANDARD
            .decode(text)
            .map_err(|error| failure::plain(format!("this is no base64: {error}")))?;
        charset::decoded(&bytes, &encoding(call)).map(Value::from)
    }),
];

fn encoding(call: &Call) -> String {
    call.text(1, "encoding").unwrap_or_else(|| "utf-8".into())
}

/// `separators=(',', ':')`.
fn separators(call: &Call) -> Result<Option<[String; 2]>, Error> {
    let Some(given) = call.named("separators").filter(|given| !given.is_none()) else {
        return Ok(None);
    };
    let both: Vec<String> = given.try_iter()?.map(|sign| print::text(&sign)).collect();
    <[String; 2]>::try_from(both)
        .map(Some)
        .map_err(|_| failure::plain("'separators' are two texts"))
}

fn flows(call: &Call) -> bool {
    call.named("default_flow_style")
        .is_some_and(|flow| flow.is_true())
}

/// A document with the three dashes that `explicit_start` asks for.
fn started(call: &Call, text: String) -> String {
    if !call.flag(99, "explicit_start") {
        return text;
    }
    let block =
        text.lines().next().is_some_and(|line| {
            line.ends_with(':') || line.contains(": ") || line.starts_with("- ")
        }) && !text.starts_with(['{', '[', '"', '\'']);
    format!("---{}{text}", if block { '\n' } else { ' ' })
}

fn indent(call: &Call, at: usize) -> Result<Option<usize>, Error> {
    Ok(call
        .int(at, "indent")?
        .and_then(|indent| usize::try_from(indent).ok()))
}

fn ascii(call: &Call) -> bool {
    call.named("ensure_ascii")
        .is_none_or(|value| value.is_true())
}

fn sorted(call: &Call) -> bool {
    call.named("sort_keys").is_none_or(|value| value.is_true())
}

fn nice(call: &Call, default: bool) -> bool {
    match call.named("default_flow_style") {
        Some(flow) if !flow.is_none() => !flow.is_true(),
        _ => default,
    }
}

fn width(call: &Call) -> Result<usize, Error> {
    Ok(call
        .int(99, "width")?
        .and_then(|width| usize::try_from(width).ok())
        .unwrap_or(80))
}

/// The values of all documents in a YAML text.
fn documents(text: &str) -> Result<Vec<Value>, Error> {
    let nodes = reader::load(&SourceFile::new("the text", text))
        .map_err(|error| failure::plain(format!("this is no YAML: {error}")))?;
    Ok(nodes.iter().map(raw).collect())
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn json_goes_out_and_in() {
        assert_eq!(
            shown("{{ {'a': [1, none, true]} | to_json }}"),
            r#"'{"a": [1, null, true]}'"#
        );
        assert_eq!(shown("{{ '{\"a\": 1.5}' | from_json }}"), "{'a': 1.5}");
    }

    #[test]
    fn yaml_comes_in_as_ansible_reads_it() {
        assert_eq!(
            shown("{{ 'a: [yes, 0x10, ~]' | from_yaml }}"),
            "{'a': [True, 16, None]}"
        );
    }
}
