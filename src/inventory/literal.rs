//! Values in INI files: Python's literals where the text is one, plain text otherwise.

use crate::source::{Kind, Node, Place};

/// Deeper nesting than this is read as text.
const DEEPEST: usize = 90;

/// Reads a value as Ansible's INI inventories do: `5`, `0x1f`, `1.5`, `True`, `None`, `'text'`, `[1, 2]`, `{'a': 1}`
/// become what they are in Python (tuples and sets become lists); everything else stays the text that it is.
///
/// All nodes get the one place.
pub fn read(text: &str, place: &Place) -> Node {
    let mut reader = Reader {
        rest: text.trim_start_matches([' ', '\t']),
        place,
        depth: 0,
        enclosed: 0,
    };
    let literal = reader.document();
    literal.unwrap_or_else(|| Node::new(place.clone(), Kind::String(text.to_owned())))
}

/// Reads from the front of what is left; none means: not a literal.
struct Reader<'a> {
    rest: &'a str,
    place: &'a Place,
    depth: usize,
    /// How many brackets are open: inside them line ends are white space.
    enclosed: usize,
}

impl Reader<'_> {
    fn node(&self, kind: Kind) -> Node {
        Node::new(self.place.clone(), kind)
    }

    fn document(&mut self) -> Option<Node> {
        let node = self.tuple_or_one()?;
        self.skip();
        self.rest.is_empty().then_some(node)
    }

    /// One value, or several with commas between: a bare tuple.
    fn tuple_or_one(&mut self) -> Option<Node> {
        let first = self.value()?;
        if !self.take(",") {
            return Some(first);
        }
        let mut items = vec![first];
        while !self.at_end() {
            items.push(self.value()?);
            if !self.take(",") {
                break;
            }
        }
        Some(self.node(Kind::List(items)))
    }

    fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty() || self.rest.starts_with([')', ']', '}'])
    }

    /// Passes white space, and a comment outside brackets.
    fn skip(&mut self) {
        let blank: &[char] = if self.enclosed > 0 {
            &[' ', '\t', '\n', '\r']
        } else {
            &[' ', '\t']
        };
        self.rest = self.rest.trim_start_matches(blank);
        if self.enclosed == 0 && self.rest.starts_with('#') {
            self.rest = "";
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Node> {
        self.skip();
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let value = match self.rest.chars().next()? {
            '[' => self.list(),
            '(' => self.parenthesis(),
            '{' => self.braces(),
            '+' | '-' => self.signed(),
            '0'..='9' => self.number(false),
            '.' if self.take("...") => Some(self.node(Kind::String("...".to_owned()))),
            '.' => self.number(false),
            _ => self.string().or_else(|| self.word()),
        };
        self.depth -= 1;
        value
    }

    fn open(&mut self, token: &str) {
        self.enclosed += 1;
        self.take(token);
    }

    fn close(&mut self, token: &str) -> Option<()> {
        self.take(token).then(|| self.enclosed -= 1)
    }

    fn list(&mut self) -> Option<Node> {
        self.open("[");
        let mut items = Vec::new();
        while !self.at_end() {
            items.push(self.value()?);
            if !self.take(",") {
                break;
            }
        }
        self.close("]")?;
        Some(self.node(Kind::List(items)))
    }

    fn parenthesis(&mut self) -> Option<Node> {
        self.open("(");
        if self.at_end() {
            self.close(")")?;
            return Some(self.node(Kind::List(Vec::new())));
        }
        let inner = self.tuple_or_one()?;
        self.close(")")?;
        Some(inner)
    }

    /// A dictionary, or a set.
    fn braces(&mut self) -> Option<Node> {
        self.open("{");
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut items: Vec<Node> = Vec::new();
        while !self.at_end() {
            let key = self.value()?;
            if matches!(key.kind, Kind::List(_) | Kind::Map(_)) {
                return None;
            }
            if self.take(":") {
                let value = self.value()?;
                set_entry(&mut entries, key, value);
            } else if !items.contains(&key) {
                items.push(key);
            }
            if !self.take(",") {
                break;
            }
        }
        self.close("}")?;
        match (entries.is_empty(), items.is_empty()) {
            (_, true) => Some(self.node(Kind::Map(entries))),
            (true, false) => Some(self.node(Kind::List(items))),
            _ => None,
        }
    }

    fn word(&mut self) -> Option<Node> {
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let kind = match word {
            "True" => Kind::Bool(true),
            "False" => Kind::Bool(false),
            "None" => Kind::Null,
            "set" => return self.empty_set(rest),
            _ => return None,
        };
        self.rest = rest;
        Some(self.node(kind))
    }

    fn empty_set<'a>(&mut self, rest: &'a str) -> Option<Node>
    where
        Self: 'a,
    {
        let skipped = self.rest.len() - rest.len();
        self.rest = &self.rest[skipped..];
        (self.take("(") && self.take(")")).then(|| self.node(Kind::List(Vec::new())))
    }

    fn signed(&mut self) -> Option<Node> {
        let negative = self.rest.starts_with('-');
        self.rest = &self.rest[1..];
        self.skip();
        self.rest
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
            .then_some(())?;
        self.number(negative)
    }

    fn number(&mut self, negative: bool) -> Option<Node> {
        let token = number_token(self.rest);
        self.rest = &self.rest[token.len()..];
        let kind = if let Some(imaginary) = token.strip_suffix(['j', 'J']) {
            plain_number(imaginary, negative)?;
            Kind::String(format!("{}{imaginary}j", if negative { "-" } else { "" }))
        } else {
            plain_number(token, negative)?
        };
        Some(self.node(kind))
    }

    /// One string, or several side by side.
    fn string(&mut self) -> Option<Node> {
        let (mut text, bytes) = self.one_string()?;
        loop {
            self.skip();
            let before = self.rest;
            match self.one_string() {
                Some((more, kind)) if kind == bytes => text.push_str(&more),
                Some(_) => return None,
                None => {
                    self.rest = before;
                    break;
                }
            }
        }
        let string = self.node(Kind::String(text));
        Some(match bytes {
            true => self.node(Kind::Unsafe(Box::new(string))),
            false => string,
        })
    }

    /// The text, and whether it was written as bytes.
    fn one_string(&mut self) -> Option<(String, bool)> {
        let quote_at = self.rest.find(['"', '\''])?;
        let prefix = self.rest[..quote_at].to_ascii_lowercase();
        let (raw, bytes) = match prefix.as_str() {
            "" | "u" => (false, false),
            "r" => (true, false),
            "b" => (false, true),
            "br" | "rb" => (true, true),
            _ => return None,
        };
        let after = &self.rest[quote_at..];
        let single = &after[..1];
        let triple = single.repeat(3);
        let quote = if after.starts_with(&triple) {
            triple.as_str()
        } else {
            single
        };
        let (text, used) = quoted(&after[quote.len()..], quote, raw)?;
        self.rest = &after[quote.len() + used..];
        Some((text, bytes))
    }
}

