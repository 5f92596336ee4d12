//! Long lines broken at their words, as Python's `textwrap` does it.

use minijinja::{Error, value::Value};

use crate::template::{builtin::Run, call::Call};

pub(super) const ALL: &[(&str, Run)] = &[("wordwrap", wordwrap)];

fn wordwrap(call: &mut Call) -> Result<Value, Error> {
    let width = usize::try_from(call.int(1, "width")?.unwrap_or(79)).unwrap_or(79);
    let flag = |at, name| call.arg(at, name).is_none_or(|value| value.is_true());
    let wrap = Wrap {
        width: width.max(1),
        break_long: flag(2, "break_long_words"),
        at_hyphens: flag(4, "break_on_hyphens"),
    };
    let end = call.text(3, "wrapstring").unwrap_or_else(|| "\n".into());
    let lines: Vec<String> = call
        .subject()
        .lines()
        .map(|line| wrap.wrapped(line).join(&end))
        .collect();
    Ok(lines.join(&end).into())
}

struct Wrap {
    width: usize,
    break_long: bool,
    at_hyphens: bool,
}

impl Wrap {
    fn wrapped(&self, line: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut current = String::new();
        let mut rest: std::collections::VecDeque<String> = self.chunks(line).into();
        while let Some(chunk) = rest.pop_front() {
            let blank = chunk.trim().is_empty();
            let (used, size) = (current.chars().count(), chunk.chars().count());
            if blank && current.is_empty() && !lines.is_empty() {
                continue;
            }
            if used + size <= self.width {
                current += &chunk;
                continue;
            }
            if size > self.width && self.break_long {
                let cut: usize = chunk
                    .chars()
                    .take(self.width - used)
                    .map(char::len_utf8)
                    .sum();
                current += &chunk[..cut];
                rest.push_front(chunk[cut..].to_owned());
            } else if current.is_empty() {
                current = chunk;
            } else {
                rest.push_front(chunk);
            }
            end_line(&mut lines, &mut current);
        }
        end_line(&mut lines, &mut current);
        lines
    }

    /// Words and the spaces between them; words end behind a hyphen between letters, too.
    fn chunks(&self, line: &str) -> Vec<String> {
        let mut chunks: Vec<String> = Vec::new();
        let chars: Vec<char> = line.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            let joins = before.is_some_and(|before| {
                before.is_whitespace() == c.is_whitespace() && !self.breaks(&chars, at)
            });
            match chunks.last_mut() {
                Some(last) if joins => last.push(*c),
                _ => chunks.push(c.to_string()),
            }
        }
        chunks
    }

    /// Whether a word may be broken before this character.
    fn breaks(&self, chars: &[char], at: usize) -> bool {
        let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphabetic());
        self.at_hyphens && at >= 2 && chars[at - 1] == '-' && letter(at - 2) && letter(at)
    }
}

fn end_line(lines: &mut Vec<String>, current: &mut String) {
    let line = current.trim_end();
    if !line.is_empty() {
        lines.push(line.to_owned());
    }
    current.clear();
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn lines_are_broken_at_words_and_hyphens() {
        assert_eq!(
            shown("{{ 'aaa bb-cc ddddddd' | wordwrap(6) }}"),
            r"'aaa\nbb-cc\ndddddd\nd'"
        );
    }
}
