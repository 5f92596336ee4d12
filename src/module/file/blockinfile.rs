use {
    super::{
        edit::{Edit, bare, lines},
        pattern::Pattern,
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Ownership, Permissions},
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// Make sure that a block of lines between two marker lines is in a file, or is not.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BlockInFile {
    /// The file.
    #[schemars(extend("aliases" = ["dest", "destfile", "name"]))]
    path: HostPath,
    /// Whether the block shall be there.
    #[serde(default)]
    state: State,
    /// The lines. An empty block is removed.
    #[serde(default)]
    #[schemars(extend("aliases" = ["content"]))]
    block: String,
    /// The marker lines; `{mark}` stands for what tells them apart.
    #[serde(default = "marker")]
    marker: String,
    /// What `{mark}` is in the first marker line.
    #[serde(default = "begin")]
    marker_begin: String,
    /// What `{mark}` is in the last marker line.
    #[serde(default = "end")]
    marker_end: String,
    /// Where a new block goes: after the last match of this, or `EOF`.
    insertafter: Option<String>,
    /// Where a new block goes: before the last match of this, or `BOF`.
    insertbefore: Option<String>,
    /// Put an empty line before the block, unless it begins the file.
    #[serde(default)]
    prepend_newline: bool,
    /// Put an empty line behind the block, unless it ends the file.
    #[serde(default)]
    append_newline: bool,
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

fn marker() -> String {
    "# {mark} ANSIBLE MANAGED BLOCK".into()
}

fn begin() -> String {
    "BEGIN".into()
}

fn end() -> String {
    "END".into()
}

impl Module for BlockInFile {
    const NAME: &'static str = "blockinfile";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        if self.insertafter.is_some() && self.insertbefore.is_some() {
            let msg = "insertbefore and insertafter are mutually exclusive";
            return Err(Failure::refused(msg));
        }
        let path = self.path.on(probe)?;
        let mut acts = Acts::new();
        let is_new = !probe.exists(&path)?;
        if is_new && self.state == State::Absent {
            acts.msg(format!("File {} not present", path.display()));
            return Ok(acts.into_look());
        }
        let edit = self.edit();
        let text = self.change(lines(&edit.text(probe)?))?.concat();
        let msg = match (is_new, self.block().is_empty()) {
            (true, _) => "File created",
            (false, true) => "Block removed",
            (false, false) => "Block inserted",
        };
        edit.finish(probe, acts, text, msg)
    }
}

impl BlockInFile {
    fn edit(&self) -> Edit<'_> {
        Edit {
            path: &self.path,
            create: self.create,
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

    fn marker(&self, mark: &str) -> Vec<u8> {
        let mut marker = self.marker.replace("{mark}", mark).into_bytes();
        marker.push(b'\n');
        marker
    }

    /// The block with its markers; nothing where it shall be gone.
    fn block(&self) -> Vec<Vec<u8>> {
        if self.state == State::Absent || self.block.is_empty() {
            return Vec::new();
        }
        let mut text = self.block.clone();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let mut block = vec![self.marker(&self.marker_begin)];
        block.extend(lines(text.as_bytes()));
        block.push(self.marker(&self.marker_end));
        block
    }

    fn change(&self, mut lines: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Failure> {
        let find = |marker: &[u8]| lines.iter().rposition(|line| bare(line) == bare(marker));
        let ends = (
            find(&self.marker(&self.marker_begin)),
            find(&self.marker(&self.marker_end)),
        );
        let mut at = match ends {
            (Some(one), Some(other)) => {
                let (first, last) = (one.min(other), one.max(other));
                lines.drain(first..=last);
                first
            }
            _ => self.place(&lines)?,
        };
        let block = self.block();
        if block.is_empty() {
            return Ok(lines);
        }
        if let Some(before) = at.checked_sub(1) {
            if !lines[before].ends_with(b"\n") {
                lines[before].push(b'\n');
            }
            if self.prepend_newline && !bare(&lines[before]).is_empty() {
                lines.insert(at, b"\n".into());
                at += 1;
            }
        }
        let behind = at + block.len();
        lines.splice(at..at, block);
        if self.append_newline && lines.get(behind).is_some_and(|line| !bare(line).is_empty()) {
            lines.insert(behind, b"\n".into());
        }
        Ok(lines)
    }

    /// Where a new block goes.
    fn place(&self, lines: &[Vec<u8>]) -> Result<usize, Failure> {
        let (anchor, after) = match (self.insertafter.as_deref(), self.insertbefore.as_deref()) {
            (_, Some("BOF")) => return Ok(0),
            (None | Some("EOF"), None) => return Ok(lines.len()),
            (_, Some(anchor)) => (anchor, false),
            (Some(anchor), None) => (anchor, true),
        };
        let pattern = Pattern::line(anchor)?;
        if anchor.contains("(?m") {
            return Ok(across(&pattern, lines, after));
        }
        let at = lines.iter().rposition(|line| pattern.matches(bare(line)));
        Ok(at.map_or(lines.len(), |at| at + usize::from(after)))
    }
}

/// For a pattern that asks for it (`(?m)`): the place by a match over several lines.
fn across(pattern: &Pattern, lines: &[Vec<u8>], after: bool) -> usize {
    let text = lines.concat();
    let Some((start, end)) = pattern.last(&text) else {
        return lines.len();
    };
    let newlines = |upto: usize| text[..upto].iter().filter(|byte| **byte == b'\n').count();
    match after {
        true if end > 0 && text[end - 1] == b'\n' => newlines(end),
        true => (newlines(end) + 1).min(lines.len()),
        false => newlines(start),
    }
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
        arguments["marker"] = "# {mark}".into();
        Trial::new().change("blockinfile", arguments);
        scratch.read("f")
    }

    #[test]
    fn puts_a_block_at_its_place() {
        assert_eq!(
            edit("a", json!({"block": "x\ny"})),
            "a\n# BEGIN\nx\ny\n# END\n"
        );
        assert_eq!(
            edit("a\n", json!({"block": "x", "insertbefore": "BOF"})),
            "# BEGIN\nx\n# END\na\n"
        );
        assert_eq!(
            edit("a\nb\n", json!({"block": "x", "insertafter": "^a"})),
            "a\n# BEGIN\nx\n# END\nb\n"
        );
        let newlines = json!({"block": "x", "insertafter": "a", "prepend_newline": true, "append_newline": true});
        assert_eq!(edit("a\nb\n", newlines), "a\n\n# BEGIN\nx\n# END\n\nb\n");
    }

    #[test]
    fn changes_and_removes_a_block() {
        let there = "a\n# BEGIN\nx\n# END\nb\n";
        assert_eq!(
            edit(there, json!({"block": "y"})),
            "a\n# BEGIN\ny\n# END\nb\n"
        );
        assert_eq!(edit(there, json!({"state": "absent"})), "a\nb\n");
        assert_eq!(edit(there, json!({"block": ""})), "a\nb\n");
    }

    #[test]
    fn makes_the_file_only_when_told_to() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.at("f");
        assert!(
            trial
                .apply("blockinfile", json!({"path": path, "block": "x"}))
                .failed
        );
        trial.change(
            "blockinfile",
            json!({"path": path, "block": "x", "create": true}),
        );
        assert_eq!(scratch.read("f").lines().count(), 3);
    }
}
