use {
    super::{
        super::{Kind, Node, Place, SourceFile, YamlError},
        hint, limit,
        loader::{Halt, Loader, without_blank_end},
        relaxed::Relaxed,
    },
    std::sync::Arc,
};

/// Reads all documents of a file, in order; a file that is empty or holds only comments has none.
///
/// # Errors
/// The first thing that is wrong, with its place. No input makes it run away: text, depth and the number of values are limited.
pub fn load(file: &Arc<SourceFile>) -> Result<Vec<Node>, YamlError> {
    let whole = Place::new(file, 0, 0);
    limit::within(file.text().len(), limit::BYTES, "bytes", &whole)?;
    printable(file)?;
    let mut text = Relaxed::new(without_blank_end(file.text()));
    loop {
        match Loader::new(file, &text).documents() {
            Ok(documents) => return Ok(documents),
            Err(Halt::Wrong(error)) => return Err(error),
            Err(Halt::Stumbled { info, at }) if !text.relax(&info, at) => {
                return Err(hint::explain(&info, file, at));
            }
            Err(Halt::Stumbled { .. }) => {}
        }
    }
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
    fn minds_indentation_in_brackets_and_quotes_as_little_as_ansible() {
        assert_eq!(
            read("- a: [x,\n  y,\nz ]\n  b: {c: 1,\nd: 2\n}\n"),
            r#"[{"a":["x","y","z"],"b":{"c":1,"d":2}}]"#
        );
        assert_eq!(
            read("- a: \"x\n  y\n\nz\"\n  b: 'x\nit''s'\n"),
            r#"[{"a":"x y\nz","b":"x it's"}]"#
        );
        assert_eq!(read("a:\tb\nc: \t d\n"), r#"{"a":"b","c":"d"}"#);
        let root = load_one(&file("- a: [ä,\n  y]\n  ö: z\n")).unwrap();
        let map = &root.as_list().unwrap()[0];
        assert_eq!(map.get("a").unwrap().place.text(), "[ä,\n  y]");
        assert_eq!(map.get("ö").unwrap().place.to_string(), "site.yml:3:6");
        assert_eq!(
            refuse("- a: [x,\n  y]\n  b: c: d\n"),
            "site.yml:3:7: broken YAML: a value without quotes cannot hold `: `"
        );
    }

    #[test]
    fn takes_other_line_ends_and_a_byte_order_mark() {
        assert_eq!(
            read("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
            r#"{"a":1,"b":"x\ny\n"}"#
        );
    }
}
