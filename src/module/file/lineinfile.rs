use {
    super::{
        edit::{Edit, bare, lines},
        pattern::{Pattern, expand},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Ownership, Permissions},
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// Make sure that a line is in a file, or is not.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LineInFile {
    /// The file.
    #[schemars(extend("aliases" = ["dest", "destfile", "name"]))]
    path: HostPath,
    /// Whether the line shall be there.
    #[serde(default)]
    state: State,
    /// The line. With `backrefs` it may hold groups of `regexp` (`\1`, `\g<name>`).
    #[schemars(extend("aliases" = ["value"]))]
    line: Option<String>,
    /// A regular expression: the last line that matches is replaced, or all that match are removed.
    #[schemars(extend("aliases" = ["regex"]))]
    regexp: Option<String>,
    /// Text instead of `regexp`: lines that contain it.
    search_string: Option<String>,
    /// Fill groups of `regexp` into `line`. Where nothing matches, the file stays as it is.
    #[serde(default)]
    backrefs: bool,
    /// Where a new line goes: after the last line that matches this, or `EOF`.
    insertafter: Option<String>,
    /// Where a new line goes: before the last line that matches this, or `BOF`.
    insertbefore: Option<String>,
    /// Take the first line that matches, not the last.
    #[serde(default)]
    firstmatch: bool,
    /// Make the file if it is missing.
    #[serde(default)]
    create: bool,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// A command that must succeed before the file is put in place; `%s` stands for the new file.
    validate: Option<String>,
    /// The permissions.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    #[default]
    Present,
    Absent,
}

impl Module for LineInFile {
    const NAME: &'static str = "lineinfile";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let mut acts = Acts::new();
        acts.value("backup", "");
        match (self.state, &self.line) {
            (State::Present, Some(line)) => {
                let text = self.edit().text(probe)?;
                let (text, msg) = self.present(lines(&text), line)?;
                self.edit().finish(probe, acts, text, msg)
            }
            (State::Present, None) => Err(Failure::refused("line is required with state=present")),
            (State::Absent, _) => self.absent(probe, acts),
        }
    }
}

impl LineInFile {
    fn check(&self) -> Result<(), Failure> {
        let contradiction = if self.insertafter.is_some() && self.insertbefore.is_some() {
            "insertbefore and insertafter are mutually exclusive"
        } else if self.search_string.is_some() && (self.regexp.is_some() || self.backrefs) {
            "search_string excludes regexp and backrefs"
        } else if self.backrefs && self.regexp.is_none() {
            "regexp is required with backrefs=true"
        } else if self.regexp.is_none() && self.search_string.is_none() && self.line.is_none() {
            "one of line, search_string, or regexp is required with state=absent"
        } else {
            return Ok(());
        };
        Err(Failure::refused(contradiction))
    }

    fn edit(&self) -> Edit<'_> {
        Edit {
            path: &self.path,
            create: self.create && self.state == State::Present,
            ownership: Ownership {
                mode: self.mode.as_ref(),
                owner: self.owner.as_deref(),
                group: self.group.as_deref(),
            },
            backup: self.backup,
            validate: self.validate.as_deref(),
            in_place: self.unsafe_writes,
        }
    }

    /// The line that is meant, where `regexp` or `search_string` finds one, and its text with groups filled in.
    fn found(&self, lines: &[Vec<u8>], line: &str) -> Result<Option<(usize, Vec<u8>)>, Failure> {
        let mut found = None;
        let pattern = self.regexp.as_deref().map(Pattern::line).transpose()?;
        for (number, there) in lines.iter().enumerate() {
            let there = bare(there);
            let text = match (&pattern, &self.search_string) {
                (Some(pattern), _) => pattern.captures(there).map(|captures| match self.backrefs {
                    true => expand(line, &captures),
                    false => line.into(),
                }),
                (None, Some(part)) => contains(there, part).then(|| line.into()),
                (None, None) => None,
            };
            if let Some(text) = text {
                found = Some((number, text));
                if self.firstmatch {
                    break;
                }
            }
        }
        Ok(found)
    }

    fn present(
        &self,
        mut lines: Vec<Vec<u8>>,
        line: &str,
    ) -> Result<(Vec<u8>, &'static str), Failure> {
        let exact = |lines: &[Vec<u8>]| {
            lines
                .iter()
                .rposition(|there| bare(there) == line.as_bytes())
        };
        let mut msg = "line added";
        if let Some((number, text)) = self.found(&lines, line)? {
            if bare(&lines[number]) != text || !lines[number].ends_with(b"\n") {
                lines[number] = ended(&text);
            }
            msg = "line replaced";
        } else if !self.backrefs && exact(&lines).is_none() {
            let at = self.place(&lines)?;
            if at > 0 && !lines[at - 1].ends_with(b"\n") {
                lines[at - 1].push(b'\n');
            }
            lines.insert(at, ended(line.as_bytes()));
        }
        Ok((lines.concat(), msg))
    }

    /// Where a new line goes.
    fn place(&self, lines: &[Vec<u8>]) -> Result<usize, Failure> {
        let (anchor, after) = match (self.insertafter.as_deref(), self.insertbefore.as_deref()) {
            (Some("BOF"), _) | (_, Some("BOF")) => return Ok(0),
            (None | Some("EOF"), None) => return Ok(lines.len()),
            (_, Some(anchor)) => (anchor, 0),
            (Some(anchor), None) => (anchor, 1),
        };
        let anchor = Pattern::line(anchor)?;
        let matches = |line: &Vec<u8>| anchor.matches(bare(line));
        let at = match self.firstmatch {
            true => lines.iter().position(matches),
            false => lines.iter().rposition(matches),
        };
        Ok(at.map_or(lines.len(), |at| at + after))
    }

    fn absent(&self, probe: &Probe, mut acts: Acts) -> Result<Look<Acts>, Failure> {
        let path = self.path.on(probe)?;
        if !probe.exists(&path)? {
            acts.msg("file not present");
            return Ok(acts.into_look());
        }
        let pattern = self.regexp.as_deref().map(Pattern::line).transpose()?;
        let before = lines(&self.edit().text(probe)?);
        let kept = before.iter().filter(|line| {
            let line = bare(line);
            !match (&pattern, &self.search_string) {
                (Some(pattern), _) => pattern.matches(line),
                (None, Some(part)) => contains(line, part),
                (None, None) => self.line.as_ref().is_some_and(|l| l.as_bytes() == line),
            }
        });
        let kept: Vec<Vec<u8>> = kept.cloned().collect();
        let found = before.len() - kept.len();
        acts.value("found", found);
        let msg = format!("{found} line(s) removed");
        self.edit().finish(probe, acts, kept.concat(), &msg)
    }
}

