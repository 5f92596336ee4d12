//! Differences, as unified text.

use {
    super::{
        Label, Style,
        complaint::indented,
        printable::{on_one_line, printable},
    },
    crate::wire::{Diff, Side},
    similar::{ChangeTag, TextDiff},
    std::collections::BTreeMap,
};

/// More lines than this are shown only with `-vv`.
const MOST_LINES: usize = 400;

/// Texts longer than this many bytes (both together) are not compared line by line.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A line of a difference and what it means.
pub(super) type Line = (Label, String);

/// The difference as text ready to be written: printable, coloured where `style` says so, each line ended. Empty where both sides are equal.
pub fn unified(diff: &Diff, style: &Style) -> String {
    let paint = |(label, line): Line| label.paint(&printable(&line), style.colour) + "\n";
    lines(diff, style.verbosity)
        .into_iter()
        .map(paint)
        .collect()
}

/// The lines of the difference, headers first; none where both sides are equal.
pub(super) fn lines(diff: &Diff, verbosity: u8) -> Vec<Line> {
    if diff.before == diff.after {
        return Vec::new();
    }
    let mut lines = vec![
        header(Label::Removed, "--- before", &diff.before, &diff.what),
        header(Label::Added, "+++ after", &diff.after, &diff.what),
    ];
    lines.extend(capped(body(&diff.before, &diff.after), verbosity));
    lines
}

fn header(label: Label, title: &str, side: &Side, what: &str) -> Line {
    let header = match side {
        Side::Absent => format!("{title} (absent)"),
        _ => format!("{title}: {}", on_one_line(what)),
    };
    (label, header)
}

fn body(before: &Side, after: &Side) -> Vec<Line> {
    match (before, after) {
        (Side::Text(before), Side::Text(after)) => compared(before, after),
        (Side::Absent, Side::Text(after)) => compared("", after),
        (Side::Text(before), Side::Absent) => compared(before, ""),
        (Side::State(before), Side::State(after)) => properties(before, after),
        _ => {
            let removed = described(before).into_iter().map(removed);
            removed
                .chain(described(after).into_iter().map(added))
                .collect()
        }
    }
}

fn removed(line: String) -> Line {
    (Label::Removed, format!("-{line}"))
}

fn added(line: String) -> Line {
    (Label::Added, format!("+{line}"))
}

fn described(side: &Side) -> Vec<String> {
    match side {
        Side::Absent => Vec::new(),
        Side::Text(text) => text.lines().map(str::to_owned).collect(),
        Side::State(state) => state
            .iter()
            .map(|(name, value)| property(name, value))
            .collect(),
        Side::Opaque { length, sha256 } => {
            vec![format!(
                "({length} bytes that are not shown, sha256 {sha256})"
            )]
        }
    }
}

fn property(name: &str, value: &str) -> String {
    format!("{name}: {}", indented(value))
}

fn properties(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Line> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let differing = names.filter(|name| before.get(*name) != after.get(*name));
    let pair = |name: &String| {
        let old = before.get(name).map(|value| removed(property(name, value)));
        old.into_iter()
            .chain(after.get(name).map(|value| added(property(name, value))))
    };
    differing.flat_map(pair).collect()
}

fn compared(before: &str, after: &str) -> Vec<Line> {
    if before.len() + after.len() > MOST_BYTES {
        let size = |text: &str| format!("({} bytes: too much to compare line by line)", text.len());
        return vec![removed(size(before)), added(size(after))];
    }
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        lines.push((Label::Hunk, hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let (label, sign) = match change.tag() {
                ChangeTag::Equal => (Label::Plain, ' '),
                ChangeTag::Delete => (Label::Removed, '-'),
                ChangeTag::Insert => (Label::Added, '+'),
            };
            let line = change.value().strip_suffix('\n').unwrap_or(change.value());
            lines.push((label, format!("{sign}{}", on_one_line(line))));
            if change.missing_newline() {
                lines.push((Label::Plain, "\\ No newline at end of file".to_owned()));
            }
        }
    }
    lines
}

fn capped(mut lines: Vec<Line>, verbosity: u8) -> Vec<Line> {
    if lines.len() > MOST_LINES && verbosity < 2 {
        let note = format!(
            "… {} more lines of this difference (-vv shows them)",
            lines.len() - MOST_LINES
        );
        lines.truncate(MOST_LINES);
        lines.push((Label::Hunk, note));
    }
    lines
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::render::recording::{state, text_diff},
    };

    fn shown(before: Side, after: Side) -> String {
        let what = "/etc/motd".to_owned();
        unified(
            &Diff {
                what,
                before,
                after,
            },
            &Style::default(),
        )
    }

    #[test]
    fn files_as_ansible_shows_them() {
        let diff = text_diff("/etc/motd", "a\nb\nc\n", "a\nB\nc\n");
        insta::assert_snapshot!(unified(&diff, &Style::default()), @r"
        --- before: /etc/motd
        +++ after: /etc/motd
        @@ -1,3 +1,3 @@
         a
        -b
        +B
         c
        ");
        assert_eq!(unified(&text_diff("x", "a", "a"), &Style::default()), "");
    }

    #[test]
    fn a_new_file_and_one_that_goes() {
        insta::assert_snapshot!(shown(Side::Absent, Side::Text("new".to_owned())), @r"
        --- before (absent)
        +++ after: /etc/motd
        @@ -0,0 +1 @@
        +new
        \ No newline at end of file
        ");
        insta::assert_snapshot!(shown(Side::Text("old\r\n\x1b[2J\n".to_owned()), Side::Absent), @r"
        --- before: /etc/motd
        +++ after (absent)
        @@ -1,2 +0,0 @@
        -old\r
        -\x1b[2J
        ");
    }

    #[test]
    fn properties_that_differ() {
        let before = state(&[("mode", "0644"), ("owner", "root"), ("size", "1")]);
        let after = state(&[("mode", "0600"), ("owner", "root"), ("selinux", "x")]);
        insta::assert_snapshot!(shown(before, after), @r"
        --- before: /etc/motd
        +++ after: /etc/motd
        -mode: 0644
        +mode: 0600
        -size: 1
        +selinux: x
        ");
    }

    #[test]
    fn what_cannot_be_shown() {
        let opaque = Side::Opaque {
            length: 12,
            sha256: "ab12".to_owned(),
        };
        insta::assert_snapshot!(shown(Side::Text("t\n".to_owned()), opaque), @r"
        --- before: /etc/motd
        +++ after: /etc/motd
        -t
        +(12 bytes that are not shown, sha256 ab12)
        ");
    }

    #[test]
    fn a_long_one_is_cut_and_says_so() {
        let after = "x\n".repeat(1000);
        let diff = text_diff("f", "", &after);
        let text = unified(&diff, &Style::default());
        assert_eq!(text.lines().count(), 2 + MOST_LINES + 1);
        assert!(text.ends_with("… 601 more lines of this difference (-vv shows them)\n"));
        assert_eq!(lines(&diff, 2).len(), 1003);
        let huge = text_diff("f", "", &"x\n".repeat(MOST_BYTES));
        assert!(unified(&huge, &Style::default()).contains("+(8388608 bytes: too much"));
    }

    #[test]
    fn colours_follow_the_signs() {
        let style = Style {
            colour: true,
            ..Style::default()
        };
        let text = unified(&text_diff("f", "a\n", "b\n"), &style);
        assert!(
            text.contains("\x1b[0;31m-a\x1b[0m\n\x1b[0;32m+b\x1b[0m\n"),
            "{text:?}"
        );
    }
}
