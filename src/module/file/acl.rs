use {
    crate::{
        act::{Act, Acts, Failure, Host, Inquiry, Look, Probe, Program, Question, Thing},
        module::{HostPath, Module},
        wire::{Diff, Effect, Object, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::collections::BTreeMap,
};

/// Manage access control lists: who besides owner and group may do what with a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Acl {
    /// The file or directory.
    #[schemars(extend("aliases" = ["name"]))]
    path: HostPath,
    /// `query` only tells the list.
    #[serde(default)]
    state: State,
    /// Change what a link leads to.
    #[serde(default = "yes")]
    follow: bool,
    /// Of a directory: what is made in it gets the entry.
    #[serde(default)]
    default: bool,
    /// The user or group.
    #[serde(default)]
    entity: String,
    /// Whom the entry is about.
    etype: Option<Kind>,
    /// `r`, `w`, `x`, `X`.
    permissions: Option<String>,
    /// The entry in one: `user:ada:rw`. Better give `etype`, `entity` and `permissions`.
    entry: Option<String>,
    /// Everything in a directory, too.
    #[serde(default)]
    #[schemars(extend("aliases" = ["recurse"]))]
    recursive: bool,
    /// Whether the mask is worked out anew.
    #[serde(default)]
    recalculate_mask: Recalculation,
    /// Lists as NFSv4 has them.
    #[serde(default)]
    use_nfsv4_acls: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Present,
    #[default]
    Query,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Group,
    Mask,
    Other,
    User,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
enum Recalculation {
    /// As setfacl does by itself.
    #[default]
    #[serde(rename = "default")]
    Usual,
    #[serde(rename = "mask")]
    Always,
    #[serde(rename = "no_mask")]
    Never,
}

fn yes() -> bool {
    true
}

/// An entry of a list.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    default: bool,
    kind: &'static str,
    entity: String,
    permissions: String,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Mask => "mask",
            Self::Other => "other",
            Self::User => "user",
        }
    }
}

impl Entry {
    /// Reads `[default:]type:entity[:permissions]`; types may be cut short.
    fn read(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.split(':').collect();
        let default = text.to_ascii_lowercase().starts_with('d');
        if default {
            parts.remove(0);
        }
        let kinds = ["user", "group", "mask", "other"];
        let (kind, entity, permissions) = match parts.as_slice() {
            [kind, entity] => (kind, entity, ""),
            [kind, entity, permissions] => (kind, entity, *permissions),
            _ => return None,
        };
        let first = kind.chars().next()?.to_ascii_lowercase();
        let kind = kinds.into_iter().find(|known| known.starts_with(first))?;
        Some(Self {
            default,
            kind,
            entity: (*entity).to_owned(),
            permissions: permissions.to_owned(),
        })
    }

    fn text(&self, nfs: bool, permissions: bool) -> String {
        let Self { kind, entity, .. } = self;
        match (nfs, permissions && !self.permissions.is_empty()) {
            (true, _) => {
                let group = if *kind == "group" { "g" } else { "" };
                format!("A:{group}:{entity}:{}tcy", self.permissions)
            }
            (false, true) => format!("{kind}:{entity}:{}", self.permissions),
            (false, false) => format!("{kind}:{entity}"),
        }
    }
}

impl Module for Acl {
    const NAME: &'static str = "acl";
    const COLLECTION: &'static str = "ansible.posix";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let path = self.path.on(probe)?;
        match probe.follow(&path)? {
            Some(inode) if inode.foreseen => {
                let what = format!("the access control list of {}", path.display());
                return Err(Failure::Unforeseeable(what));
            }
            Some(_) => {}
            None if probe.pending().is_some() => {
                return Err(Failure::missing(Thing::Path, path.display().to_string()));
            }
            None => return Err(Failure::refused("Path not found or not accessible.")),
        }
        let path = path.display().to_string();
        let entry = self.entry()?;
        let mut acts = Acts::new();
        let before = self.list(probe, &path)?;
        match &entry {
            None => acts.msg("current acl"),
            Some(entry) => {
                let present = self.state == State::Present;
                let text = entry.text(self.use_nfsv4_acls, present);
                let state = if present { "present" } else { "absent" };
                acts.msg(format!("{text} is {state}"));
                let arguments = self.arguments(entry, &text, &path);
                if self.changes(probe, &arguments, &text)? {
                    acts.push(Change {
                        program: Program::new(arguments),
                        list: self.listing(&path),
                        what: path,
                        entry: (text, state),
                    });
                }
            }
        }
        acts.value("acl", before);
        Ok(acts.into_look())
    }
}

