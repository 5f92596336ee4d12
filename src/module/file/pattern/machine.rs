//! Tries an expression that looks around or back on a text: step by step, going back to the last choice where it does not lead on.

use super::{
    reader::{Flags, Reader},
    tree::{Edge, Node, Set, is_word, other_case},
};

/// One step of a trial.
#[derive(Debug)]
enum Step {
    One(Set),
    Edge(Edge),
    /// Remembers the place in a slot.
    Save(usize),
    Again {
        group: usize,
        fold: bool,
    },
    /// Tries the first, then the second.
    Choose(usize, usize),
    Go(usize),
    /// Goes on only where the place is another one than in the slot.
    Moved(usize),
    /// The steps up to `behind` are a trial of their own, beginning `back` characters before.
    Look {
        wanted: bool,
        back: usize,
        behind: usize,
    },
    Done,
}

/// An expression made ready.
#[derive(Debug)]
pub(super) struct Machine {
    steps: Vec<Step>,
    /// The groups' names, by their number less one.
    pub names: Vec<Option<String>>,
    slots: usize,
}

/// Where the whole and the groups begin and end.
pub(super) type Spans = Vec<Option<(usize, usize)>>;

/// More steps than an honest search takes.
const MOST: usize = 20_000_000;

impl Machine {
    pub fn new(pattern: &str, flags: Flags) -> Result<Self, String> {
        let mut reader = Reader::new(pattern, flags);
        let tree = reader.read()?;
        let mut machine = Self {
            steps: Vec::new(),
            slots: (reader.names.len() + 1) * 2,
            names: reader.names,
        };
        machine.add(&Node::Group(0, Box::new(tree)));
        machine.steps.push(Step::Done);
        Ok(machine)
    }

    fn add(&mut self, node: &Node) {
        match node {
            Node::One(set) => self.steps.push(Step::One(set.clone())),
            Node::Edge(edge) => self.steps.push(Step::Edge(*edge)),
            Node::Again { group, fold } => self.steps.push(Step::Again {
                group: *group,
                fold: *fold,
            }),
            Node::Group(number, inner) => {
                self.steps.push(Step::Save(number * 2));
                self.add(inner);
                self.steps.push(Step::Save(number * 2 + 1));
            }
            Node::All(nodes) => nodes.iter().for_each(|node| self.add(node)),
            Node::Any(nodes) => self.any(nodes),
            Node::Repeat {
                node,
                least,
                most,
                greedy,
            } => {
                (0..*least).for_each(|_| self.add(node));
                match most {
                    None => self.endless(node, *greedy),
                    Some(most) => self.optional(node, most - least, *greedy),
                }
            }
            Node::Look {
                node,
                behind,
                wanted,
            } => {
                let at = self.steps.len();
                self.steps.push(Step::Done);
                self.add(node);
                self.steps.push(Step::Done);
                self.steps[at] = Step::Look {
                    wanted: *wanted,
                    back: node.width().filter(|_| *behind).unwrap_or(0),
                    behind: self.steps.len(),
                };
            }
        }
    }

    fn any(&mut self, nodes: &[Node]) {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let choice = self.steps.len();
            let last = index + 1 == nodes.len();
            if !last {
                self.steps.push(Step::Done);
            }
            self.add(node);
            if !last {
                ends.push(self.steps.len());
                self.steps.push(Step::Done);
                self.steps[choice] = Step::Choose(choice + 1, self.steps.len());
            }
        }
        for end in ends {
            self.steps[end] = Step::Go(self.steps.len());
        }
    }

    fn endless(&mut self, node: &Node, greedy: bool) {
        let (start, slot) = (self.steps.len(), self.slots);
        self.slots += 1;
        self.steps.push(Step::Done);
        self.steps.push(Step::Save(slot));
        self.add(node);
        self.steps.push(Step::Moved(slot));
        self.steps.push(Step::Go(start));
        self.steps[start] = choice(start + 1, self.steps.len(), greedy);
    }

    fn optional(&mut self, node: &Node, times: usize, greedy: bool) {
        let mut choices = Vec::new();
        for _ in 0..times {
            choices.push(self.steps.len());
            self.steps.push(Step::Done);
            self.add(node);
        }
        for at in choices {
            self.steps[at] = choice(at + 1, self.steps.len(), greedy);
        }
    }

    /// The first place from `from` on where the expression fits; nothing, too, where the trial takes too long.
    pub fn find(&self, text: &[u8], from: usize) -> Option<Spans> {
        let mut left = MOST;
        let mut at = from;
        loop {
            let mut slots = vec![None; self.slots];
            if self.run(text, 0, at, &mut slots, &mut left).is_some() {
                let groups = slots.chunks(2).take(self.names.len() + 1);
                return Some(groups.map(|pair| pair[0].zip(pair[1])).collect());
            }
            if at >= text.len() || left == 0 {
                return None;
            }
            at += character(text, at).1;
        }
    }

    /// Runs from a step to its end; gives the place reached.
    fn run(
        &self,
        text: &[u8],
        from: usize,
        start: usize,
        slots: &mut Vec<Option<usize>>,
        left: &mut usize,
    ) -> Option<usize> {
        // What to try next, and how long the list of what was forgotten was then.
        let mut choices: Vec<(usize, usize, usize)> = Vec::new();
        let mut forgotten: Vec<(usize, Option<usize>)> = Vec::new();
        let (mut pc, mut at) = (from, start);
        loop {
            *left = left.checked_sub(1)?;
            let next = match &self.steps[pc] {
                Step::Done => return Some(at),
                Step::One(set) if at < text.len() => {
                    let (code, length) = character(text, at);
                    set.has(code).then_some((pc + 1, at + length))
                }
                Step::One(_) => None,
                Step::Edge(edge) => holds(*edge, text, at).then_some((pc + 1, at)),
                Step::Save(slot) => {
                    forgotten.push((*slot, slots[*slot].replace(at)));
                    Some((pc + 1, at))
                }
                Step::Again { group, fold } => slots[group * 2]
                    .zip(slots[group * 2 + 1])
                    .and_then(|(from, to)| repeated(text, &text[from..to], at, *fold))
                    .map(|at| (pc + 1, at)),
                Step::Choose(first, second) => {
                    choices.push((*second, at, forgotten.len()));
                    Some((*first, at))
                }
                Step::Go(to) => Some((*to, at)),
                Step::Moved(slot) => (slots[*slot] != Some(at)).then_some((pc + 1, at)),
                Step::Look {
                    wanted,
                    back,
                    behind,
                } => {
                    let mut inner = slots.clone();
                    let seen = stepped_back(text, at, *back)
                        .and_then(|from| self.run(text, pc + 1, from, &mut inner, left))
                        .is_some();
                    if seen && *wanted {
                        forgotten.extend(slots.iter().copied().enumerate());
                        *slots = inner;
                    }
                    (seen == *wanted).then_some((*behind, at))
                }
            };
            (pc, at) = match next {
                Some(next) => next,
                None => {
                    let (pc, at, known) = choices.pop()?;
                    for (slot, old) in forgotten.drain(known..).rev() {
                        slots[slot] = old;
                    }
                    (pc, at)
                }
            };
        }
    }
}

