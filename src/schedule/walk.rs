use {
    crate::program::{Element, Order, Section, Step},
    std::{collections::BTreeSet, sync::Arc},
};

/// One host's way through a play: which step is next, and where a failure leads.
#[derive(Debug)]
pub struct Walk {
    stack: Vec<Cursor>,
    /// Handlers that were notified and have not run, by their index.
    pub notified: BTreeSet<usize>,
    /// The failure that a `rescue` under way answers, if any.
    pub end: Option<End>,
}

/// How a host's way through a play ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Failed,
    Unreachable,
    /// By `meta: end_host` and its like: not a failure.
    Asked,
}

/// What became of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A block's `rescue` takes over.
    Rescued,
    /// Nothing catches it; only `always` parts are left to run, if any.
    Fatal,
}

#[derive(Debug)]
struct Cursor {
    elements: Arc<[Element]>,
    at: usize,
    role: Role,
}

/// What a cursor's list is.
#[derive(Debug)]
enum Role {
    Plain,
    Part {
        section: Arc<Section>,
        phase: Phase,
        failing: bool,
    },
    /// Handlers run at the flush that stood at this place.
    Handlers {
        base: Order,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Body,
    Rescue,
    Always,
}

impl Walk {
    pub fn new(elements: &Arc<[Element]>) -> Self {
        Self {
            stack: vec![Cursor::plain(elements)],
            notified: BTreeSet::new(),
            end: None,
        }
    }

    /// The next step and its place in the order, without taking it. `wanted` says whether a step is to run at all.
    pub fn peek(&mut self, wanted: &dyn Fn(&Step) -> bool) -> Option<(Order, Arc<Step>)> {
        loop {
            let cursor = self.stack.last_mut()?;
            let Some(element) = cursor.elements.get(cursor.at) else {
                self.leave();
                continue;
            };
            let index = cursor.at;
            let handlers = matches!(cursor.role, Role::Handlers { .. });
            if handlers && !self.notified.contains(&index) {
                cursor.at += 1;
                continue;
            }
            match element.clone() {
                Element::Step(step) if wanted(&step) => {
                    return Some((self.order(&step), step));
                }
                Element::Step(_) => self.advance(),
                Element::Section(section) => self.enter_section(section),
            }
        }
    }

    /// The peeked step is finished and did not fail.
    pub fn done(&mut self) {
        self.advance();
    }

    /// The peeked step was an include: its elements come next.
    pub fn include(&mut self, elements: Arc<[Element]>) {
        self.advance();
        self.stack.push(Cursor::plain(&elements));
    }

    /// The peeked step asked for the notified handlers to run now.
    pub fn flush(&mut self, handlers: &Arc<[Element]>, at: &Order) {
        self.advance();
        self.push_handlers(handlers, at);
    }

    /// The peeked step failed: goes to where that leads.
    pub fn fail(&mut self) -> Fate {
        while let Some(mut cursor) = self.stack.pop() {
            let Role::Part {
                section,
                phase,
                failing,
            } = &mut cursor.role
            else {
                continue;
            };
            match phase {
                Phase::Body if !section.rescue.is_empty() => {
                    let section = Arc::clone(section);
                    self.push_part(section, Phase::Rescue, false);
                    return Fate::Rescued;
                }
                Phase::Body | Phase::Rescue if !section.always.is_empty() => {
                    let section = Arc::clone(section);
                    self.push_part(section, Phase::Always, true);
                    return self.fate_of_rest();
                }
                Phase::Always => *failing = false,
                _ => {}
            }
        }
        self.end = Some(End::Failed);
        Fate::Fatal
    }

    /// Ends the way at once.
    pub fn stop(&mut self, end: End) {
        self.stack.clear();
        self.end = Some(end);
    }

    /// A host that failed runs its notified handlers all the same (`force_handlers`).
    pub fn force_handlers(&mut self, handlers: &Arc<[Element]>, at: &Order) {
        self.stack.clear();
        self.push_handlers(handlers, at);
    }

    /// Ends the role that the peeked step stands in: leaves every list up to the one that `outside` accepts.
    pub fn skip_while(&mut self, inside: &dyn Fn(&Step) -> bool) {
        while let Some((_, step)) = self.peek(&|_| true) {
            if !inside(&step) {
                return;
            }
            self.advance();
        }
    }

    /// Whether a failure now would be caught further out, after this `always`.
    fn fate_of_rest(&self) -> Fate {
        let caught = self.stack.iter().any(|cursor| {
            matches!(&cursor.role, Role::Part { section, phase: Phase::Body, .. } if !section.rescue.is_empty())
        });
        if caught { Fate::Rescued } else { Fate::Fatal }
    }

    fn push_handlers(&mut self, handlers: &Arc<[Element]>, at: &Order) {
        self.stack.push(Cursor {
            elements: Arc::clone(handlers),
            at: 0,
            role: Role::Handlers { base: at.clone() },
        });
    }

    fn push_part(&mut self, section: Arc<Section>, phase: Phase, failing: bool) {
        let elements = match phase {
            Phase::Body => &section.body,
            Phase::Rescue => &section.rescue,
            Phase::Always => &section.always,
        };
        self.stack.push(Cursor {
            elements: Arc::clone(elements),
            at: 0,
            role: Role::Part {
                section,
                phase,
                failing,
            },
        });
    }

    fn enter_section(&mut self, section: Arc<Section>) {
        self.advance();
        self.push_part(section, Phase::Body, false);
    }

    /// Moves past the current element; a handler that is passed is no longer notified.
    fn advance(&mut self) {
        let Some(cursor) = self.stack.last_mut() else {
            return;
        };
        if matches!(cursor.role, Role::Handlers { .. }) {
            self.notified.remove(&cursor.at);
        }
        cursor.at += 1;
    }

    /// The list on top is at its end.
    fn leave(&mut self) {
        let Some(cursor) = self.stack.pop() else {
            return;
        };
        if let Role::Part {
            section,
            phase,
            failing,
        } = cursor.role
        {
            match phase {
                Phase::Body | Phase::Rescue => self.push_part(section, Phase::Always, false),
                Phase::Always if failing => {
                    self.fail();
                }
                Phase::Always => {}
            }
        }
    }

    /// A step's place; handlers stand behind the flush that runs them.
    fn order(&self, step: &Step) -> Order {
        let flush = self
            .stack
            .iter()
            .rev()
            .find_map(|cursor| match &cursor.role {
                Role::Handlers { base } => {
                    Some(base.below(u32::try_from(cursor.at).unwrap_or(u32::MAX)))
                }
                _ => None,
            });
        match flush {
            Some(base) => base.join(&step.order),
            None => step.order.clone(),
        }
    }
}

impl Cursor {
    fn plain(elements: &Arc<[Element]>) -> Self {
        Self {
            elements: Arc::clone(elements),
            at: 0,
            role: Role::Plain,
        }
    }
}
