use super::python;
use crate::source::{Kind, Node};
use serde::Serialize;
use serde_json::{
    Map, Value,
    ser::{Formatter, PrettyFormatter, Serializer},
};
use std::io;

/// JSON with four spaces and sorted keys, numbers as Python writes them.
pub fn to_json(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    let mut text = Vec::new();
    let layout = Layout(PrettyFormatter::with_indent(b"    "));
    let written = sorted.serialize(&mut Serializer::with_formatter(&mut text, layout));
    match written {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => sorted.to_string(),
    }
}

/// A raw value as JSON; vaulted and unsafe text carry Ansible's markers.
pub fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Int(number) => Value::from(*number),
        Kind::Float(number) => Value::from(*number),
        Kind::String(text) => Value::from(text.as_str()),
        Kind::List(items) => items.iter().map(value).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, item)| (python::key(key), value(item)))
            .collect(),
        Kind::Unsafe(inner) => unsafe_value(inner),
        Kind::Vault(envelope) => marked("__ansible_vault", envelope),
    }
}

/// The same without the marker of unsafe text, which `--host` does not print.
pub fn unmarked(node: &Node) -> Value {
    match &node.kind {
        Kind::Unsafe(inner) => unmarked(inner),
        Kind::List(items) => items.iter().map(unmarked).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, item)| (python::key(key), unmarked(item)))
            .collect(),
        _ => value(node),
    }
}

fn unsafe_value(node: &Node) -> Value {
    match &node.kind {
        Kind::String(text) => marked("__ansible_unsafe", text),
        Kind::List(items) => items.iter().map(unsafe_value).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, item)| (python::key(key), unsafe_value(item)))
            .collect(),
        _ => value(node),
    }
}

fn marked(marker: &str, text: &str) -> Value {
    Value::Object(Map::from_iter([(marker.to_owned(), Value::from(text))]))
}

/// serde_json's layout, but floating-point numbers in Python's spelling.
struct Layout(PrettyFormatter<'static>);

impl Formatter for Layout {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(python::float(value).as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_python_does() {
        let value = serde_json::json!({"b": [1, 1e16, 1.0], "a": {}, "c": "é\n"});
        let expected = "{\n    \"a\": {},\n    \"b\": [\n        1,\n        1e+16,\n        1.0\n    ],\n    \"c\": \"é\\n\"\n}";
        assert_eq!(to_json(&value), expected);
    }
}
