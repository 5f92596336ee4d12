//! Values spelled as Python spells them: what `--graph --vars` shows.

use crate::source::{Kind, MASK, Node};

/// As `str()`: text stands for itself, and what came out of a vault is masked.
pub fn shown(node: &Node) -> String {
    if node.place.file().is_confidential() {
        return MASK.to_owned();
    }
    match &node.kind {
        Kind::String(text) => text.clone(),
        Kind::Unsafe(inner) => shown(inner),
        _ => literal(node),
    }
}

/// As a key of a JSON object.
pub fn key(node: &Node) -> String {
    match &node.kind {
        Kind::Bool(true) => "true".to_owned(),
        Kind::Bool(false) => "false".to_owned(),
        Kind::Null => "null".to_owned(),
        _ => shown(node),
    }
}

/// As `repr()`; a vaulted text is not shown.
fn literal(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "None".to_owned(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => float(*number),
        Kind::String(text) => quoted(text),
        Kind::List(items) => format!(
            "[{}]",
            items.iter().map(literal).collect::<Vec<_>>().join(", ")
        ),
        Kind::Map(entries) => {
            let entry =
                |(key, value): &(Node, Node)| format!("{}: {}", literal(key), literal(value));
            format!(
                "{{{}}}",
                entries.iter().map(entry).collect::<Vec<_>>().join(", ")
            )
        }
        Kind::Unsafe(inner) => literal(inner),
        Kind::Vault(_) => MASK.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut literal = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '\r' => literal.push_str("\\r"),
            '\\' => literal.push_str("\\\\"),
            c if c == quote => literal.extend(['\\', c]),
            c if c.is_control() && u32::from(c) < 0x100 => {
                literal.push_str(&format!("\\x{:02x}", u32::from(c)))
            }
            c => literal.push(c),
        }
    }
    literal.push(quote);
    literal
}

/// The shortest digits that give the number back, with an exponent from 1e16 upward and below 1e-4.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let written = format!("{number:e}");
        let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let (sign, power) = match exponent.strip_prefix('-') {
            Some(power) => ('-', power),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{power:0>2}");
    }
    format!("{number:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Place;

    #[test]
    fn spells_floats() {
        let cases = [
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (-0.1, "-0.1"),
            (1e15, "1000000000000000.0"),
            (0.0, "0.0"),
            (1e100, "1e+100"),
        ];
        for (number, text) in cases {
            assert_eq!(float(number), text);
        }
    }

    #[test]
    fn spells_nested_values() {
        let node = |kind| Node::new(Place::outside("test", ""), kind);
        let text = |text: &str| node(Kind::String(text.to_owned()));
        let list = node(Kind::List(vec![
            text("it's"),
            text("a\n\"'"),
            node(Kind::Bool(true)),
            node(Kind::Null),
        ]));
        let map = node(Kind::Map(vec![(text("a"), list)]));
        assert_eq!(shown(&map), r#"{'a': ["it's", 'a\n"\'', True, None]}"#);
        assert_eq!(shown(&text("a'b")), "a'b");
    }
}