fn set_entry(entries: &mut Vec<(Node, Node)>, key: Node, value: Node) {
    match entries.iter_mut().find(|(known, _)| known.kind == key.kind) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

/// The characters that could belong to one number.
fn number_token(text: &str) -> &str {
    let mut previous = ' ';
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let end = text.find(|c: char| {
        let sign = (c == '+' || c == '-') && !hexadecimal && (previous == 'e' || previous == 'E');
        previous = c;
        !(c.is_alphanumeric() || c == '.' || c == '_' || sign)
    });
    &text[..end.unwrap_or(text.len())]
}

fn plain_number(token: &str, negative: bool) -> Option<Kind> {
    if token.starts_with('_') || token.ends_with('_') || token.contains("__") {
        return None;
    }
    let lower = token.replace('_', "").to_ascii_lowercase();
    let sign = if negative { "-" } else { "" };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return i64::from_str_radix(&format!("{sign}{digits}"), radix)
                .ok()
                .map(Kind::Int);
        }
    }
    if lower.bytes().all(|c| c.is_ascii_digit()) {
        let octal_like = lower.starts_with('0') && lower.bytes().any(|c| c != b'0');
        return (!octal_like).then(|| format!("{sign}{lower}").parse().ok().map(Kind::Int))?;
    }
    let decimal = lower
        .bytes()
        .all(|c| c.is_ascii_digit() || b".e+-".contains(&c));
    let digits = lower.bytes().any(|c| c.is_ascii_digit());
    (decimal && digits).then(|| format!("{sign}{lower}").parse().ok().map(Kind::Float))?
}

