use {
    crate::source::{Node, Place},
    std::ops::Range,
};

/// Where bytes of a string stand in the file that it was written in; the whole string where that cannot be told,
/// as with escapes.
pub(super) fn spot(node: &Node, source: &str, range: &Range<usize>) -> Place {
    let place = &node.place;
    let range = range.start.min(source.len())..range.end.min(source.len());
    let found = plain(place, source)
        .map(|base| base + range.start)
        .or_else(|| by_line(place, source, &range))
        .or_else(|| by_template(place, source, &range));
    match found {
        Some(start) => {
            let start = place.start() + start;
            Place::new(place.file(), start, start + range.len().max(1))
        }
        None => place.clone(),
    }
}

/// A scalar on one line: where its text begins.
fn plain(place: &Place, source: &str) -> Option<usize> {
    let text = place.text();
    let inner = text.trim_start_matches(['"', '\'']);
    inner
        .starts_with(source)
        .then_some(text.len() - inner.len())
}

/// A line of the string that stands in the scalar once.
fn by_line(place: &Place, source: &str, range: &Range<usize>) -> Option<usize> {
    let begin = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = source[range.start..]
        .find('\n')
        .map_or(source.len(), |at| range.start + at);
    once(place.text(), &source[begin..end]).map(|at| at + range.start - begin)
}

/// The template around the bytes, where it stands in the scalar once.
fn by_template(place: &Place, source: &str, range: &Range<usize>) -> Option<usize> {
    let begin = source[..range.start].rfind("{{").unwrap_or(range.start);
    let end = source[range.end..]
        .find("}}")
        .map_or(range.end, |at| range.end + at + 2);
    let within = source.get(begin..end).filter(|text| !text.is_empty())?;
    once(place.text(), within).map(|at| at + range.start - begin)
}

fn once(text: &str, part: &str) -> Option<usize> {
    let part = (!part.trim().is_empty()).then_some(part)?;
    let at = text.find(part)?;
    (!text[at + 1..].contains(part)).then_some(at)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::source::{SourceFile, yaml},
    };

    fn found(text: &str, what: &str) -> String {
        let node = yaml::load_one(&SourceFile::new("f", text)).unwrap();
        let value = node.get("a").unwrap();
        let source = value.as_str().unwrap();
        let at = source.find(what).unwrap();
        let place = spot(value, source, &(at..at + what.len()));
        format!("{}:{} {}", place.line(), place.column(), place.text())
    }

    #[test]
    fn finds_bytes_in_every_kind_of_scalar() {
        assert_eq!(found("a: x {{ b }}\n", "b"), "1:9 b");
        assert_eq!(found("a: \"x {{ b }}\"\n", "b"), "1:10 b");
        assert_eq!(found("a: |\n  x\n  y {{ b }}\n", "b"), "3:8 b");
        assert_eq!(found("a: >-\n  x\n  y {{ b }}\n", "b"), "3:8 b");
    }

    #[test]
    fn gives_the_whole_where_it_cannot_tell() {
        assert_eq!(
            found("a: \"x\\ty {{ 'b' }} {{ 'b' }}\"\n", "b"),
            "1:4 \"x\\ty {{ 'b' }} {{ 'b' }}\""
        );
    }
}
