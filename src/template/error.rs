use std::ops::Range;

use thiserror::Error;

use crate::source::Place;

/// What went wrong while a template was compiled or rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is no template.
    Syntax,
    /// A value that does not exist was used.
    Undefined,
    /// No filter, test, function or lookup of that name.
    Unknown,
    /// A variable that needs itself.
    Recursion,
    /// Everything else: a filter that cannot take its input, a file that cannot be read.
    Failed,
}

/// A template that cannot be compiled or rendered: what, where, and what to do next.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct TemplateError {
    pub kind: ErrorKind,
    /// One sentence for a person.
    pub message: String,
    /// The path that is undefined, as written: `nginx.port`.
    pub name: Option<Box<str>>,
    /// What to do next, where we know.
    pub help: Option<Box<str>>,
    /// The bytes of the template's own text.
    pub range: Option<Range<usize>>,
    /// Where that stands in a file, where the template came from one.
    pub place: Option<Place>,
}

impl TemplateError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            name: None,
            help: None,
            range: None,
            place: None,
        }
    }

    /// The same error, standing where the scalar stands, unless it is already known to stand somewhere else.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        if self.place.is_none() {
            self.place = Some(self.within(place));
        }
        self
    }

    /// The error's bytes within the scalar, where the scalar holds the template as it was written; else the scalar.
    fn within(&self, place: &Place) -> Place {
        let Some(range) = &self.range else {
            return place.clone();
        };
        let quoted = usize::from(place.text().starts_with(['"', '\'']));
        let start = place.start() + quoted + range.start;
        let end = place.start() + quoted + range.end;
        if place.text().contains(['\n', '\\']) || end > place.end() {
            return place.clone();
        }
        Place::new(place.file(), start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn an_error_points_into_a_quoted_scalar() {
        let file = SourceFile::new("f", "a: \"{{ b }}\"\n");
        let mut error = TemplateError::new(ErrorKind::Undefined, "b");
        error.range = Some(3..4);
        let at = error.at(&Place::new(&file, 3, 12));
        assert_eq!(at.place.unwrap().text(), "b");
    }
}
