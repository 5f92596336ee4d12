use {
    super::{
        super::{Kind, Node, Place, SourceFile, YamlError},
        hint,
        limit::{self, Budget, Size},
        map::Draft,
        offset::Offsets,
        tag::{self, Meaning},
    },
    saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag},
    std::{borrow::Cow, collections::HashMap, sync::Arc},
};

/// Reads all documents of a file, in order; a file that is empty or holds only comments has none.
///
/// # Errors
/// The first thing that is wrong, with its place. No input makes it run away: text, depth and the number of values are limited.
pub fn load(file: &Arc<SourceFile>) -> Result<Vec<Node>, YamlError> {
    let whole = Place::new(file, 0, 0);
    limit::within(file.text().len(), limit::BYTES, "bytes", &whole)?;
    printable(file)?;
    Loader::new(file).documents()
}

/// Reads a file of one document; an empty file gives a null.
///
/// # Errors
/// As [`load`], and where there is a second document.
pub fn load_one(file: &Arc<SourceFile>) -> Result<Node, YamlError> {
    let mut documents = load(file)?.into_iter();
    let first = documents.next();
    match documents.next() {
        Some(second) => Err(YamlError::SecondDocument {
            place: second.place,
        }),
        None => Ok(first.unwrap_or_else(|| Node::new(Place::new(file, 0, 0), Kind::Null))),
    }
}

/// Refuses control characters, which the parser lets through.
fn printable(file: &Arc<SourceFile>) -> Result<(), YamlError> {
    let odd = |at: usize, found: char| match found {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{feff}' => at > 0,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => found.is_control(),
    };
    match file
        .text()
        .char_indices()
        .find(|&(at, found)| odd(at, found))
    {
        Some((at, found)) => Err(YamlError::Unprintable {
            code: found.into(),
            place: Place::new(file, at, at + found.len_utf8()),
        }),
        None => Ok(()),
    }
}

/// The text without a last line of nothing but blanks, which the parser takes for content.
fn without_blank_end(text: &str) -> &str {
    match text.trim_end_matches([' ', '\t']) {
        body if body.ends_with('\n') => body,
        _ => text,
    }
}

type TagOf<'text> = Option<Cow<'text, Tag>>;
type Step<'text> = (Event<'text>, Span);

/// Builds nodes from the parser's events.
struct Loader<'text> {
    file: &'text Arc<SourceFile>,
    parser: Parser<'text, StrInput<'text>>,
    offsets: Offsets<'text>,
    budget: Budget,
    /// Where the text ends, if that is in the middle of a line; else beyond it.
    last: usize,
    /// What the current document's anchors name, once it is complete.
    anchors: HashMap<usize, (Node, Size)>,
}

impl<'text> Loader<'text> {
    fn new(file: &'text Arc<SourceFile>) -> Self {
        let text = without_blank_end(file.text());
        Self {
            file,
            parser: Parser::new_from_str(text),
            offsets: Offsets::new(text),
            budget: Budget::default(),
            last: if text.ends_with('\n') {
                usize::MAX
            } else {
                text.trim_end().len()
            },
            anchors: HashMap::new(),
        }
    }