/// The text up to the closing quote, and how many bytes it took with the quote.
fn quoted(text: &str, quote: &str, raw: bool) -> Option<(String, usize)> {
    let mut read = String::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return Some((read, at + quote.len()));
        }
        let mut chars = rest.chars();
        let c = chars.next()?;
        at += c.len_utf8();
        if c != '\\' {
            read.push(c);
        } else if raw {
            let next = chars.next()?;
            read.extend([c, next]);
            at += next.len_utf8();
        } else {
            at += escape(&text[at..], &mut read)?;
        }
    }
}

/// Reads what follows a backslash; gives its length in bytes.
fn escape(text: &str, read: &mut String) -> Option<usize> {
    let c = text.chars().next()?;
    let simple = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '\'' | '"' => c,
        'x' => return coded(text, 1..3, 16, read),
        'u' => return coded(text, 1..5, 16, read),
        'U' => return coded(text, 1..9, 16, read),
        '0'..='7' => {
            let digits = text
                .bytes()
                .take(3)
                .take_while(|c| (b'0'..b'8').contains(c))
                .count();
            return coded(text, 0..digits, 8, read);
        }
        'N' => return None,
        other => {
            read.extend(['\\', other]);
            return Some(other.len_utf8());
        }
    };
    read.push(simple);
    Some(1)
}

fn coded(
    text: &str,
    digits: std::ops::Range<usize>,
    radix: u32,
    read: &mut String,
) -> Option<usize> {
    let code = u32::from_str_radix(text.get(digits.clone())?, radix).ok()?;
    read.push(char::from_u32(code)?);
    Some(digits.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        show(&read(text, &Place::outside("test", text)))
    }

    fn show(node: &Node) -> String {
        match &node.kind {
            Kind::List(items) => {
                format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Kind::Map(entries) => {
                let entry = |(key, value): &(Node, Node)| format!("{}:{}", show(key), show(value));
                format!(
                    "{{{}}}",
                    entries.iter().map(entry).collect::<Vec<_>>().join(" ")
                )
            }
            Kind::Unsafe(inner) => format!("!{}", show(inner)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn reads_python_literals() {
        let cases = [
            ("5", "Int(5)"),
            ("-5", "Int(-5)"),
            ("+ 5", "Int(5)"),
            ("5 # note", "Int(5)"),
            ("00", "Int(0)"),
            ("1_000", "Int(1000)"),
            ("0x1f", "Int(31)"),
            ("0o17", "Int(15)"),
            ("0b101", "Int(5)"),
            ("1.5", "Float(1.5)"),
            (".5", "Float(0.5)"),
            ("1.", "Float(1.0)"),
            ("1e3", "Float(1000.0)"),
            ("True", "Bool(true)"),
            ("None", "Null"),
            ("...", "String(\"...\")"),
            ("2j", "String(\"2j\")"),
            ("'a' \"b\"", "String(\"ab\")"),
            (r"'a\tb\x41\u00e9\101\q'", "String(\"a\\tbAéA\\\\q\")"),
            (r"r'a\n'", "String(\"a\\\\n\")"),
            ("'''a'b'''", "String(\"a'b\")"),
            ("b'x'", "!String(\"x\")"),
            ("(1)", "Int(1)"),
            ("()", "[]"),
            ("set()", "[]"),
            ("1, 2", "[Int(1) Int(2)]"),
            ("(1,)", "[Int(1)]"),
            ("[1, [2], ]", "[Int(1) [Int(2)]]"),
            ("{1, 1}", "[Int(1)]"),
            ("{}", "{}"),
            (
                "{'a': [True], 'b': None}",
                "{String(\"a\"):[Bool(true)] String(\"b\"):Null}",
            ),
        ];
        for (text, value) in cases {
            assert_eq!(shown(text), value, "{text}");
        }
    }

    #[test]
    fn leaves_everything_else_as_text() {
        let deep = "[".repeat(100_000);
        let cases = [
            "",
            "{{ 5 }}",
            "web",
            "0644",
            "true",
            "yes",
            "1.2.3",
            "10.0.0.1",
            "a, b",
            "5 apples",
            "'open",
            "[1, 2",
            "{1: 2, 3}",
            "1__0",
            "f'x'",
            "0x",
            "nan",
            "1 + 1",
            "foo # bar",
            "{{ x }}",
            "[a]",
            "-True",
            "/usr/bin",
            "'a' b'b'",
            "2001::1",
            "é",
            "1-2",
            &deep,
        ];
        for text in cases {
            assert_eq!(shown(text), format!("{:?}", Kind::String(text.to_owned())));
        }
    }
}
