/// The lines of a file of kernel settings. All others than the one that changes stay as they are.
pub(super) struct Settings {
    lines: Vec<String>,
    /// Whether a setting was changed, added or removed.
    pub changed: bool,
}

/// One setting in a file.
pub(super) struct Setting<'a> {
    pub name: &'a str,
    pub value: &'a str,
    /// The kernel need not take it: the line begins with `-`.
    pub lenient: bool,
}

impl Settings {
    pub(super) fn read(text: &str) -> Self {
        Self {
            lines: text.lines().map(Into::into).collect(),
            changed: false,
        }
    }

    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Setting<'_>> {
        self.lines.iter().filter_map(|line| setting(line))
    }

    /// Leaves one line with the name, which has the value.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let own = |line: &String| setting(line).is_some_and(|setting| setting.name == name);
        let mut places = (0..self.lines.len()).filter(|at| own(&self.lines[*at]));
        let (first, others) = (places.next(), places.collect::<Vec<_>>());
        let right = first
            .and_then(|at| setting(&self.lines[at]))
            .is_some_and(|setting| {
                setting
                    .value
                    .split_whitespace()
                    .eq(value.split_whitespace())
            });
        if right && others.is_empty() {
            return;
        }
        self.changed = true;
        others.into_iter().rev().for_each(|at| {
            self.lines.remove(at);
        });
        let line = format!("{name}={value}");
        match first {
            Some(at) => self.lines[at] = line,
            None => self.lines.push(line),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let before = self.lines.len();
        self.lines
            .retain(|line| setting(line).is_none_or(|setting| setting.name != name));
        self.changed = self.lines.len() != before;
    }
}

/// `None` for comments and what cannot be read.
fn setting(line: &str) -> Option<Setting<'_>> {
    let line = line.trim();
    if line.starts_with(['#', ';']) {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    let (lenient, name) = match name.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, name),
    };
    Some(Setting {
        name: name.trim(),
        value: value.trim(),
        lenient,
    })
}