    fn documents(mut self) -> Result<Vec<Node>, YamlError> {
        let mut documents = Vec::new();
        loop {
            match self.next()?.0 {
                Event::StreamEnd => return Ok(documents),
                Event::DocumentStart(_) => {
                    self.anchors.clear();
                    let root = self.next()?;
                    documents.push(self.node(root, 1)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<Step<'text>, YamlError> {
        match self.parser.next_event() {
            Some(Ok(step)) => Ok(step),
            Some(Err(error)) => {
                let at = self.offsets.byte(error.marker().index());
                Err(hint::explain(error.info(), self.file, at))
            }
            None => Err(hint::explain("unexpected end", self.file, usize::MAX)),
        }
    }

    fn node(&mut self, (event, span): Step<'text>, level: usize) -> Result<Node, YamlError> {
        let place = self.place(span);
        limit::depth(level, &place)?;
        self.budget.node(&place)?;
        match event {
            Event::Alias(anchor) => self.alias(anchor, &place, level),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag, place)?;
                self.remember(anchor, node)
            }
            Event::SequenceStart(anchor, tag) => {
                let node = self.list(place, level)?;
                let node = tagged(node, tag)?;
                self.remember(anchor, node)
            }
            Event::MappingStart(anchor, tag) => {
                let node = self.map(place, level)?;
                let node = tagged(node, tag)?;
                self.remember(anchor, node)
            }
            _ => Err(hint::explain("no value", self.file, place.start())),
        }
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: TagOf,
        place: Place,
    ) -> Result<Node, YamlError> {
        let text = self.unended(text, style, &place);
        let kind = match tag {
            Some(tag) => Meaning::of(&tag, &place)?.scalar(text, style, &place)?,
            None => tag::untagged(text, style, &place)?,
        };
        let place = match kind {
            Kind::Null if text.is_empty() => Place::new(self.file, place.start(), place.start()),
            _ => place,
        };
        Ok(Node::new(place, kind))
    }

    /// A block scalar without the newline that the parser adds where the file ends in the middle of a line.
    fn unended<'a>(&self, text: &'a str, style: ScalarStyle, place: &Place) -> &'a str {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        match text.strip_suffix('\n') {
            Some(unended) if block && place.end() == self.last => unended,
            _ => text,
        }
    }

    fn list(&mut self, opening: Place, level: usize) -> Result<Node, YamlError> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let last = items.last().map(|item| &item.place);
                let place = self.span(&opening, last, span);
                return Ok(Node::new(place, Kind::List(items)));
            }
            items.push(self.node((event, span), level + 1)?);
        }
    }

    fn map(&mut self, opening: Place, level: usize) -> Result<Node, YamlError> {
        let mut draft = Draft::default();
        let mut last = None;
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let place = self.span(&opening, last.as_ref(), span);
                return Ok(Node::new(place, draft.finish()));
            }
            let merges = is_merge(&event);
            let key = self.node((event, span), level + 1)?;
            let value = self.next()?;
            let value = self.node(value, level + 1)?;
            last = Some(value.place.clone());
            if merges {
                draft.merge(value)?;
            } else {
                draft.entry(key, value)?;
            }
        }
    }

    fn alias(&mut self, anchor: usize, place: &Place, level: usize) -> Result<Node, YamlError> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err(YamlError::UnknownAlias {
                alias: place.text().to_owned(),
                place: place.clone(),
            });
        };
        limit::depth(level + size.height, place)?;
        self.budget.copy(*size, place)?;
        Ok(node.clone())
    }

    /// Keeps what an anchor names; anchor 0 is none.
    fn remember(&mut self, anchor: usize, node: Node) -> Result<Node, YamlError> {
        if anchor != 0 {
            let size = Size::of(&node);
            self.budget.copy(size, &node.place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    /// The place of one event, without the blank lines after it.
    fn place(&self, span: Span) -> Place {
        let start = self.offsets.byte(span.start.index());
        let end = self.offsets.byte(span.end.index());
        let text = &self.file.text()[start..end];
        Place::new(self.file, start, start + text.trim_end().len())
    }

    /// The place of a list or map: to its closing bracket, or to the end of its last value.
    fn span(&self, opening: &Place, last: Option<&Place>, closing: Span) -> Place {
        let closing = self.place(closing);
        let end = match (closing.text().is_empty(), last) {
            (false, _) => closing.end(),
            (true, Some(last)) => last.end(),
            (true, None) => opening.end(),
        };
        Place::new(self.file, opening.start(), end.max(opening.end()))
    }
}

fn tagged(node: Node, tag: TagOf) -> Result<Node, YamlError> {
    match tag {
        Some(tag) => Meaning::of(&tag, &node.place)?.collection(node),
        None => Ok(node),
    }
}

fn is_merge(event: &Event) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Arc<SourceFile> {
        SourceFile::new("site.yml", text)
    }

    /// The value as JSON; `!unsafe` and `!vault` as maps of that name.
    fn json(node: &Node) -> String {
        let join = |parts: Vec<String>| parts.join(",");
        match &node.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(is) => is.to_string(),
            Kind::Int(number) => number.to_string(),
            Kind::Float(number) => format!("{number:?}"),
            Kind::String(text) => format!("{text:?}"),
            Kind::List(items) => format!("[{}]", join(items.iter().map(json).collect())),
            Kind::Map(entries) => {
                let entry = |(key, value): &(Node, Node)| format!("{}:{}", json(key), json(value));
                format!("{{{}}}", join(entries.iter().map(entry).collect()))
            }
            Kind::Unsafe(inner) => format!("{{!unsafe:{}}}", json(inner)),
            Kind::Vault(text) => format!("{{!vault:{text:?}}}"),
        }
    }

    fn read(text: &str) -> String {
        json(&load_one(&file(text)).unwrap())
    }

    fn refuse(text: &str) -> String {
        let error = load_one(&file(text)).unwrap_err();
        format!("{}: {error}", error.place())
    }

    #[test]
    fn reads_scalars_by_style() {
        assert_eq!(
            read("a: yes\nb: 'yes'\nc: \"0644\"\nd: 0644\ne:\nf: ''\n"),
            r#"{"a":true,"b":"yes","c":"0644","d":420,"e":null,"f":""}"#
        );
    }

    #[test]
    fn reads_block_scalars_with_every_chomping() {
        assert_eq!(
            read(
                "a: |\n  x\n   y\n\nb: |-\n  x\nc: |+\n  x\n\nd: >\n  x\n  y\n\n  z\ne: |2\n    x\n"
            ),
            r#"{"a":"x\n y\n","b":"x","c":"x\n\n","d":"x y\nz\n","e":"  x\n"}"#
        );
    }

    #[test]
    fn a_block_at_the_end_has_the_final_newline_that_the_file_has() {
        assert_eq!(read("a: |\n  x"), r#"{"a":"x"}"#);
        assert_eq!(read("a: |\n  x\n"), r#"{"a":"x\n"}"#);
        assert_eq!(read("a: |\n  x\n  "), r#"{"a":"x\n"}"#);
    }

    #[test]
    fn merges_maps_and_own_keys_win() {
        let anchors = "b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\n";
        let merged = |text: &str| {
            let root = load_one(&file(&format!("{anchors}d: {text}\n"))).unwrap();
            json(root.get("d").unwrap())
        };
        assert_eq!(merged("{<<: *b, y: 9}"), r#"{"x":1,"y":9}"#);
        assert_eq!(merged("{y: 9, <<: *b}"), r#"{"x":1,"y":9}"#);
        assert_eq!(merged("{<<: [*b, *c]}"), r#"{"y":2,"z":4,"x":1}"#);
        assert_eq!(merged("{<<: *b, <<: *c}"), r#"{"x":1,"y":3,"z":4}"#);
        assert_eq!(merged("{\"<<\": 1}"), r#"{"<<":1}"#);
    }

    #[test]
    fn reads_tags() {
        assert_eq!(
            read("[!!str 12, !!int '0x1f', !!float 1, !!bool 'no', !!null x, ! 5, !!str]"),
            r#"["12",31,1.0,false,null,"5",""]"#
        );
        assert_eq!(
            read("- !unsafe '{{ x }}'\n- !unsafe [1, a]\n- !unsafe 5\n"),
            r#"[{!unsafe:"{{ x }}"},{!unsafe:[1,"a"]},5]"#
        );
        assert_eq!(
            read("!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n"),
            r#"{!vault:"$ANSIBLE_VAULT;1.1;AES256\n6162\n"}"#
        );
    }

    #[test]
    fn keeps_places_in_bytes() {
        let source = file("ä: 'ö'\nb:\n  - !unsafe x y  # c\n  - |\n    t\n\nc:\nd: [1,\n  2 ]\n");
        let root = load_one(&source).unwrap();
        let text = |key: &str| root.get(key).unwrap().place.text();
        assert_eq!(text("ä"), "'ö'");
        assert_eq!(text("b"), "- !unsafe x y  # c\n  - |\n    t");
        assert_eq!(text("c"), "");
        assert_eq!(text("d"), "[1,\n  2 ]");
        let items = root.get("b").unwrap().as_list().unwrap();
        assert_eq!(items[0].place.text(), "!unsafe x y");
        assert_eq!(items[1].place.to_string(), "site.yml:5:5");
    }

    #[test]
    fn an_alias_stands_where_its_value_was_written() {
        let root = load_one(&file("a: &x [1]\nb: *x\n")).unwrap();
        assert_eq!(root.get("b"), root.get("a"));
    }

    #[test]
    fn counts_documents() {
        assert_eq!(load(&file("")).unwrap().len(), 0);
        assert_eq!(load(&file("# nothing\n")).unwrap().len(), 0);
        assert_eq!(load(&file("a\n---\nb\n---\n")).unwrap().len(), 3);
        assert_eq!(read("# nothing\n"), "null");
        assert_eq!(
            refuse("a: 1\n---\nb: 1\n"),
            "site.yml:3:1: a second document begins here, where one is expected"
        );
    }

    #[test]
    fn refuses_equal_keys() {
        assert_eq!(
            refuse("a: 1\nb: 2\na: 3\n"),
            "site.yml:3:1: key `a` is given twice in one map"
        );
        assert_eq!(
            refuse("{1: a, 1.0: b}"),
            "site.yml:1:8: key `1.0` is given twice in one map"
        );
        assert_eq!(read("{1: a, '1': b}"), r#"{1:"a","1":"b"}"#);
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        for (text, error) in [
            ("[a]: 1", "1:1: a list cannot be a key of a map"),
            ("a: !x 1", "1:4: unknown tag `!x`"),
            ("a: !!set {b}", "1:4: unknown tag `!!set`"),
            (
                "!!int x",
                "1:1: tag `!!int` needs a whole number, found `x`",
            ),
            ("!!str [1]", "1:1: tag `!!str` needs a string, found a list"),
            (
                "<<: 1",
                "1:5: `<<` merges a map or a list of maps, found a number",
            ),
            (
                "a: *b",
                "1:4: alias `*b` names no anchor that is complete here",
            ),
            (
                "a: &b [*b]",
                "1:8: alias `*b` names no anchor that is complete here",
            ),
            (
                "&b 1\n---\n*b",
                "3:1: alias `*b` names no anchor that is complete here",
            ),
            (
                "a: 9223372036854775808",
                "1:4: number `9223372036854775808` does not fit into 64 bits",
            ),
            (
                "a: \u{1b}[0m",
                "1:4: character U+001B is not allowed in YAML",
            ),
        ] {
            assert_eq!(refuse(text), format!("site.yml:{error}"));
        }
    }

    #[test]
    fn refuses_what_is_too_deep() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(load_one(&file(&nested(128))).is_ok());
        assert!(refuse(&nested(129)).ends_with("nested more than 128 levels deep"));
        let block = (0..129).fold(String::new(), |text, level| {
            text + &" ".repeat(level) + "a:\n"
        });
        assert!(refuse(&block).ends_with("nested more than 128 levels deep"));
        let through_aliases = format!(
            "- &a {}\n- {}\n",
            nested(100),
            "[".repeat(50) + "*a" + &"]".repeat(50)
        );
        assert!(refuse(&through_aliases).ends_with("nested more than 128 levels deep"));
    }

    #[test]
    fn refuses_aliases_that_explode() {
        let bomb = (1..12).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
            let below = vec![format!("*a{}", level - 1); 9].join(",");
            text + &format!("a{level}: &a{level} [{below}]\n")
        });
        assert!(refuse(&bomb).contains("larger than 2000000 values"));
        let long = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(1 << 20),
            "*a,".repeat(100)
        );
        assert!(refuse(&long).contains("bytes repeated by anchors and aliases"));
    }

    #[test]
    fn stands_any_prefix_of_a_file() {
        let text = "%YAML 1.1\n--- # c\na: &x {ä: [1, 'y''', \"\\u00e4\"]}\n? b\n: |2-\n    t\n<<: *x\nd: !!str ~\n...\n";
        for (end, _) in text.char_indices() {
            let _ = load(&file(&text[..end]));
            let _ = load(&file(&text[end..]));
        }
    }

    #[test]
    fn takes_other_line_ends_and_a_byte_order_mark() {
        assert_eq!(
            read("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
            r#"{"a":1,"b":"x\ny\n"}"#
        );
    }
}
