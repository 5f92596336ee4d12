//! YAML as PyYAML writes it.

use minijinja::value::{Value, ValueKind};

use super::scalar;
use crate::template::{call::entries, print};

/// How YAML is laid out.
pub(super) struct Style {
    /// A line for everything; else lists and maps that hold only scalars stand on one line.
    pub nice: bool,
    /// One line for everything.
    pub flow: bool,
    pub indent: usize,
    pub sorted: bool,
    pub width: usize,
}

pub(super) fn write(value: &Value, style: &Style) -> String {
    let mut writer = Writer {
        style,
        out: String::new(),
        column: 0,
    };
    if is_group(value) {
        writer.node(value, 0, false);
        writer.end_line();
        return writer.out;
    }
    let text = scalar::plain_or_quoted(value, style.width, 0, style.indent, false);
    format!("{text}\n")
}

struct Writer<'s> {
    style: &'s Style,
    out: String,
    column: usize,
}

fn is_group(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map
    )
}

fn children(value: &Value) -> Vec<Value> {
    match value.kind() {
        ValueKind::Map => entries(value)
            .unwrap_or_default()
            .into_iter()
            .map(|(_, item)| item)
            .collect(),
        _ => value.try_iter().into_iter().flatten().collect(),
    }
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rfind('\n') {
            Some(at) => text.len() - at - 1,
            None => self.column + text.chars().count(),
        };
    }

    fn end_line(&mut self) {
        if self.column > 0 {
            self.put("\n");
        }
    }

    fn start_line(&mut self, indent: usize) {
        self.end_line();
        self.put(&" ".repeat(indent));
    }

    fn flows(&self, value: &Value) -> bool {
        let items = children(value);
        items.is_empty() || self.style.flow || (!self.style.nice && !items.iter().any(is_group))
    }

    /// Writes a group that starts on this line (behind `- `), or else on lines of its own.
    fn node(&mut self, value: &Value, indent: usize, here: bool) {
        if self.flows(value) {
            return self.flow(value, indent);
        }
        match value.kind() {
            ValueKind::Map => self.map(value, indent, here),
            _ => self.list(value, indent, here),
        }
    }

    fn map(&mut self, value: &Value, indent: usize, here: bool) {
        let mut first = here;
        for (key, item) in self.pairs(value) {
            if !std::mem::take(&mut first) {
                self.start_line(indent);
            }
            let key = scalar::plain_or_quoted(&key, usize::MAX, self.column, indent, true);
            self.put(&format!("{key}:"));
            self.behind_key(&item, indent);
        }
    }

    fn behind_key(&mut self, item: &Value, indent: usize) {
        if !is_group(item) {
            self.put(" ");
            return self.scalar(item, indent);
        }
        if self.flows(item) {
            self.put(" ");
            return self.flow(item, indent);
        }
        // A list within a map is not indented.
        let deeper = match item.kind() {
            ValueKind::Map => indent + self.style.indent,
            _ => indent,
        };
        self.node(item, deeper, false);
    }

    fn list(&mut self, value: &Value, indent: usize, here: bool) {
        let mut first = here;
        for item in children(value) {
            if !std::mem::take(&mut first) {
                self.start_line(indent);
            }
            if is_group(&item) && !self.flows(&item) {
                self.put(&format!(
                    "-{}",
                    " ".repeat(self.style.indent.saturating_sub(1).max(1))
                ));
                self.node(&item, indent + self.style.indent, true);
            } else if is_group(&item) {
                self.put("- ");
                self.flow(&item, indent);
            } else {
                self.put("- ");
                self.scalar(&item, indent);
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        let text = scalar::plain_or_quoted(
            value,
            self.style.width,
            self.column,
            indent + self.style.indent,
            false,
        );
        self.put(&text);
    }

    fn flow(&mut self, value: &Value, indent: usize) {
        let deeper = indent + self.style.indent;
        let (open, close) = match value.kind() {
            ValueKind::Map => ("{", "}"),
            _ => ("[", "]"),
        };
        self.put(open);
        let pairs: Vec<(Option<Value>, Value)> = match value.kind() {
            ValueKind::Map => self
                .pairs(value)
                .into_iter()
                .map(|(key, item)| (Some(key), item))
                .collect(),
            _ => children(value)
                .into_iter()
                .map(|item| (None, item))
                .collect(),
        };
        for (at, (key, item)) in pairs.into_iter().enumerate() {
            if at > 0 {
                self.put(",");
                if self.column > self.style.width {
                    self.start_line(deeper);
                } else {
                    self.put(" ");
                }
            }
            if let Some(key) = key {
                let key = scalar::in_flow(&key, usize::MAX, self.column, deeper);
                self.put(&format!("{key}: "));
            }
            if is_group(&item) {
                self.flow(&item, deeper);
            } else {
                let text = scalar::in_flow(&item, self.style.width, self.column, deeper);
                self.put(&text);
            }
        }
        self.put(close);
    }

    fn pairs(&self, value: &Value) -> Vec<(Value, Value)> {
        let mut pairs = entries(value).unwrap_or_default();
        if self.style.sorted {
            pairs.sort_by_cached_key(|(key, _)| print::text(key));
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn lays_out_as_pyyaml_does() {
        assert_eq!(
            shown("{{ {'b': [1, 'x'], 'a': {'c': none}} | to_nice_yaml }}"),
            r"'a:\n    c: null\nb:\n- 1\n- x\n'"
        );
        assert_eq!(
            shown("{{ {'b': [1, 'x'], 'a': 'yes'} | to_yaml }}"),
            r#""a: 'yes'\nb: [1, x]\n""#
        );
        assert_eq!(shown("{{ 'a' | to_yaml }}"), r"'a\n'");
    }
}
