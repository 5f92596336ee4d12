use super::assignment::Assignment;

/// What shall be so.
pub(super) struct Wish {
    pub section: Option<String>,
    pub conditions: Vec<Condition>,
    pub option: Option<String>,
    pub values: Vec<String>,
    pub present: bool,
    pub exclusive: bool,
    /// What stands between option and value.
    pub equals: &'static str,
    pub ignore_spaces: bool,
    pub allow_no_value: bool,
    /// Options that are commented out count, too.
    pub inactive: bool,
}

/// An option that the section must have, with one of these values (none: with any).
pub(super) struct Condition {
    pub option: String,
    pub values: Vec<String>,
}

/// The lines of a file while they change.
pub(super) struct Edit {
    lines: Vec<String>,
    pub changed: bool,
}

/// A line of the section, and whether it has been dealt with.
struct Line {
    text: String,
    done: bool,
}

const ADDED: &str = "option added";
const CHANGED: &str = "option changed";

impl Wish {
    fn assignment(&self, option: &str, value: &str) -> String {
        format!("{option}{}{value}\n", self.equals)
    }

    fn reads<'l>(&self, option: &str, line: &'l str) -> Option<Assignment<'l>> {
        Assignment::read(line, option).filter(|found| found.active || self.inactive)
    }

    fn heads(&self, line: &str) -> bool {
        let Some(name) = &self.section else {
            return false;
        };
        let rest = line.strip_prefix('[').map(str::trim_start);
        let rest = rest.and_then(|rest| rest.strip_prefix(name.trim()));
        rest.is_some_and(|rest| rest.trim_start().starts_with(']'))
    }

    fn fits(&self, lines: &[String]) -> bool {
        self.conditions.iter().all(|condition| {
            let mut found = lines
                .iter()
                .filter_map(|line| Assignment::read(line, &condition.option));
            found.any(|found| {
                condition.values.is_empty() || condition.values.iter().any(|v| v == found.value)
            })
        })
    }
}

impl Edit {
    /// As Python reads text: without a byte order mark, each line with a plain end.
    pub fn read(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<String> = text.split_inclusive('\n').map(Into::into).collect();
        let mut changed = false;
        match lines.last_mut() {
            // As Ansible: a new file begins with an empty line.
            None => lines.push("\n".into()),
            Some(last) if !last.ends_with('\n') => {
                last.push('\n');
                changed = true;
            }
            Some(_) => {}
        }
        Self { lines, changed }
    }

    pub fn text(&self) -> String {
        self.lines.concat()
    }

