use {
    super::{Fault, Note, Place, SourceFile},
    miette::{
        Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
        MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
    },
    std::{
        error::Error,
        fmt::{self, Display, Formatter},
    },
};

/// A fault as a person reads it: message, `file:line:column`, the lines around it with the text marked, help, notes.
///
/// The caller says how wide the text may be and whether it is coloured; without colour it is the same text.
pub struct Report<'a> {
    fault: &'a Fault,
    width: usize,
    colour: bool,
    code: Option<&'a str>,
    severity: Severity,
}

impl<'a> Report<'a> {
    /// Takes the fault, and the width of the terminal in columns.
    pub fn new(fault: &'a Fault, width: usize, colour: bool) -> Self {
        Self {
            fault,
            width,
            colour,
            code: None,
            severity: Severity::Error,
        }
    }

    /// Shows what kind of fault it is above the message.
    pub fn code(mut self, code: &'a str) -> Self {
        self.code = Some(code);
        self
    }

    /// Shows it as something that stops nothing.
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let theme = if self.colour {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_links(false)
            .render_report(f, &Placed::fault(self))
    }
}

/// Lets miette show excerpts without a copy of the file.
impl SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let excerpt = self.text().read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.path().display().to_string(),
            excerpt.data(),
            *excerpt.span(),
            excerpt.line(),
            excerpt.column(),
            excerpt.line_count(),
        )))
    }
}

/// A fault or a note of it, as miette wants it: without its place in the message where the excerpt names it.
#[derive(Debug)]
struct Placed<'a> {
    message: &'a str,
    code: Option<&'a str>,
    place: Option<&'a Place>,
    label: Option<&'a str>,
    help: Option<&'a str>,
    severity: Severity,
    notes: Vec<Placed<'a>>,
}

impl<'a> Placed<'a> {
    fn fault(report: &Report<'a>) -> Self {
        let fault = report.fault;
        Self {
            message: fault.message(),
            code: report.code,
            place: fault.place(),
            label: fault.label_text(),
            help: fault.help_text(),
            severity: report.severity,
            notes: fault.notes().iter().map(Self::note).collect(),
        }
    }

    fn note(note: &'a Note) -> Self {
        Self {
            message: note.message(),
            code: None,
            place: Some(note.place()),
            label: None,
            help: None,
            severity: Severity::Advice,
            notes: Vec::new(),
        }
    }

    /// The place to show an excerpt of; none where that would show a secret.
    fn excerpt(&self) -> Option<&'a Place> {
        self.place.filter(|place| !place.file().is_confidential())
    }
}

impl Display for Placed<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self.place {
            Some(place) if self.excerpt().is_none() => write!(f, "{place}: {}", self.message),
            _ => f.write_str(self.message),
        }
    }
}

impl Error for Placed<'_> {}

impl Diagnostic for Placed<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt()
            .map(|place| place.file().as_ref() as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.excerpt()?;
        Some(Box::new(std::iter::once(mark(self.label, place))))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let notes = self.notes.iter().map(|note| note as &dyn Diagnostic);
        (!self.notes.is_empty()).then(|| Box::new(notes) as Box<dyn Iterator<Item = _>>)
    }
}

/// Marks the first line of a place: a map over half a file would hide what is meant.
fn mark(label: Option<&str>, place: &Place) -> LabeledSpan {
    let line = place.text().lines().next().unwrap_or_default();
    LabeledSpan::new_primary_with_span(label.map(str::to_owned), (place.start(), line.len().max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_place_excerpt_help_and_notes() {
        let file = SourceFile::new("site.yml", "a: 1\nb: 2\na: 3\n");
        let fault = Fault::new("key `a` is given twice")
            .at(&Place::new(&file, 10, 11))
            .label("again")
            .help("remove one")
            .note("first given here", &Place::new(&file, 0, 1));
        insta::assert_snapshot!(Report::new(&fault, 80, false), @r"
          × key `a` is given twice
           ╭─[site.yml:3:1]
         2 │ b: 2
         3 │ a: 3
           · ┬
           · ╰── again
           ╰────
          help: remove one

        Advice: 
          ☞ first given here
           ╭─[site.yml:1:1]
         1 │ a: 1
           · ─
         2 │ b: 2
           ╰────
        ");
    }

    #[test]
    fn marks_only_the_first_line_and_stands_an_empty_file() {
        let file = SourceFile::new("empty.yml", "");
        let fault = Fault::new("nothing to read").at(&Place::new(&file, 0, 0));
        insta::assert_snapshot!(Report::new(&fault, 80, false), @r"
          × nothing to read
           ╭─[empty.yml:1:1]
           ╰────
        ");
        let file = SourceFile::new("two.yml", "a:\n  b: c\n");
        let fault = Fault::new("not a list").at(&Place::new(&file, 0, 9));
        insta::assert_snapshot!(Report::new(&fault, 80, false), @r"
          × not a list
           ╭─[two.yml:1:1]
         1 │ a:
           · ──
         2 │   b: c
           ╰────
        ");
    }

    #[test]
    fn shows_the_kind_and_that_it_is_a_warning() {
        let fault = Fault::new("nothing matches");
        let report = Report::new(&fault, 80, false)
            .code("unknown-host")
            .as_warning();
        insta::assert_snapshot!(report, @r"
        unknown-host

          ⚠ nothing matches
        ");
    }

    #[test]
    fn shows_a_fault_without_a_place() {
        let fault = Fault::new("nothing matches").help("name a host");
        insta::assert_snapshot!(Report::new(&fault, 80, false), @r"
          × nothing matches
          help: name a host
        ");
    }
}
