//! Strings: case, spaces, lines, width, escapes.

use minijinja::{Error, value::Value};
use percent_encoding::percent_decode_str;

use crate::template::{
    bound,
    builtin::Run,
    call::{Call, items},
    failure, percent, print,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("lower", |call| text(call.subject().to_lowercase())),
    ("upper", |call| text(call.subject().to_uppercase())),
    ("capitalize", |call| text(capitalized(&call.subject()))),
    ("title", |call| text(titled(&call.subject()))),
    ("trim", trim),
    ("replace", replace),
    ("split", split),
    ("join", join),
    ("indent", indent),
    ("wordcount", |call| {
        Ok(words(&call.subject()).count().into())
    }),
    ("truncate", truncate),
    ("center", center),
    ("format", |call| {
        let given = minijinja::value::Tuple::from(call.args.split_off(1));
        let given = match call.kwargs.as_slice() {
            [] => Value::from(given),
            named => Value::from_pairs(named.iter().cloned()),
        };
        percent::percent(&call.subject(), &given).map(Value::from)
    }),
    ("escape", escape),
    ("e", escape),
    ("forceescape", escape),
    ("striptags", striptags),
    ("quote", |call| match call.value().is_none() {
        true => text(quoted("")),
        false => text(quoted(&call.subject())),
    }),
    ("pprint", |call| text(print::repr(&call.value()))),
    ("comment", comment),
    ("urlencode", urlencode),
    ("urldecode", |call| text(percent_decoded(&call.subject()))),
    ("xmlattr", xmlattr),
];

fn text(text: String) -> Result<Value, Error> {
    Ok(text.into())
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect(),
        None => String::new(),
    }
}

/// Jinja2's title: a capital at the start of what stands behind spaces and opening marks.
fn titled(text: &str) -> String {
    let mut start = true;
    text.chars()
        .map(|c| {
            let shown = if start {
                c.to_uppercase().to_string()
            } else {
                c.to_lowercase().to_string()
            };
            start = c.is_whitespace() || "-({[<".contains(c);
            shown
        })
        .collect()
}

fn trim(call: &mut Call) -> Result<Value, Error> {
    let subject = call.subject();
    Ok(match call.text(1, "chars") {
        Some(chars) => subject.trim_matches(|c| chars.contains(c)).into(),
        None => subject.trim().into(),
    })
}

fn replace(call: &mut Call) -> Result<Value, Error> {
    let (old, new) = (call.need_text(1, "old")?, call.need_text(2, "new")?);
    Ok(match call.int(3, "count")? {
        Some(count) => call
            .subject()
            .replacen(&old, &new, usize::try_from(count).unwrap_or(usize::MAX))
            .into(),
        None => call.subject().replace(&old, &new).into(),
    })
}

fn split(call: &mut Call) -> Result<Value, Error> {
    if call.value().as_str().is_none() {
        return Err(failure::plain("needs a string"));
    }
    let subject = call.subject();
    let limit = call.int(2, "maxsplit")?.unwrap_or(-1);
    let limit = usize::try_from(limit).map_or(usize::MAX, |limit| limit.saturating_add(1));
    Ok(match call.text(1, "sep") {
        Some(separator) if separator.is_empty() => {
            return Err(failure::plain("the separator is empty"));
        }
        Some(separator) => subject.splitn(limit, &separator).map(Value::from).collect(),
        None => subject.split_whitespace().map(Value::from).collect(),
    })
}

fn join(call: &mut Call) -> Result<Value, Error> {
    let separator = call.text(1, "d").unwrap_or_default();
    let attribute = call.text(2, "attribute");
    let mut parts = Vec::new();
    for item in call.items()? {
        let item = match &attribute {
            Some(path) => super::attribute(&item, &Value::from(path.as_str()))?,
            None => item,
        };
        if item.is_undefined() {
            return Err(failure::undefined());
        }
        parts.push(print::text(&item));
    }
    text(parts.join(&separator))
}

fn indent(call: &mut Call) -> Result<Value, Error> {
    let space = match call.arg(1, "width") {
        Some(width) if width.as_str().is_some() => print::text(&width),
        Some(width) => " ".repeat(bound::width(width.as_usize().unwrap_or(4))?),
        None => "    ".into(),
    };
    let (first, blank) = (call.flag(2, "first"), call.flag(3, "blank"));
    let mut out = String::new();
    for (at, line) in call.subject().split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if (at > 0 && (blank || !line.is_empty())) || (at == 0 && first) {
            out.push_str(&space);
        }
        out.push_str(line);
    }
    text(out)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

fn truncate(call: &mut Call) -> Result<Value, Error> {
    let subject = call.subject();
    let length = usize::try_from(call.int(1, "length")?.unwrap_or(255)).unwrap_or(0);
    let kill = call.flag(2, "killwords");
    let end = call.text(3, "end").unwrap_or_else(|| "...".into());
    let leeway = usize::try_from(call.int(4, "leeway")?.unwrap_or(5)).unwrap_or(0);
    if length < end.chars().count() {
        return Err(failure::plain(format!(
            "'{end}' is longer than the length {length}"
        )));
    }
    if subject.chars().count() <= length + leeway {
        return text(subject);
    }
    let keep = length.saturating_sub(end.chars().count());
    let cut: String = subject.chars().take(keep).collect();
    let cut = match cut.rfind(' ') {
        Some(at) if !kill => cut[..at].to_owned(),
        _ => cut,
    };
    text(cut + &end)
}

