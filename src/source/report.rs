use {
    super::{Fault, Note, Place, SourceFile},
    miette::{
        Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
        MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
    },
    std::fmt::{self, Display, Formatter},
};

/// A fault as a person reads it: message, `file:line:column`, the lines around it with the text marked, help, notes.
///
/// The caller says how wide the text may be and whether it is coloured; without colour it is the same text.
pub struct Report<'a> {
    fault: &'a Fault,
    width: usize,
    colour: bool,
}

impl<'a> Report<'a> {
    /// Takes the fault, and the width of the terminal in columns.
    pub fn new(fault: &'a Fault, width: usize, colour: bool) -> Self {
        Self {
            fault,
            width,
            colour,
        }
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
            .render_report(f, &Placed(self.fault))
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

/// A fault without its place in the message: the excerpt names it.
#[derive(Debug)]
struct Placed<'a>(&'a Fault);

impl Display for Placed<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for Placed<'_> {}

impl Diagnostic for Placed<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.0.help_text().map(boxed)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.place().map(code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.0.place()?;
        Some(Box::new(std::iter::once(mark(self.0.label_text(), place))))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let notes = self.0.notes();
        (!notes.is_empty()).then(|| {
            let notes = notes.iter().map(|note| note as &dyn Diagnostic);
            Box::new(notes) as Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>
        })
    }
}

impl Diagnostic for Note {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(code(self.place()))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(mark(None, self.place()))))
    }
}

fn boxed<'a>(text: &'a str) -> Box<dyn Display + 'a> {
    Box::new(text)
}

fn code(place: &Place) -> &dyn SourceCode {
    place.file().as_ref()
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
    fn shows_a_fault_without_a_place() {
        let fault = Fault::new("nothing matches").help("name a host");
        insta::assert_snapshot!(Report::new(&fault, 80, false), @r"
          × nothing matches
          help: name a host
        ");
    }
}
