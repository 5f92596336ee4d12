use {
    crate::program::{Element, Order, Section, Step},
    std::{collections::BTreeSet, sync::Arc},
};

/// One host's way through a play: which step is next, and where a failure leads.
#[derive(Clone, Debug)]
pub struct Walk {
    stack: Vec<Cursor>,
    /// What was notified since the last flush, by name: who hears it is decided at the flush.
    pub pending: Vec<String>,
    /// Handlers that are to run in the flush under way, by their index.
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

#[derive(Clone, Debug)]
struct Cursor {
    elements: Arc<[Element]>,
    at: usize,
    role: Role,
}

/// What a cursor's list is.
#[derive(Clone, Debug)]
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
            pending: Vec::new(),
            notified: BTreeSet::new(),
            end: None,
        }
    }

    /// The next step and its place in the order, without taking it. `wanted` says whether a step is to run at all.
    pub fn peek(&mut self, wanted: &dyn Fn(&Step) -> bool) -> Option<(Order, Arc<Step>)> {
        if self.end == Some(End::Unreachable) {
            return None;
        }
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

    /// Whether handlers are running.
    pub fn is_flushing(&self) -> bool {
        let handlers = |cursor: &Cursor| matches!(cursor.role, Role::Handlers { .. });
        self.stack.iter().any(handlers)
    }

    /// The peeked step failed: goes to where that leads. Whether it is caught may show further out, after an `always`.
    pub fn fail(&mut self) -> Fate {
        self.advance();
        let fate = match self.stack.iter().any(Cursor::catches) {
            true => Fate::Rescued,
            false => Fate::Fatal,
        };
        self.unwind();
        fate
    }

    /// Leaves lists until one of them has an answer to the failure.
    fn unwind(&mut self) {
        while let Some(cursor) = self.stack.pop() {
            let Role::Part { section, phase, .. } = cursor.role else {
                continue;
            };
            match phase {
                Phase::Body if !section.rescue.is_empty() => {
                    return self.push_part(section, Phase::Rescue, false);
                }
                Phase::Body | Phase::Rescue if !section.always.is_empty() => {
                    return self.push_part(section, Phase::Always, true);
                }
                _ => {}
            }
        }
        self.end = Some(End::Failed);
    }

    /// Ends the way at once.
    pub fn stop(&mut self, end: End) {
        self.stack.clear();
        self.end = Some(end);
    }

    /// The host cannot be reached: its way stands still.
    pub fn park(&mut self) {
        self.end = Some(End::Unreachable);
    }

    /// Goes on where the way stood still; says whether it did stand still.
    pub fn resume(&mut self) -> bool {
        let parked = self.end == Some(End::Unreachable);
        if parked {
            self.end = None;
        }
        parked
    }

    /// Whether nothing is left to do.
    pub fn is_over(&mut self) -> bool {
        self.peek(&|_| true).is_none()
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
                Phase::Always if failing => self.unwind(),
                Phase::Always => {}
            }
        }
    }

    /// A step's place; handlers stand behind the flush that runs them, and what a handler includes has its place already.
    fn order(&self, step: &Step) -> Order {
        match self.stack.last() {
            Some(Cursor {
                at,
                role: Role::Handlers { base },
                ..
            }) => base
                .below(u32::try_from(*at).unwrap_or(u32::MAX))
                .join(&step.order),
            _ => step.order.clone(),
        }
    }
}

impl Cursor {
    /// Whether a failure inside is caught by a `rescue`.
    fn catches(&self) -> bool {
        matches!(&self.role, Role::Part { section, phase: Phase::Body, .. } if !section.rescue.is_empty())
    }

    fn plain(elements: &Arc<[Element]>) -> Self {
        Self {
            elements: Arc::clone(elements),
            at: 0,
            role: Role::Plain,
        }
    }
}
