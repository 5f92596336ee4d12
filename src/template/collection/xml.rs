//! XML as dictionaries and back, as Python's `xmltodict` does it.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::{Named, arguments::Arguments, key::is_nested};
use crate::template::{
    builtin::Run,
    call::{Call, entries, items},
    failure, print,
};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("ansible.utils.from_xml", from_xml),
    ("ansible.utils.to_xml", to_xml),
];

/// Elements nest no deeper.
const DEPTH: usize = 250;

const TEXT: &str = "#text";

fn engine(given: &Arguments) -> Result<(), Error> {
    match given.text("engine").as_deref() {
        None | Some("xmltodict") => Ok(()),
        Some(other) => Err(failure::plain(format!(
            "there is no engine '{other}' for XML; xmltodict is one"
        ))),
    }
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    /// Attributes and children; those of one name together.
    entries: Vec<(String, Vec<Value>)>,
    text: String,
}

impl Element {
    fn open(start: &BytesStart) -> Result<Self, String> {
        let mut element = Self {
            name: checked(start.name().into_inner())?,
            ..Self::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| error.to_string())?;
            let name = checked(attribute.key.into_inner())?;
            element.push(format!("@{name}"), value.into_owned().into());
        }
        Ok(element)
    }

    fn push(&mut self, name: String, value: Value) {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.entries.push((name, vec![value])),
        }
    }

    /// Text alone, or a dictionary; null where there is neither.
    fn close(mut self) -> Value {
        let text = self.text.trim().to_owned();
        match (self.entries.is_empty(), text.is_empty()) {
            (true, true) => return ().into(),
            (true, false) => return text.into(),
            (false, true) => {}
            (false, false) => self.push(TEXT.to_owned(), text.into()),
        }
        let one = |mut values: Vec<Value>| match (values.len(), values.pop()) {
            (1, Some(value)) => value,
            (_, last) => values.into_iter().chain(last).collect(),
        };
        let entries = self.entries.into_iter();
        Value::from_pairs(entries.map(|(name, values)| (name, one(values))))
    }
}

/// A name as XML allows it, near enough: it starts with a letter, `_` or `:`.
fn checked(name: &str) -> Result<String, String> {
    let starts = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    let goes_on = |c: char| starts(c) || c.is_numeric() || "-.·".contains(c) || !c.is_ascii();
    match name.starts_with(starts) && name.chars().all(goes_on) {
        true => Ok(name.to_owned()),
        false => Err(format!("'{name}' is no name")),
    }
}

fn from_xml(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["data", "engine"])?;
    engine(&given)?;
    let text = given.need_text("data")?;
    read(&text).map_err(|wrong| failure::plain(format!("the text is no XML: {wrong}")))
}

fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    // The document itself is the outermost element.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => open.push(Element::open(&start)?),
            Event::Empty(start) => {
                open.push(Element::open(&start)?);
                close(&mut open)?;
            }
            Event::End(_) => close(&mut open)?,
            Event::Text(part) => put(&mut open, &part.xml10_content()),
            Event::CData(part) => put(&mut open, &part.xml10_content()),
            Event::GeneralRef(name) => {
                let letter = name.resolve_char_ref().map_err(|error| error.to_string())?;
                let known = name.xml10_content();
                let text = letter.map(String::from);
                let text = text.or_else(|| resolve_xml_entity(&known).map(str::to_owned));
                put(
                    &mut open,
                    &text.ok_or_else(|| format!("&{known}; is not known"))?,
                );
            }
            Event::DocType(kind) if kind.xml10_content().contains("<!ENTITY") => {
                return Err("entities of one's own are not allowed".into());
            }
            Event::Eof => break,
            _ => {}
        }
        if open.len() > DEPTH {
            return Err(format!("its elements nest deeper than {DEPTH} levels"));
        }
    }
    let document = open.pop().filter(|_| open.is_empty());
    let document = document.ok_or("an element is not closed")?;
    match (document.entries.as_slice(), document.text.trim()) {
        ([(_, values)], "") if values.len() == 1 => Ok(document.close()),
        _ => Err("there must be one outermost element, and nothing beside it".into()),
    }
}