fn choice(inside: usize, behind: usize, greedy: bool) -> Step {
    match greedy {
        true => Step::Choose(inside, behind),
        false => Step::Choose(behind, inside),
    }
}

/// The character at a place, and its length in bytes. A byte that is part of none counts as one that no set names.
pub(super) fn character(text: &[u8], at: usize) -> (u32, usize) {
    let end = text.len().min(at + 4);
    let valid = match std::str::from_utf8(&text[at..end]) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&text[at..at + error.valid_up_to()]).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(c) => (u32::from(c), c.len_utf8()),
        None => (
            0x11_0000 + text.get(at).map_or(0, |byte| u32::from(*byte)),
            1,
        ),
    }
}

fn stepped_back(text: &[u8], at: usize, count: usize) -> Option<usize> {
    (0..count).try_fold(at, |at, _| {
        let before = at.checked_sub(1)?;
        let mut starts = (1..=4).filter_map(|back| at.checked_sub(back));
        let whole = starts.rfind(|from| from + character(text, *from).1 == at);
        Some(whole.unwrap_or(before))
    })
}

fn repeated(text: &[u8], wanted: &[u8], at: usize, fold: bool) -> Option<usize> {
    let mut at = at;
    let mut from = 0;
    while from < wanted.len() {
        let (code, length) = character(wanted, from);
        let (there, step) = (at < text.len()).then(|| character(text, at))?;
        if there != code && !(fold && other_case(there) == code) {
            return None;
        }
        at += step;
        from += length;
    }
    Some(at)
}

fn holds(edge: Edge, text: &[u8], at: usize) -> bool {
    let ends_line = at == text.len() || text[at] == b'\n';
    let word = |at: Option<usize>| {
        at.filter(|at| *at < text.len())
            .is_some_and(|at| is_word(character(text, at).0))
    };
    let at_word = || word(stepped_back(text, at, 1)) != word(Some(at));
    match edge {
        Edge::TextStart => at == 0,
        Edge::TextEnd => at == text.len(),
        Edge::LineStart => at == 0 || text[at - 1] == b'\n',
        Edge::LineEnd => ends_line,
        Edge::LastLineEnd => ends_line && at + 1 >= text.len(),
        Edge::Word => at_word(),
        Edge::NoWord => !at_word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
        let machine = Machine::new(pattern, Flags::default()).unwrap();
        let spans = machine.find(text.as_bytes(), 0)?;
        spans[0].map(|(from, to)| &text[from..to])
    }

    #[test]
    fn looks_around_and_back() {
        assert_eq!(found(r"foo(?=bar)", "foo foobar"), Some("foo"));
        assert_eq!(found(r"^(?!#)\w+", "#a"), None);
        assert_eq!(found(r"(?<=é)b+?", "ébb"), Some("b"));
        assert_eq!(found(r"(?<!a)b", "ab b"), Some("b"));
        assert_eq!(found(r"(\w)\1", "abbc"), Some("bb"));
        assert_eq!(found(r"(?i)(?P<q>x).(?P=q)", "aXoX"), Some("XoX"));
        assert_eq!(found(r"(?:a|ab)(?=c)", "abc"), Some("ab"));
        assert_eq!(found(r"[^\]a-c]{2,3}(?!d)", "a]xyzd"), Some("xy"));
    }

    #[test]
    fn ends_whatever_is_asked() {
        assert_eq!(found(r"(?:a*)*(?=b)", &"a".repeat(30)), None);
        let slow = Machine::new(r"(?:a+)+(?!a)$(?=b)", Flags::default()).unwrap();
        assert!(slow.find("a".repeat(40).as_bytes(), 0).is_none());
    }

    #[test]
    fn says_what_is_wrong() {
        for wrong in ["(?=a", "a(?!b))", "(?<=a+)b", r"(?=a)\2", "(?=a)[", "(?!*)"] {
            assert!(Machine::new(wrong, Flags::default()).is_err(), "{wrong}");
        }
    }
}