impl Acl {
    fn check(&self) -> Result<(), Failure> {
        let query = self.state == State::Query;
        let parts = self.etype.is_some() || !self.entity.is_empty() || self.permissions.is_some();
        let colons = self.entry.as_ref().map(|entry| entry.matches(':').count());
        let absent = self.state == State::Absent;
        let fault = if query && self.recursive {
            "'recursive' MUST NOT be set when 'state=query'."
        } else if query && self.recalculate_mask != Recalculation::Usual {
            "'recalculate_mask' MUST NOT be set to 'mask' or 'no_mask' when 'state=query'."
        } else if colons.is_some() && parts {
            "'entry' MUST NOT be set when 'entity', 'etype' or 'permissions' are set."
        } else if colons.is_some() && query {
            "'entry' MUST NOT be set when 'state=query'."
        } else if absent && colons.is_some_and(|colons| ![1, 2].contains(&colons)) {
            "'entry' MUST have 2 or 3 sections divided by ':' when 'state=absent'."
        } else if !absent && colons.is_some_and(|colons| ![2, 3].contains(&colons)) {
            "'entry' MUST have 3 or 4 sections divided by ':' when 'state=present'."
        } else if colons.is_some() || query {
            return Ok(());
        } else if absent && self.permissions.is_some() && !self.use_nfsv4_acls {
            "'permissions' MUST NOT be set when 'state=absent'."
        } else if absent && self.entity.is_empty() {
            "'entity' MUST be set when 'state=absent'."
        } else if self.etype.is_none() && absent {
            "'etype' MUST be set when 'state=absent'."
        } else if self.etype.is_none() {
            "'etype' MUST be set when 'state=present'."
        } else {
            return Ok(());
        };
        Err(Failure::refused(fault))
    }

    fn entry(&self) -> Result<Option<Entry>, Failure> {
        if let Some(text) = &self.entry {
            let wrong =
                || Failure::refused(format!("{text} is no entry of an access control list"));
            return Entry::read(text).ok_or_else(wrong).map(Some);
        }
        Ok(self
            .etype
            .filter(|_| self.state != State::Query)
            .map(|kind| Entry {
                default: self.default,
                kind: kind.name(),
                entity: self.entity.clone(),
                permissions: self.permissions.clone().unwrap_or_default(),
            }))
    }

    /// The call that brings an entry about.
    fn arguments(&self, entry: &Entry, text: &str, path: &str) -> Vec<String> {
        let set = match (self.state, self.use_nfsv4_acls) {
            (State::Absent, _) => "-x",
            (_, true) => "-a",
            (_, false) => "-m",
        };
        let mut argv = vec![if self.use_nfsv4_acls {
            "nfs4_setfacl"
        } else {
            "setfacl"
        }];
        if entry.default || self.default {
            argv.push("-d");
        }
        argv.extend([set, text]);
        if self.recursive && !self.use_nfsv4_acls {
            argv.push("--recursive");
        }
        match self.recalculate_mask {
            Recalculation::Usual => {}
            Recalculation::Always => argv.push("--mask"),
            Recalculation::Never => argv.push("--no-mask"),
        }
        if !self.follow && !self.use_nfsv4_acls {
            argv.push("--physical");
        }
        if !self.use_nfsv4_acls {
            argv.push("--");
        }
        argv.push(path);
        argv.into_iter().map(Into::into).collect()
    }

