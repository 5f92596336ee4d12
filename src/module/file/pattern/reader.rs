//! Reads an expression into its tree.

use super::tree::{Edge, Item, Node, Set};

/// How letters and line ends are taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub fold: bool,
    pub multi_line: bool,
    pub dot_all: bool,
    pub spaced: bool,
}

pub(super) struct Reader<'p> {
    rest: std::iter::Peekable<std::str::Chars<'p>>,
    flags: Flags,
    /// The groups' names, by their number less one.
    pub names: Vec<Option<String>>,
}

type Read<T> = Result<T, String>;

impl<'p> Reader<'p> {
    pub fn new(pattern: &'p str, flags: Flags) -> Self {
        Self {
            rest: pattern.chars().peekable(),
            flags,
            names: Vec::new(),
        }
    }

    /// The whole expression.
    pub fn read(&mut self) -> Read<Node> {
        let node = self.alternatives()?;
        match self.rest.next() {
            Some(_) => Err("a ')' without '('".into()),
            None => Ok(node),
        }
    }

    fn alternatives(&mut self) -> Read<Node> {
        let mut all = vec![self.sequence()?];
        while self.rest.next_if_eq(&'|').is_some() {
            all.push(self.sequence()?);
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Node::Any(all),
        })
    }

    fn sequence(&mut self) -> Read<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.rest.next_if(|c| !"|)".contains(*c)) {
            if self.flags.spaced && c.is_whitespace() {
                continue;
            }
            if self.flags.spaced && c == '#' {
                while self.rest.next().is_some_and(|c| c != '\n') {}
                continue;
            }
            if let Some(node) = self.piece(c)? {
                nodes.push(self.repeated(node)?);
            }
        }
        Ok(Node::All(nodes))
    }

    fn piece(&mut self, c: char) -> Read<Option<Node>> {
        let edge = |edge| Ok(Some(Node::Edge(edge)));
        match c {
            '.' => {
                let line_end = u32::from('\n');
                let items = match self.flags.dot_all {
                    true => Vec::new(),
                    false => vec![Item::Range(line_end, line_end)],
                };
                Ok(Some(self.one(items, true)))
            }
            '^' if self.flags.multi_line => edge(Edge::LineStart),
            '^' => edge(Edge::TextStart),
            '$' if self.flags.multi_line => edge(Edge::LineEnd),
            '$' => edge(Edge::LastLineEnd),
            '[' => self.class().map(Some),
            '(' => self.group(),
            '\\' => self.escape().map(Some),
            '*' | '+' | '?' => Err("nothing to repeat".into()),
            c => Ok(Some(self.letter(u32::from(c)))),
        }
    }

    fn one(&self, items: Vec<Item>, negated: bool) -> Node {
        Node::One(Set {
            items,
            negated,
            fold: self.flags.fold,
        })
    }

    fn letter(&self, code: u32) -> Node {
        self.one(vec![Item::Range(code, code)], false)
    }

    /// What stands behind a piece: `*`, `+?`, `{2,3}` …
    fn repeated(&mut self, node: Node) -> Read<Node> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.bounds() {
                Some(bounds) => bounds,
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        if most.is_some_and(|most| most < least || most > 1000) || least > 1000 {
            return Err("a repetition is too large".into());
        }
        self.rest.next();
        let greedy = self.rest.next_if_eq(&'?').is_none();
        if self.rest.next_if(|c| "*+".contains(*c)).is_some() {
            return Err("more than one repetition".into());
        }
        Ok(Node::Repeat {
            node: Box::new(node),
            least,
            most,
            greedy,
        })
    }

    /// Reads up to the closing brace, which stays; nothing where the brace is a plain character.
    fn bounds(&mut self) -> Option<(usize, Option<usize>)> {
        let mut ahead = self.rest.clone();
        ahead.next();
        let inside: String = ahead.by_ref().take_while(|c| *c != '}').collect();
        let number = |text: &str| text.parse::<usize>().ok();
        let bounds = match inside.split_once(',') {
            Some(("", "")) => None,
            Some(("", most)) => Some((0, Some(number(most)?))),
            Some((least, "")) => Some((number(least)?, None)),
            Some((least, most)) => Some((number(least)?, Some(number(most)?))),
            None => number(&inside).map(|count| (count, Some(count))),
        }?;
        (0..=inside.chars().count()).for_each(|_| _ = self.rest.next());
        Some(bounds)
    }

    fn group(&mut self) -> Read<Option<Node>> {
        if self.rest.next_if_eq(&'?').is_none() {
            return self.numbered(None).map(Some);
        }
        match self.rest.next() {
            Some(':') => self.closed().map(Some),
            Some('=') => self.look(false, true),
            Some('!') => self.look(false, false),
            Some('<') => match self.rest.next() {
                Some('=') => self.look(true, true),
                Some('!') => self.look(true, false),
                _ => Err("'(?<' is followed by '=' or '!'".into()),
            },
            Some('P') => match self.rest.next() {
                Some('<') => {
                    let name = self.until('>')?;
                    self.numbered(Some(name)).map(Some)
                }
                Some('=') => {
                    let name = self.until(')')?;
                    let known = self
                        .names
                        .iter()
                        .position(|known| known.as_ref() == Some(&name));
                    let at = known.ok_or_else(|| format!("there is no group '{name}'"))?;
                    Ok(Some(self.again(at + 1)))
                }
                _ => Err("'(?P' is followed by '<' or '='".into()),
            },
            Some('#') => self.until(')').map(|_| None),
            Some(c) => self.flagged(c),
            None => Err("a '(' without ')'".into()),
        }
    }

    fn again(&self, group: usize) -> Node {
        Node::Again {
            group,
            fold: self.flags.fold,
        }
    }

    fn until(&mut self, end: char) -> Read<String> {
        let mut text = String::new();
        for c in self.rest.by_ref() {
            if c == end {
                return Ok(text);
            }
            text.push(c);
        }
        Err(format!("a '{end}' is missing"))
    }

    fn numbered(&mut self, name: Option<String>) -> Read<Node> {
        self.names.push(name);
        let number = self.names.len();
        Ok(Node::Group(number, Box::new(self.closed()?)))
    }

    /// Up to the closing parenthesis; flags that are set inside end there.
    fn closed(&mut self) -> Read<Node> {
        let flags = self.flags;
        let node = self.alternatives()?;
        self.flags = flags;
        match self.rest.next() {
            Some(_) => Ok(node),
            None => Err("a '(' without ')'".into()),
        }
    }

    fn look(&mut self, behind: bool, wanted: bool) -> Read<Option<Node>> {
        let node = self.closed()?;
        if behind && node.width().is_none() {
            return Err("what is looked back at must always be equally long".into());
        }
        Ok(Some(Node::Look {
            node: Box::new(node),
            behind,
            wanted,
        }))
    }

    /// `(?i)` from here on, `(?i:…)` for what is inside.
    fn flagged(&mut self, first: char) -> Read<Option<Node>> {
        let before = self.flags;
        let mut next = Some(first);
        let mut on = true;
        loop {
            match next {
                Some('i') => self.flags.fold = on,
                Some('m') => self.flags.multi_line = on,
                Some('s') => self.flags.dot_all = on,
                Some('x') => self.flags.spaced = on,
                Some('a' | 'u' | 'L') => {}
                Some('-') => on = false,
                Some(')') => return Ok(None),
                Some(':') => {
                    let node = self.closed()?;
                    self.flags = before;
                    return Ok(Some(node));
                }
                _ => return Err("this kind of group is not known here".into()),
            }
            next = self.rest.next();
        }
    }

    fn escape(&mut self) -> Read<Node> {
        let c = self.rest.next().ok_or("it ends within an escape")?;
        let edge = match c {
            'A' => Some(Edge::TextStart),
            'Z' => Some(Edge::TextEnd),
            'b' => Some(Edge::Word),
            'B' => Some(Edge::NoWord),
            _ => None,
        };
        if let Some(edge) = edge {
            return Ok(Node::Edge(edge));
        }
        if let Some(digit) = c.to_digit(10).filter(|digit| *digit > 0) {
            let second = self.rest.next_if(char::is_ascii_digit);
            let second = second.and_then(|c| c.to_digit(10));
            let group = second.map_or(digit, |second| digit * 10 + second) as usize;
            return match group <= self.names.len() {
                true => Ok(self.again(group)),
                false => Err(format!("there is no group {group}")),
            };
        }
        let item = self.escaped(c)?;
        Ok(self.one(vec![item], false))
    }

    /// Escapes that mean the same in brackets.
    fn escaped(&mut self, c: char) -> Read<Item> {
        let code = match c {
            'd' | 'D' => return Ok(Item::Digit(c == 'd')),
            'w' | 'W' => return Ok(Item::Word(c == 'w')),
            's' | 'S' => return Ok(Item::Space(c == 's')),
            'n' => 10,
            't' => 9,
            'r' => 13,
            'f' => 12,
            'v' => 11,
            'a' => 7,
            '0' => 0,
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            c if c.is_ascii_alphabetic() => return Err(format!("'\\{c}' is no escape")),
            c => u32::from(c),
        };
        Ok(Item::Range(code, code))
    }

    fn hex(&mut self, digits: usize) -> Read<u32> {
        let text: String = self.rest.by_ref().take(digits).collect();
        u32::from_str_radix(&text, 16).map_err(|_| format!("'{text}' is no hexadecimal number"))
    }

    fn class(&mut self) -> Read<Node> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut items = Vec::new();
        loop {
            let c = self.rest.next().ok_or("a '[' without ']'")?;
            if c == ']' && !items.is_empty() {
                return Ok(self.one(items, negated));
            }
            let item = self.member(c)?;
            let mut ahead = self.rest.clone();
            let ranged = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
            let (Item::Range(from, _), true) = (item, ranged) else {
                items.push(item);
                continue;
            };
            self.rest.next();
            let last = self.rest.next().ok_or("a '[' without ']'")?;
            match self.member(last)? {
                Item::Range(to, _) if from <= to => items.push(Item::Range(from, to)),
                _ => return Err("a range in brackets ends before it begins".into()),
            }
        }
    }

    fn member(&mut self, c: char) -> Read<Item> {
        match c {
            '\\' => {
                let c = self.rest.next().ok_or("it ends within an escape")?;
                match c {
                    'b' => Ok(Item::Range(8, 8)),
                    c => self.escaped(c),
                }
            }
            c => Ok(Item::Range(u32::from(c), u32::from(c))),
        }
    }
}
