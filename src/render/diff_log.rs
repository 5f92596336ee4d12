use {
    super::{
        Label,
        diff::{self, Line},
    },
    crate::wire::Diff,
    std::collections::HashMap,
};

/// Which differences a step has shown already, so that a fleet with the same difference everywhere shows it once.
#[derive(Default)]
pub(super) struct DiffLog {
    shown: HashMap<Vec<String>, String>,
}

impl DiffLog {
    /// Forgets everything: another step begins.
    pub fn clear(&mut self) {
        self.shown.clear();
    }

    /// The lines to show for these differences on this host, an empty line at the end; none where nothing differs.
    pub fn lines(&mut self, host: &str, diffs: &[Diff], verbosity: u8) -> Vec<Line> {
        let mut lines = diffs
            .iter()
            .flat_map(|diff| diff::lines(diff, verbosity))
            .collect::<Vec<_>>();
        if lines.is_empty() {
            return lines;
        }
        let text = lines.iter().map(|(_, line)| line.clone()).collect();
        if let Some(first) = self.shown.get(&text) {
            return vec![(Label::Hunk, format!("(same difference as on {first})"))];
        }
        self.shown.insert(text, host.to_owned());
        lines.push((Label::Plain, String::new()));
        lines
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::render::recording::text_diff};

    #[test]
    fn the_same_difference_is_shown_once_a_step() {
        let mut log = DiffLog::default();
        let diff = [text_diff("f", "a\n", "b\n")];
        assert_eq!(log.lines("web1", &diff, 0).len(), 6);
        let again = log.lines("web2", &diff, 0);
        assert_eq!(again[0].1, "(same difference as on web1)");
        assert_eq!(
            log.lines("web3", &[text_diff("f", "a\n", "c\n")], 0).len(),
            6
        );
        log.clear();
        assert_eq!(log.lines("web2", &diff, 0).len(), 6);
    }
}
