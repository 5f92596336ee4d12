use {
    super::{
        super::{Kind, Node, Place, SourceFile, YamlError},
        limit::{self, Budget, Size},
        map::Draft,
        offset::Offsets,
        relaxed::Relaxed,
        tag::{self, Meaning},
    },
    saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag},
    std::{borrow::Cow, collections::HashMap, sync::Arc},
};

type TagOf<'text> = Option<Cow<'text, Tag>>;
type Step<'text> = (Event<'text>, Span);

/// Why reading ended early.
pub(super) enum Halt {
    /// What was read has no meaning.
    Wrong(YamlError),
    /// The parser's message, and the byte where it gave up.
    Stumbled { info: String, at: usize },
}

impl From<YamlError> for Halt {
    fn from(error: YamlError) -> Self {
        Self::Wrong(error)
    }
}

/// Builds nodes from the parser's events.
pub(super) struct Loader<'text> {
    file: &'text Arc<SourceFile>,
    text: &'text Relaxed<'text>,
    parser: Parser<'text, StrInput<'text>>,
    offsets: Offsets<'text>,
    budget: Budget,
    /// Where the text ends, if that is in the middle of a line; else beyond it.
    last: usize,
    /// What the current document's anchors name, once it is complete.
    anchors: HashMap<usize, (Node, Size)>,
}

impl<'text> Loader<'text> {
    pub(super) fn new(file: &'text Arc<SourceFile>, text: &'text Relaxed<'text>) -> Self {
        Self {
            file,
            text,
            parser: Parser::new_from_str(text.text()),
            offsets: Offsets::new(text.text()),
            budget: Budget::default(),
            last: if without_blank_end(file.text()).ends_with('\n') {
                usize::MAX
            } else {
                file.text().trim_end().len()
            },
            anchors: HashMap::new(),
        }
    }

    /// Reads all documents.
    pub(super) fn documents(mut self) -> Result<Vec<Node>, Halt> {
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

    fn next(&mut self) -> Result<Step<'text>, Halt> {
        match self.parser.next_event() {
            Some(Ok(step)) => Ok(step),
            Some(Err(error)) => Err(self.stumbled(error.info(), error.marker().index())),
            None => Err(self.stumbled("unexpected end", usize::MAX)),
        }
    }

    fn node(&mut self, (event, span): Step<'text>, level: usize) -> Result<Node, Halt> {
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
            _ => Err(self.stumbled("no value", span.start.index())),
        }
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: TagOf,
        place: Place,
    ) -> Result<Node, Halt> {
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

    fn list(&mut self, opening: Place, level: usize) -> Result<Node, Halt> {
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

    fn map(&mut self, opening: Place, level: usize) -> Result<Node, Halt> {
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

    fn alias(&mut self, anchor: usize, place: &Place, level: usize) -> Result<Node, Halt> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err(Halt::Wrong(YamlError::UnknownAlias {
                alias: place.shown().to_owned(),
                place: place.clone(),
            }));
        };
        limit::depth(level + size.height, place)?;
        self.budget.copy(*size, place)?;
        Ok(node.clone())
    }

    /// Keeps what an anchor names; anchor 0 is none.
    fn remember(&mut self, anchor: usize, node: Node) -> Result<Node, Halt> {
        if anchor != 0 {
            let size = Size::of(&node);
            self.budget.copy(size, &node.place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn stumbled(&self, info: &str, character: usize) -> Halt {
        Halt::Stumbled {
            info: info.to_owned(),
            at: self.byte(character),
        }
    }

    /// The byte of the file in which a character of the parser's text begins.
    fn byte(&self, character: usize) -> usize {
        self.text.original(self.offsets.byte(character))
    }

    /// The place of one event, without the blank lines after it.
    fn place(&self, span: Span) -> Place {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index());
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

/// The text without a last line of nothing but blanks, which the parser takes for content.
pub(super) fn without_blank_end(text: &str) -> &str {
    match text.trim_end_matches([' ', '\t']) {
        body if body.ends_with('\n') => body,
        _ => text,
    }
}
