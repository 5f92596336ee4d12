//! `'{} {name} {0:>5}'.format(…)`.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{
    bound,
    call::describe,
    failure,
    percent::{character, digits},
    print,
    spec::{self, Spec},
};

/// Fills the fields of a text. `named` answers a field's name.
pub(super) fn format(
    text: &str,
    args: &[Value],
    named: &dyn Fn(&str) -> Option<Value>,
) -> Result<Value, Error> {
    let mut fields = Fields {
        args,
        named,
        next: 0,
        numbered: false,
    };
    fields.fill(text, true).map(Value::from)
}

struct Fields<'f> {
    args: &'f [Value],
    named: &'f dyn Fn(&str) -> Option<Value>,
    next: usize,
    numbered: bool,
}

impl Fields<'_> {
    fn fill(&mut self, text: &str, outer: bool) -> Result<String, Error> {
        let alone = || failure::plain("a brace without its partner in the format string");
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let sign = &rest[at..=at];
            let after = &rest[at + 1..];
            if outer && after.starts_with(sign) {
                out.push_str(sign);
                rest = &after[1..];
                continue;
            }
            let end = closing(after).filter(|_| sign == "{").ok_or_else(alone)?;
            out.push_str(&self.field(&after[..end])?);
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    /// `path!conversion:spec`; the specification may hold fields itself.
    fn field(&mut self, field: &str) -> Result<String, Error> {
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (path, conversion) = head.split_once('!').unwrap_or((head, ""));
        let value = self.value(path)?;
        let spec = match spec.contains('{') {
            true => self.fill(spec, false)?,
            false => spec.to_owned(),
        };
        let value = match conversion {
            "" => value,
            "s" => print::text(&value).into(),
            "r" | "a" => print::repr(&value).into(),
            other => {
                let message = format!("'!{other}' is no conversion; !s, !r and !a are");
                return Err(failure::plain(message));
            }
        };
        shown(&value, &spec)
    }

    fn value(&mut self, path: &str) -> Result<Value, Error> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (first, links) = path.split_at(end);
        let missing = || failure::plain(format!("the format string has no value for '{{{path}}}'"));
        let mut value = match (first, first.parse::<usize>()) {
            ("", _) => {
                self.next += 1;
                self.args.get(self.next - 1).cloned()
            }
            (_, Ok(at)) => {
                self.numbered = true;
                self.args.get(at).cloned()
            }
            (name, _) => (self.named)(name),
        }
        .ok_or_else(missing)?;
        if self.numbered && self.next > 0 {
            return Err(failure::plain("some fields are numbered and some are not"));
        }
        let mut rest = links;
        while let Some(link) = rest.strip_prefix('[') {
            let (key, after) = link.split_once(']').ok_or_else(missing)?;
            value = match key.parse::<i64>() {
                Ok(at) => value.get_item(&Value::from(at))?,
                Err(_) => value.get_item(&Value::from(key))?,
            };
            rest = after;
        }
        if !rest.is_empty() {
            let message = format!("{} has no attribute '{}'", describe(&value), &rest[1..]);
            return Err(failure::plain(message));
        }
        if value.is_undefined() {
            return Err(failure::undefined());
        }
        Ok(value)
    }
}

/// Where the field ends that starts here.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn shown(value: &Value, spec: &str) -> Result<String, Error> {
    if spec.is_empty() {
        return Ok(print::text(value));
    }
    let read = read(spec)?;
    match (value.kind(), read.kind) {
        (ValueKind::String, None | Some('s')) => {
            let read = match read.zero && read.align.is_none() {
                true => Spec { fill: '0', ..read },
                false => read,
            };
            Ok(read.text(value.as_str().unwrap_or_default(), '<'))
        }
        (ValueKind::Bool | ValueKind::Number, Some('c')) => Ok(read.padded(character(value)?, '<')),
        (ValueKind::Number, None) if !value.is_integer() => {
            Ok(read.plain_float(f64::try_from(value.clone())?))
        }
        (ValueKind::Bool | ValueKind::Number, None) => read.number('d', value),
        (ValueKind::Number, Some(kind @ ('d' | 'x' | 'X' | 'o' | 'b'))) if !value.is_integer() => {
            Err(spec::unknown(kind, value))
        }
        (ValueKind::Bool | ValueKind::Number, Some(kind)) => read.number(kind, value),
        (ValueKind::String, Some(kind)) => Err(spec::unknown(kind, value)),
        _ => Err(failure::plain(format!(
            "{} takes no format '{spec}'",
            describe(value)
        ))),
    }
}

fn read(text: &str) -> Result<Spec, Error> {
    let mut spec = Spec::default();
    let mut rest = text;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(fill), Some(align)) if "<>^=".contains(align) => {
            (spec.fill, spec.align) = (fill, Some(align));
            rest = &text[fill.len_utf8() + 1..];
        }
        (Some(align), _) if "<>^=".contains(align) => {
            spec.align = Some(align);
            rest = &text[1..];
        }
        _ => {}
    }
    if let Some(sign) = rest.chars().next().filter(|c| "+- ".contains(*c)) {
        spec.sign = Some(sign);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('#') {
        (spec.alternate, rest) = (true, after);
    }
    if let Some(after) = rest.strip_prefix('0') {
        (spec.zero, rest) = (true, after);
    }
    let (width, mut rest) = digits(rest);
    spec.width = bound::width(width.unwrap_or(0))?;
    if let Some(separator) = rest.chars().next().filter(|c| ",_".contains(*c)) {
        spec.grouping = Some(separator);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('.') {
        (spec.precision, rest) = digits(after);
        bound::width(spec.precision.unwrap_or(0))?;
    }
    let mut left = rest.chars();
    spec.kind = left.next();
    match left.next() {
        Some(_) => Err(failure::plain(format!("'{text}' is no format"))),
        None => Ok(spec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, args: &[Value]) -> String {
        format(text, args, &|_| None)
            .map_or_else(|error| error.to_string(), |text| text.to_string())
    }

    #[test]
    fn fields_are_filled_as_in_python() {
        assert_eq!(filled("{0}-{1:>4}", &["x".into(), 5.into()]), "x-   5");
        assert_eq!(filled("{:,.2f}", &[1234567.891.into()]), "1,234,567.89");
        assert_eq!(filled("{:{}}|", &["a".into(), 5.into()]), "a    |");
        assert_eq!(filled("{:#010x} {{}}", &[255.into()]), "0x000000ff {}");
    }
}
