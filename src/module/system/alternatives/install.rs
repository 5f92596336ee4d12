use {
    super::{LINKS, group::Group},
    crate::{
        act::{Act, Bits, Failure, Host, Program},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Side},
    },
    std::collections::BTreeMap,
};

/// A call of update-alternatives.
pub(super) struct Call {
    pub argv: Vec<String>,
    /// The group.
    pub name: String,
    /// The group's file.
    pub file: String,
    pub before: Option<Group>,
    pub after: Option<Group>,
    /// Where the link leads, before and after.
    pub leads: (Option<String>, Option<String>),
    /// The program that the call is about.
    pub path: Option<String>,
}

impl Act for Call {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let program = Program::new(self.argv.iter().cloned()).env("LC_ALL", "C.UTF-8");
        host.succeed(&program)?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let side = |group: &Option<Group>, leads: &Option<String>| {
            let Some(group) = group else {
                return Side::Absent;
            };
            let mode = if group.manual { "manual" } else { "auto" };
            let mut state = BTreeMap::from([
                ("link".to_owned(), group.link.clone()),
                ("mode".to_owned(), mode.to_owned()),
                ("path".to_owned(), leads.clone().unwrap_or_default()),
            ]);
            let known = self.path.as_ref().map(|path| (path, group.choice(path)));
            if let Some((path, Some(choice))) = known {
                state.insert(format!("priority of {path}"), choice.priority.to_string());
                for subcommand in group.subcommands(path) {
                    state.insert(format!("{} of {path}", subcommand.name), subcommand.path);
                }
            }
            Side::State(state)
        };
        vec![Diff {
            what: format!("alternatives {}", self.name),
            before: side(&self.before, &self.leads.0),
            after: side(&self.after, &self.leads.1),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        let bits = |mode| Bits {
            mode,
            uid: 0,
            gid: 0,
        };
        let link = |target: &str| {
            bits(0o777).entry(EntryKind::Link {
                target: target.to_owned(),
            })
        };
        let file = |group: &Group| {
            let content = Foreseen::Text(group.text());
            bits(0o644).entry(EntryKind::File { content })
        };
        let first = format!("{LINKS}/{}", self.name);
        let mut effects = vec![
            Effect::Path {
                path: self.file.clone(),
                entry: self.after.as_ref().map(file),
            },
            Effect::Path {
                path: first.clone(),
                entry: self.leads.1.as_deref().map(link),
            },
        ];
        if let Some(group) = self.after.as_ref().or(self.before.as_ref()) {
            effects.push(Effect::Path {
                path: group.link.clone(),
                entry: self.after.as_ref().map(|_| link(&first)),
            });
        }
        effects
    }
}
