/// A line that assigns a value to an option, or names the option alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assignment<'a> {
    /// It is no comment.
    pub active: bool,
    /// All behind `=` and the blanks that follow it.
    pub value: &'a str,
}

impl<'a> Assignment<'a> {
    /// Reads a line (without its end); `None` if it is not about this option.
    pub fn read(line: &'a str, option: &str) -> Option<Self> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let active = |value| Self {
            active: true,
            value,
        };
        if let Some(value) = value(line, option) {
            return Some(active(value));
        }
        let comment = blank_start(line).strip_prefix(['#', ';'])?;
        value(comment, option).map(|value| Self {
            active: false,
            value,
        })
    }
}

fn value<'a>(line: &'a str, option: &str) -> Option<&'a str> {
    let rest = blank_start(blank_start(line).strip_prefix(option)?);
    match rest.strip_prefix('=') {
        Some(value) => Some(blank_start(value)),
        None => rest.is_empty().then_some(rest),
    }
}

fn blank_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_of_one_option() {
        let read = |line| Assignment::read(line, "a.b").map(|found| (found.active, found.value));
        assert_eq!(read(" a.b\t= c d \n"), Some((true, "c d ")));
        assert_eq!(read("# ;a.b=c"), None);
        assert_eq!(read("#  a.b=c=d"), Some((false, "c=d")));
        assert_eq!(read("a.b \n"), Some((true, "")));
        assert_eq!(read("a.bc = d"), None);
        assert_eq!(read("aXb = d"), None);
    }
}
