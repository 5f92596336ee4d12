/// What `/etc/fstab` says of one file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub src: String,
    pub path: String,
    pub kind: String,
    pub options: String,
    pub dump: String,
    pub pass: String,
}

/// The lines of fstab.
pub(super) struct Table {
    lines: Vec<String>,
}

impl Table {
    pub fn read(text: &str) -> Self {
        let lines = text.split_inclusive('\n').map(Into::into).collect();
        Self { lines }
    }

    pub fn text(&self) -> String {
        self.lines.concat()
    }

    /// Makes the lines about a place say this, or adds one. Says whether that changes anything.
    pub fn set(&mut self, wanted: &Line) -> bool {
        let (mut changed, mut found) = (false, false);
        for line in &mut self.lines {
            if let Some(fields) = Line::read(line).filter(|fields| fields.is_about(wanted, true)) {
                found = true;
                if fields != wanted.escaped() {
                    *line = wanted.text();
                    changed = true;
                }
            }
        }
        if !found {
            if let Some(last) = self.lines.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push('\n');
            }
            self.lines.push(wanted.text());
        }
        changed || !found
    }

    /// Removes the lines about a place. `source`: swap is told apart by its device. Says whether there were any.
    pub fn remove(&mut self, wanted: &Line, source: bool) -> bool {
        let count = self.lines.len();
        self.lines
            .retain(|line| !Line::read(line).is_some_and(|fields| fields.is_about(wanted, source)));
        self.lines.len() != count
    }
}

impl Line {
    /// The fields as they are written; `None` for what is no entry.
    fn read(line: &str) -> Option<Self> {
        if line.trim_start().starts_with('#') {
            return None;
        }
        let fields = line.split('#').next().unwrap_or_default();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or("0").to_owned();
        (4..=6).contains(&fields.len()).then(|| Self {
            src: field(0),
            path: field(1),
            kind: field(2),
            options: field(3),
            dump: field(4),
            pass: field(5),
        })
    }

    /// Whether these fields are about the same place. All swap is at `none`.
    fn is_about(&self, wanted: &Self, source: bool) -> bool {
        let wanted = wanted.escaped();
        let swap = self.path == "none" && self.kind == "swap";
        self.path == wanted.path && !(source && swap && self.src != wanted.src)
    }

    fn escaped(&self) -> Self {
        let escape = |field: &String| {
            field
                .replace('\\', "\\134")
                .replace(' ', "\\040")
                .replace('&', "\\046")
        };
        Self {
            src: escape(&self.src),
            path: escape(&self.path),
            kind: escape(&self.kind),
            options: escape(&self.options),
            dump: escape(&self.dump),
            pass: escape(&self.pass),
        }
    }

    fn text(&self) -> String {
        let Self {
            src,
            path,
            kind,
            options,
            dump,
            pass,
        } = self.escaped();
        format!("{src} {path} {kind} {options} {dump} {pass}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(src: &str, path: &str, kind: &str) -> Line {
        Line {
            src: src.into(),
            path: path.into(),
            kind: kind.into(),
            options: "defaults".into(),
            dump: "0".into(),
            pass: "0".into(),
        }
    }

    #[test]
    fn tells_swap_by_its_device() {
        let text = "/dev/a none swap sw 0 0\n/dev/b none swap defaults\n";
        let mut table = Table::read(text);
        assert!(!table.set(&line("/dev/b", "none", "swap")));
        assert!(table.set(&line("/dev/a", "none", "swap")));
        assert!(table.remove(&line("/dev/b", "none", "swap"), true));
        assert_eq!(table.text(), "/dev/a none swap defaults 0 0\n");
    }

    #[test]
    fn leaves_comments_and_other_lines() {
        let text =
            "#/dev/a /a ext4 defaults 0 0\n\nbroken line\n/dev/b /a ext4 defaults 0 2 # data\n";
        let mut table = Table::read(text);
        assert!(table.set(&line("/dev/b", "/a", "ext4")));
        assert_eq!(
            table.text(),
            "#/dev/a /a ext4 defaults 0 0\n\nbroken line\n/dev/b /a ext4 defaults 0 0\n"
        );
        assert!(!table.remove(&line("", "/b", ""), false));
    }
}