    /// Changes what is to be changed. Gives Ansible's message about it.
    pub fn bring_about(&mut self, wish: &Wish) -> &'static str {
        match self.find(wish) {
            Some((start, end)) => {
                let mut section: Vec<String> = self.lines.drain(start..end).collect();
                let head = wish.section.is_some().then(|| section.remove(0));
                let msg = self.change(wish, head.is_some(), &mut section);
                let kept = match section.is_empty() && msg == "section removed" {
                    true => None,
                    false => head,
                };
                self.lines
                    .splice(start..start, kept.into_iter().chain(section));
                msg
            }
            None if wish.present => self.add_section(wish),
            None => "OK",
        }
    }

    /// The lines of the section, with its head; without a section, those above the first.
    fn find(&self, wish: &Wish) -> Option<(usize, usize)> {
        let is_head = |line: &String| line.starts_with('[');
        let mut start = match wish.section {
            Some(_) => self.lines.iter().position(|line| wish.heads(line)),
            None => Some(0),
        };
        while let Some(first) = start {
            let below = first + usize::from(wish.section.is_some());
            let length = self.lines[below..].iter().position(is_head);
            let end = length.map_or(self.lines.len(), |length| below + length);
            if wish.fits(&self.lines[first..end]) {
                return Some((first, end));
            }
            let next = self.lines[end..].iter().position(|line| wish.heads(line));
            start = next.map(|next| end + next);
        }
        None
    }

    /// Changes the lines below the section's head.
    fn change(&mut self, wish: &Wish, headed: bool, section: &mut Vec<String>) -> &'static str {
        match (&wish.option, wish.present) {
            (Some(option), true) => self.set(wish, option, section),
            (Some(option), false) => self.unset(wish, option, section),
            (None, true) => "OK",
            (None, false) => {
                let there = headed || !section.is_empty();
                section.clear();
                self.changed |= there;
                if there { "section removed" } else { "OK" }
            }
        }
    }

    fn set(&mut self, wish: &Wish, option: &str, section: &mut Vec<String>) -> &'static str {
        let lines = section.drain(..);
        let mut lines: Vec<Line> = lines.map(|text| Line { text, done: false }).collect();
        let mut values = wish.values.clone();
        let mut msg = "OK";
        let stands = self.keep(wish, option, &mut lines, &mut values, &mut msg);
        if wish.exclusive && !wish.allow_no_value {
            self.replace(wish, option, &mut lines, &mut values, &mut msg);
        }
        let mut fresh: Vec<String> = values
            .iter()
            .map(|value| wish.assignment(option, value))
            .collect();
        if fresh.is_empty() && wish.values.is_empty() && wish.allow_no_value && !stands {
            fresh.push(format!("{option}\n"));
        }
        if !fresh.is_empty() {
            self.changed = true;
            msg = ADDED;
        }
        let last = lines.iter().rposition(|line| !is_idle(&line.text));
        let at = last.map_or(0, |last| last + 1);
        *section = lines.into_iter().map(|line| line.text).collect();
        section.splice(at..at, fresh);
        msg
    }

    /// Lines that have one of the values already. Says whether the option stands there without a value.
    fn keep(
        &mut self,
        wish: &Wish,
        option: &str,
        lines: &mut [Line],
        values: &mut Vec<String>,
        msg: &mut &'static str,
    ) -> bool {
        let mut stands = false;
        for line in lines {
            let Some(found) = wish.reads(option, &line.text) else {
                continue;
            };
            let bare = format!("{option}\n");
            match values.iter().position(|value| value == found.value) {
                Some(at) => {
                    let value = values.remove(at);
                    let alone = value.is_empty() && wish.allow_no_value;
                    stands |= alone;
                    let text = match alone {
                        true => bare,
                        false => wish.assignment(option, &value),
                    };
                    self.update(wish, option, line, text, msg);
                }
                None if values.is_empty() && wish.allow_no_value => {
                    self.update(wish, option, line, bare, msg);
                    return true;
                }
                None => {}
            }
        }
        stands
    }

    /// Other lines of the option get the values that are left; those that remain are removed.
    fn replace(
        &mut self,
        wish: &Wish,
        option: &str,
        lines: &mut Vec<Line>,
        values: &mut Vec<String>,
        msg: &mut &'static str,
    ) {
        for line in lines.iter_mut() {
            if !values.is_empty() && !line.done && wish.reads(option, &line.text).is_some() {
                let text = wish.assignment(option, &values.remove(0));
                self.update(wish, option, line, text, msg);
            }
        }
        let count = lines.len();
        lines.retain(|line| line.done || wish.reads(option, &line.text).is_none());
        if lines.len() != count {
            self.changed = true;
            *msg = CHANGED;
        }
    }

    fn update(
        &mut self,
        wish: &Wish,
        option: &str,
        line: &mut Line,
        text: String,
        msg: &mut &'static str,
    ) {
        let before = Assignment::read(&line.text, option).filter(|found| found.active);
        let after = Assignment::read(&text, option);
        let differs = match (wish.ignore_spaces, before, after) {
            (true, Some(before), Some(after)) => before.value != after.value,
            _ => line.text != text,
        };
        line.done = true;
        if differs {
            line.text = text;
            self.changed = true;
            *msg = CHANGED;
        }
    }

    fn unset(&mut self, wish: &Wish, option: &str, section: &mut Vec<String>) -> &'static str {
        let count = section.len();
        section.retain(|line| {
            let found = Assignment::read(line, option).filter(|found| found.active);
            found.is_none_or(|found| {
                !wish.exclusive && !wish.values.iter().any(|value| value == found.value)
            })
        });
        match section.len() == count {
            true => "OK",
            false => {
                self.changed = true;
                CHANGED
            }
        }
    }

    fn add_section(&mut self, wish: &Wish) -> &'static str {
        let mut values = wish.values.clone();
        if let Some(section) = &wish.section {
            self.lines.push(format!("[{section}]\n"));
        }
        for Condition {
            option,
            values: wanted,
        } in &wish.conditions
        {
            if wish.option.as_ref() != Some(option) {
                let lines = wanted.iter().map(|value| wish.assignment(option, value));
                self.lines.extend(lines);
                if wanted.is_empty() && wish.allow_no_value {
                    self.lines.push(format!("{option}\n"));
                }
            } else if !wish.exclusive {
                let missing = wanted.iter().filter(|value| !wish.values.contains(value));
                values.extend(missing.cloned());
            }
        }
        self.changed = true;
        match &wish.option {
            Some(option) if !values.is_empty() => {
                let lines = values.iter().map(|value| wish.assignment(option, value));
                self.lines.extend(lines);
                "section and option added"
            }
            Some(option) if wish.allow_no_value => {
                self.lines.push(format!("{option}\n"));
                "section and option added"
            }
            _ => "only section added",
        }
    }
}

/// Blank, or a comment.
fn is_idle(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']).trim_end_matches('\n');
    line.is_empty() || line.starts_with(['#', ';'])
}
