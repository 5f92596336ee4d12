//! SQL from its parts: words of ours, names and values that are quoted, and what is the user's own SQL.

/// One statement, as it is run and as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sql {
    text: String,
    shown: String,
}

/// What stands for a secret where SQL is shown.
const HIDDEN: &str = "'********'";

impl Sql {
    pub fn new(words: &'static str) -> Self {
        Self::default().words(words)
    }

    /// Words of ours: only what stands in the program can be one.
    #[must_use]
    pub fn words(self, words: &'static str) -> Self {
        self.verbatim(words)
    }

    /// The name of a role, a schema and the like, quoted.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.verbatim(&quoted(name))
    }

    /// Names with dots between them: `"schema"."table"`.
    #[must_use]
    pub fn path(self, names: &[String]) -> Self {
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        self.verbatim(&names.join("."))
    }

    /// A text, quoted.
    #[must_use]
    pub fn value(self, value: &str) -> Self {
        self.verbatim(&literal(value))
    }

    /// A text, quoted; it is shown as stars.
    #[must_use]
    pub fn secret(mut self, value: &str) -> Self {
        self.text.push_str(&literal(value));
        self.shown.push_str(HIDDEN);
        self
    }

    #[must_use]
    pub fn number(self, number: i64) -> Self {
        self.verbatim(&number.to_string())
    }

    /// What the user wrote in SQL, where a module documents that as an argument, or what was checked against a list.
    #[must_use]
    pub fn verbatim(mut self, sql: &str) -> Self {
        self.text.push_str(sql);
        self.shown.push_str(sql);
        self
    }

    /// What the server gets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What people get to see.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// A name that the server takes as it is.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text that the server takes as it is, whatever its settings are.
pub fn literal(value: &str) -> String {
    let doubled = value.replace('\'', "''");
    match doubled.contains('\\') {
        true => format!("E'{}'", doubled.replace('\\', "\\\\")),
        false => format!("'{doubled}'"),
    }
}

/// A list of texts as the server reads an array.
pub fn array(texts: &[String]) -> String {
    let quote = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let texts: Vec<String> = texts.iter().map(quote).collect();
    format!("{{{}}}", texts.join(","))
}

/// A function's name, which may have a schema and the types of its arguments, with its names quoted. `None`: it is none.
pub fn callable(signature: &str) -> Option<String> {
    let (name, types) = match signature.split_once('(') {
        Some((name, types)) => (name, Some(types.trim_end().strip_suffix(')')?)),
        None => (signature, None),
    };
    let names: Vec<String> = parts(name.trim()).iter().map(|name| quoted(name)).collect();
    let types = types.map(|types| are_types(types).then(|| format!("({types})")));
    let types = types.map_or(Some(String::new()), |types| types)?;
    Some(format!("{}{types}", names.join(".")))
}

/// Whether a text can be a list of types, and cannot be anything that ends one.
pub fn are_types(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "_,.\"[]* ".contains(letter);
    text.chars().all(plain)
}

/// The parts of a name as users write it: `schema.table`, `"a.b".c`. Quotes around a part are taken off.
pub fn parts(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let (part, after) = first_part(rest);
        parts.push(part);
        match after {
            Some(after) => rest = after,
            None => return parts,
        }
    }
}

/// The first part, and what stands behind its dot.
fn first_part(name: &str) -> (String, Option<&str>) {
    if let Some(inner) = name.strip_prefix('"')
        && let Some((part, rest)) = closed(inner)
    {
        match rest.strip_prefix('.') {
            Some(after) if !after.is_empty() => return (part, Some(after)),
            _ if rest.is_empty() => return (part, None),
            _ => {}
        }
    }
    match name.split_once('.') {
        Some((part, after)) if !part.is_empty() && !after.is_empty() => (part.into(), Some(after)),
        _ => (name.into(), None),
    }
}

/// What stands before the closing quote, and what behind it.
fn closed(inner: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut letters = inner.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' if letters.next_if(|(_, next)| *next == '"').is_some() => part.push('"'),
            '"' => return Some((part, &inner[at + 1..])),
            letter => part.push(letter),
        }
    }
    None
}

/// A name of one part: quotes around it are taken off, dots belong to it.
pub fn single(name: &str) -> String {
    match name.strip_prefix('"').and_then(closed) {
        Some((part, "")) => part,
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_whatever_comes() {
        let sql = Sql::new("ALTER ROLE ")
            .name("a\"b")
            .words(" PASSWORD ")
            .secret("it's");
        assert_eq!(sql.text(), r#"ALTER ROLE "a""b" PASSWORD 'it''s'"#);
        assert_eq!(sql.shown(), r#"ALTER ROLE "a""b" PASSWORD '********'"#);
        assert_eq!(literal(r"\'; DROP"), r"E'\\''; DROP'");
        assert_eq!(array(&["a\"b".into(), "c".into()]), r#"{"a\"b","c"}"#);
    }

    #[test]
    fn splits_names_at_their_dots() {
        assert_eq!(parts("a.b"), ["a", "b"]);
        assert_eq!(parts(r#""a.b"."c""d""#), ["a.b", "c\"d"]);
        assert_eq!(parts(r#"a"b"#), ["a\"b"]);
        assert_eq!(parts(".a"), [".a"]);
        assert_eq!(parts(r#""a"#), ["\"a"]);
        assert_eq!(single("a.b"), "a.b");
        assert_eq!(callable("a.f(int, text)").unwrap(), r#""a"."f"(int, text)"#);
        assert_eq!(callable("f").unwrap(), r#""f""#);
        assert!(callable("f(int); DROP TABLE a; --(").is_none());
        assert_eq!(single(r#""a""b""#), "a\"b");
    }
}
