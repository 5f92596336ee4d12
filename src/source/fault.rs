use {
    super::Place,
    std::fmt::{self, Display, Formatter},
};

/// Something wrong, where it is, and what to do about it: the form in which every error that has a place is shown.
///
/// `Display` is one line, `file:line:column: message`; [`Report`](super::Report) adds the excerpt, the help and the notes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    body: Box<Body>,
}

#[derive(Clone, Debug, PartialEq)]
struct Body {
    message: String,
    place: Option<Place>,
    label: Option<String>,
    help: Option<String>,
    notes: Vec<Note>,
    topic: Option<Topic>,
}

/// What a fault is about, where that gives it a name of its own among findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A keyword that does not exist.
    Keyword,
    /// A role that is nowhere.
    Role,
    /// A file that is nowhere.
    File,
}

/// Another place that explains a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    message: String,
    place: Place,
}

impl Fault {
    /// Takes what is wrong, as one sentence without a final stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            body: Box::new(Body {
                message: message.into(),
                place: None,
                label: None,
                help: None,
                notes: Vec::new(),
                topic: None,
            }),
        }
    }

    /// Says where it is.
    pub fn at(mut self, place: &Place) -> Self {
        self.body.place = Some(place.clone());
        self
    }

    /// Says where it is, unless a closer place is known already.
    pub fn at_least(self, place: &Place) -> Self {
        match self.body.place {
            Some(_) => self,
            None => self.at(place),
        }
    }

    /// Puts a few words under the marked text.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.body.label = Some(label.into());
        self
    }

    /// Says what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.body.help = Some(help.into());
        self
    }

    /// Points at another place that explains it.
    pub fn note(mut self, message: impl Into<String>, place: &Place) -> Self {
        self.body.notes.push(Note {
            message: message.into(),
            place: place.clone(),
        });
        self
    }

    /// Says what it is about.
    pub fn about(mut self, topic: Topic) -> Self {
        self.body.topic = Some(topic);
        self
    }

    pub fn message(&self) -> &str {
        &self.body.message
    }

    pub fn topic(&self) -> Option<Topic> {
        self.body.topic
    }

    pub fn place(&self) -> Option<&Place> {
        self.body.place.as_ref()
    }

    pub fn label_text(&self) -> Option<&str> {
        self.body.label.as_deref()
    }

    pub fn help_text(&self) -> Option<&str> {
        self.body.help.as_deref()
    }

    pub fn notes(&self) -> &[Note] {
        &self.body.notes
    }
}

impl Note {
    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "{place}: ")?;
        }
        f.write_str(self.message())
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_itself_on_one_line() {
        let place = Place::outside("-e", "a: b");
        let fault = Fault::new("no such thing");
        assert_eq!(fault.to_string(), "no such thing");
        assert_eq!(fault.at(&place).to_string(), "-e:1:1: no such thing");
    }
}