fn put(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(open: &mut Vec<Element>) -> Result<(), String> {
    let closed = open.pop().filter(|_| !open.is_empty());
    let element = closed.ok_or("an element is closed that is not open")?;
    if let Some(outer) = open.last_mut() {
        outer.push(element.name.clone(), element.close());
    }
    Ok(())
}

fn to_xml(call: &mut Call) -> Result<Value, Error> {
    let names = &["data", "engine", "indent", "indent_width", "full_document"];
    let given = Arguments::of(call, names)?;
    engine(&given)?;
    let width = usize::try_from(given.int("indent_width")?.unwrap_or(4)).unwrap_or(0);
    let indent = match given.choice("indent", &["tabs", "spaces"])? {
        "spaces" => " ".repeat(width.min(80)),
        _ => "\t".to_owned(),
    };
    let roots = entries(&given.need("data")?)?;
    let mut writer = Writer {
        out: String::new(),
        indent,
    };
    if given.flag("full_document", true)? {
        let several = |value: &Value| is_list(value) && value.len() != Some(1);
        if roots.len() != 1 || roots.iter().any(|(_, value)| several(value)) {
            return Err(failure::plain("there must be one outermost element"));
        }
        writer
            .out
            .push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    }
    for (name, value) in roots {
        writer.elements(&name, &value, 0)?;
    }
    Ok(writer.out.into())
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

struct Writer {
    out: String,
    indent: String,
}

impl Writer {
    fn elements(&mut self, name: &Value, value: &Value, depth: usize) -> Result<(), Error> {
        let name = named(name)?;
        if !is_list(value) {
            return self.element(name, value, depth);
        }
        for item in items(value)? {
            self.element(name, &item, depth)?;
        }
        Ok(())
    }

    fn element(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > DEPTH {
            return Err(failure::plain(format!(
                "the values nest deeper than {DEPTH} levels"
            )));
        }
        let mut inside = Inside::default();
        match value.kind() {
            ValueKind::None => {}
            ValueKind::Map => inside.read(value)?,
            _ => inside.text = Some(written(value)),
        }
        let margin = self.indent.repeat(depth);
        self.out
            .push_str(&format!("{margin}<{name}{}>", inside.attributes));
        if !inside.children.is_empty() {
            self.out.push('\n');
        }
        for (child, value) in &inside.children {
            self.elements(child, value, depth + 1)?;
        }
        self.out
            .push_str(&escaped(&inside.text.unwrap_or_default()));
        if !inside.children.is_empty() {
            self.out.push_str(&margin);
        }
        self.out.push_str(&format!("</{name}>"));
        if depth > 0 {
            self.out.push('\n');
        }
        Ok(())
    }
}

/// What stands in an element.
#[derive(Default)]
struct Inside {
    attributes: String,
    children: Vec<(Value, Value)>,
    text: Option<String>,
}

impl Inside {
    fn read(&mut self, map: &Value) -> Result<(), Error> {
        for (key, value) in entries(map)? {
            let attribute = key.as_str().and_then(|key| key.strip_prefix('@'));
            match (key.as_str(), attribute) {
                (Some(TEXT), _) => self.text = (!value.is_none()).then(|| written(&value)),
                (_, Some("xmlns")) if value.kind() == ValueKind::Map => {
                    for (prefix, value) in entries(&value)? {
                        let name = match named(&prefix)? {
                            "" => "xmlns".to_owned(),
                            prefix => format!("xmlns:{prefix}"),
                        };
                        self.attribute(&name, &value);
                    }
                }
                (_, Some(name)) => self.attribute(named(&name.into())?, &value),
                _ if is_nested(&value) && is_list(&value) && value.len() == Some(0) => {}
                _ => self.children.push((key, value)),
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &Value) {
        let text = if value.is_none() {
            String::new()
        } else {
            written(value)
        };
        let text = escaped(&text);
        let text = text
            .replace('\n', "&#10;")
            .replace('\r', "&#13;")
            .replace('\t', "&#9;");
        let quoted = match (text.contains('"'), text.contains('\'')) {
            (true, false) => format!("'{text}'"),
            _ => format!("\"{}\"", text.replace('"', "&quot;")),
        };
        self.attributes.push_str(&format!(" {name}={quoted}"));
    }
}

fn written(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.into(),
        _ => print::text(value),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A name that does not break out of its tag.
fn named(name: &Value) -> Result<&str, Error> {
    let bad = |c: char| c.is_whitespace() || "<>/\"'=".contains(c);
    let text = name
        .as_str()
        .filter(|text| !text.contains(bad) && !text.starts_with(['?', '!']));
    text.ok_or_else(|| {
        let name = print::repr(name);
        failure::plain(format!(
            "{name} cannot be the name of an element or attribute"
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn what_was_written_is_read_again() {
        assert_eq!(
            shown("{{ {'a': {'@x': '1<', 'b': ['1', None], '#text': 't&'}} | to_xml | from_xml }}"),
            "{'a': {'@x': '1<', 'b': ['1', None], '#text': 't&'}}"
        );
    }

    #[test]
    fn nesting_and_entities_have_limits() {
        let deep = "<a>".repeat(300);
        assert!(shown(&format!("{{{{ '{deep}' | from_xml }}}}")).contains("nest deeper"));
        let entity = "<!DOCTYPE a [<!ENTITY e \"v\">]><a>&e;</a>";
        assert!(shown(&format!("{{{{ '{entity}' | from_xml }}}}")).contains("not allowed"));
    }
}