fn ended(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    if !line.ends_with(b"\n") {
        line.push(b'\n');
    }
    line
}

fn contains(line: &[u8], part: &str) -> bool {
    part.is_empty()
        || line
            .windows(part.len())
            .any(|window| window == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    fn edit(before: &str, mut arguments: Value) -> String {
        let scratch = Scratch::new();
        arguments["path"] = json!(scratch.write("f", before));
        Trial::new().change("lineinfile", arguments);
        scratch.read("f")
    }

    fn same(text: &str, mut arguments: Value) {
        let scratch = Scratch::new();
        arguments["path"] = json!(scratch.write("f", text));
        Trial::new().same("lineinfile", arguments);
        assert_eq!(scratch.read("f"), text);
    }

    #[test]
    fn adds_a_line_at_its_place() {
        assert_eq!(edit("a", json!({"line": "b"})), "a\nb\n");
        assert_eq!(
            edit("a\nb\n", json!({"line": "x", "insertbefore": "BOF"})),
            "x\na\nb\n"
        );
        assert_eq!(
            edit("a\nb\na\n", json!({"line": "x", "insertafter": "^a"})),
            "a\nb\na\nx\n"
        );
        assert_eq!(
            edit(
                "a\nb\na\n",
                json!({"line": "x", "insertafter": "a", "firstmatch": true})
            ),
            "a\nx\nb\na\n"
        );
        assert_eq!(
            edit("a\nb\n", json!({"line": "x", "insertbefore": "b"})),
            "a\nx\nb\n"
        );
        assert_eq!(
            edit("a\n", json!({"line": "x", "insertafter": "no"})),
            "a\nx\n"
        );
    }

    #[test]
    fn replaces_the_last_match() {
        assert_eq!(
            edit("k=1\nk=2\nz\n", json!({"line": "k=3", "regexp": "^k="})),
            "k=1\nk=3\nz\n"
        );
        assert_eq!(
            edit("#Port 22\n", json!({"line": "Port 22", "regex": "^#?Port"})),
            "Port 22\n"
        );
        let backrefs = json!({"line": "\\1=9", "regexp": "^(k)=", "backrefs": "yes"});
        assert_eq!(edit("k=1\n", backrefs.clone()), "k=9\n");
        same("z\n", backrefs);
        same("a\r\n", json!({"line": "a"}));
    }

    #[test]
    fn removes_lines() {
        assert_eq!(
            edit("a1\nb\na2\n", json!({"regexp": "^a", "state": "absent"})),
            "b\n"
        );
        assert_eq!(
            edit("a\nb\n", json!({"line": "a", "state": "absent"})),
            "b\n"
        );
        assert_eq!(
            edit("a(\nb\n", json!({"search_string": "(", "state": "absent"})),
            "b\n"
        );
        same("b\n", json!({"regexp": "^a", "state": "absent"}));
    }

    #[test]
    fn makes_the_file_only_when_told_to() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.at("f");
        let outcome = trial.apply("lineinfile", json!({"path": path, "line": "a"}));
        assert_eq!(outcome.data["rc"], 257);
        trial.change(
            "lineinfile",
            json!({"path": path, "line": "a", "create": true, "mode": "0600"}),
        );
        assert_eq!(scratch.read("f"), "a\n");
    }
}