fn center(call: &mut Call) -> Result<Value, Error> {
    let width = usize::try_from(call.int(1, "width")?.unwrap_or(80)).unwrap_or(0);
    let width = bound::width(width)?;
    let subject = call.subject();
    let missing = width.saturating_sub(subject.chars().count());
    let left = missing / 2 + (missing & width & 1);
    text(format!(
        "{}{subject}{}",
        " ".repeat(left),
        " ".repeat(missing - left)
    ))
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn escape(call: &mut Call) -> Result<Value, Error> {
    text(escaped(&call.subject()))
}

fn striptags(call: &mut Call) -> Result<Value, Error> {
    let mut out = String::new();
    let mut inside = false;
    for c in call.subject().chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let plain = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let marks = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
    ];
    let plain = marks
        .iter()
        .fold(plain, |plain, (mark, sign)| plain.replace(mark, sign));
    text(plain.replace("&#39;", "'").replace("&amp;", "&"))
}

/// One word for a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

/// How a kind of comment starts, goes on and ends.
fn style(name: &str) -> Option<[&'static str; 3]> {
    Some(match name {
        "plain" => ["", "# ", ""],
        "erlang" => ["", "% ", ""],
        "c" => ["", "// ", ""],
        "cblock" => ["/*", " * ", " */"],
        "xml" => ["<!--", " - ", "-->"],
        _ => return None,
    })
}

fn comment(call: &mut Call) -> Result<Value, Error> {
    let name = call.text(1, "style").unwrap_or_else(|| "plain".into());
    let [begin, decoration, end] =
        style(&name).ok_or_else(|| failure::plain(format!("'{name}' is no style of comment")))?;
    let option = |name: &str, default: &str| call.text(9, name).unwrap_or_else(|| default.into());
    let decoration = option("decoration", decoration);
    let (begin, end) = (option("beginning", begin), option("end", end));
    let newline = option("newline", "\n");
    let prefix = option("prefix", decoration.trim_end());
    let postfix = option("postfix", decoration.trim_end());
    let count =
        |name: &str| Ok::<_, Error>(usize::try_from(call.int(9, name)?.unwrap_or(1)).unwrap_or(0));
    let mut out = String::new();
    if !begin.is_empty() {
        out += &format!("{begin}{newline}");
    }
    if !prefix.is_empty() {
        let line = if prefix == newline {
            prefix
        } else {
            prefix + &newline
        };
        out += &line.repeat(count("prefix_count")?);
    }
    let lines = call
        .subject()
        .replace(&newline, &format!("{newline}{decoration}"));
    let blank = format!("{decoration}{newline}");
    let bare = format!("{}{newline}", decoration.trim_end());
    out += &format!("{decoration}{lines}").replace(&blank, &bare);
    out += &format!("{newline}{postfix}").repeat(count("postfix_count")?);
    if !end.is_empty() {
        out += &format!("{newline}{end}");
    }
    text(out)
}

/// Percent-encoding as Jinja2 has it; slashes stay in plain strings.
fn percent_encoded(text: &str, keep_slash: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b'/' if keep_slash => out.push('/'),
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

fn percent_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn urlencode(call: &mut Call) -> Result<Value, Error> {
    use minijinja::value::ValueKind as Is;
    let value = call.value();
    if matches!(value.kind(), Is::String | Is::Number | Is::Bool | Is::None) {
        return text(percent_encoded(&call.subject(), true));
    }
    let pairs = match value.kind() {
        Is::Map => crate::template::call::entries(&value)?,
        _ => items(&value)?
            .iter()
            .map(|pair| Ok((pair.get_item_by_index(0)?, pair.get_item_by_index(1)?)))
            .collect::<Result<_, Error>>()?,
    };
    let encoded = |value: &Value| percent_encoded(&print::text(value), false).replace("%20", "+");
    let parts: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    text(parts.join("&"))
}

fn xmlattr(call: &mut Call) -> Result<Value, Error> {
    let spaced = call.arg(1, "autospace").is_none_or(|value| value.is_true());
    let entries = crate::template::call::entries(&call.value())?;
    let wrong = |c: char| c.is_whitespace() || "/>=".contains(c);
    if let Some((key, _)) = entries
        .iter()
        .find(|(key, _)| print::text(key).contains(wrong))
    {
        let message = format!("'{key}' is no name of an attribute");
        return Err(failure::plain(message));
    }
    let attributes: Vec<String> = entries
        .iter()
        .filter(|(_, value)| !value.is_none() && !value.is_undefined())
        .map(|(key, value)| format!("{}=\"{}\"", print::text(key), escaped(&print::text(value))))
        .collect();
    let all = attributes.join(" ");
    text(if spaced && !all.is_empty() {
        format!(" {all}")
    } else {
        all
    })
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn comments_have_the_styles_of_ansible() {
        assert_eq!(shown("{{ 'a' | comment }}"), r"'#\n# a\n#'");
        assert_eq!(
            shown("{{ 'a' | comment('cblock') }}"),
            r"'/*\n *\n * a\n *\n */'"
        );
    }

    #[test]
    fn a_shell_word_is_quoted_when_it_must_be() {
        assert_eq!(shown("{{ 'a-b' | quote }}"), "'a-b'");
        assert_eq!(shown("{{ 'a b' | quote }}"), r#""'a b'""#);
    }

    #[test]
    fn lines_are_indented() {
        assert_eq!(shown("{{ \"a\nb\n\nc\" | indent(2) }}"), r"'a\n  b\n\n  c'");
    }
}