    /// Whether a call would change anything, by its own word.
    fn changes(&self, probe: &Probe, argv: &[String], text: &str) -> Result<bool, Failure> {
        let inquiry = Inquiry::AclChange(argv.to_vec());
        let finished = probe.ask(&Question::Inquiry(inquiry))?;
        let said = finished.text();
        if self.use_nfsv4_acls {
            // A new entry is shown above those that are there.
            return Ok(said.lines().filter(|line| line.trim() == text).count() != 2);
        }
        if !finished.success() {
            return match self.state {
                // There is no such entry.
                State::Absent => Ok(false),
                _ => Err(Failure::refused(finished.complaint())),
            };
        }
        Ok(said.lines().any(|line| !line.trim_end().ends_with("*,*")))
    }

    /// The call that tells the list.
    fn listing(&self, path: &str) -> Vec<String> {
        let mut argv = match self.use_nfsv4_acls {
            true => vec!["nfs4_getfacl"],
            false => vec!["getfacl"],
        };
        if !self.use_nfsv4_acls {
            if self.default {
                argv.push("-d");
            }
            argv.extend(["--absolute-names", "--omit-header"]);
            if self.recursive {
                argv.push("--recursive");
            }
            if !self.follow {
                argv.push("--physical");
            }
            argv.push("--");
        }
        argv.push(path);
        argv.into_iter().map(Into::into).collect()
    }

    fn list(&self, probe: &Probe, path: &str) -> Result<Vec<String>, Failure> {
        let inquiry = Inquiry::Acl(self.listing(path));
        let finished = probe.ask(&Question::Inquiry(inquiry))?;
        match finished.success() {
            true => Ok(entries(&finished.text())),
            false => Err(Failure::refused(finished.complaint())),
        }
    }
}

fn entries(said: &str) -> Vec<String> {
    let lines = said.lines().map(str::trim);
    let mut lines: Vec<String> = lines
        .filter(|line| !line.starts_with('#'))
        .map(Into::into)
        .collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Sets or removes an entry; tells the list afterwards.
struct Change {
    program: Program,
    list: Vec<String>,
    what: String,
    entry: (String, &'static str),
}

impl Act for Change {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        host.succeed(&self.program)?;
        let list = host.succeed(&Program::new(self.list.iter().cloned()))?;
        let acl = entries(&list.text());
        Ok(Object::from_iter([("acl".to_owned(), acl.into())]))
    }

    fn diff(&self) -> Vec<Diff> {
        let (entry, state) = &self.entry;
        let side = |state: &str| Side::State(BTreeMap::from([(entry.clone(), state.to_owned())]));
        vec![Diff {
            what: format!("access control list of {}", self.what),
            before: side(if *state == "present" {
                "absent"
            } else {
                "present"
            }),
            after: side(state),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn reads_entries() {
        let entry = Entry::read("d:u:ada:rw").unwrap();
        assert!(entry.default && entry.kind == "user");
        assert_eq!(entry.text(false, true), "user:ada:rw");
        assert_eq!(entry.text(false, false), "user:ada");
        let group = Entry::read("group:x:r").unwrap();
        assert_eq!(group.text(true, true), "A:g:x:rtcy");
        assert_eq!(Entry::read("x:y"), None);
        assert_eq!(entries("# file: a\nuser::rw-\n\n"), ["user::rw-"]);
    }

    #[test]
    fn says_what_contradicts() {
        let scratch = Scratch::new();
        let path = scratch.write("f", "");
        for (mut arguments, words) in [
            (json!({"recursive": true}), "'recursive' MUST NOT be set"),
            (
                json!({"entry": "u:a:r", "etype": "user", "state": "present"}),
                "'entry' MUST NOT be set when 'entity'",
            ),
            (
                json!({"entry": "u:a", "state": "present"}),
                "3 or 4 sections",
            ),
            (
                json!({"state": "present", "entity": "a"}),
                "'etype' MUST be set when 'state=present'.",
            ),
            (
                json!({"state": "absent", "etype": "user"}),
                "'entity' MUST be set",
            ),
        ] {
            arguments["path"] = json!(path);
            let msg = Trial::new().look("acl", arguments).msg.unwrap();
            assert!(msg.contains(words), "{msg}");
        }
        let msg = Trial::new()
            .look("acl", json!({"path": "/no/such"}))
            .msg
            .unwrap();
        assert_eq!(msg, "Path not found or not accessible.");
    }
}
