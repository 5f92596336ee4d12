use {
    super::LoginDefaults,
    crate::{
        act::{Act, Acts, Failure, Host, Look, Probe, Program},
        module::Module,
        wire::{self, Diff, Effect, Object, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::collections::BTreeMap,
};

/// Manage groups of users.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Group {
    /// The name.
    name: String,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Its number. Without it, the host chooses one.
    gid: Option<u32>,
    /// Choose a number for system groups.
    #[serde(default)]
    system: bool,
    /// Look only at the host's own `/etc/group`, not at a directory service.
    #[serde(default)]
    local: bool,
    /// Allow a `gid` that another group has.
    #[serde(default)]
    non_unique: bool,
    /// Remove it even if it is the main group of a user.
    #[serde(default)]
    force: bool,
    /// The least number that the host may choose.
    gid_min: Option<u32>,
    /// The greatest number that the host may choose.
    gid_max: Option<u32>,
}

/// Whether something shall be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Absent,
    #[default]
    Present,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Present => "present",
        }
    }
}

impl Module for Group {
    const NAME: &'static str = "group";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let mut acts = Acts::new();
        acts.value("name", self.name.as_str());
        acts.value("state", self.state.name());
        let there = self.there(probe)?;
        match (self.state, there) {
            (State::Absent, None) => {}
            (State::Absent, Some(group)) => acts.push(self.delete(group)),
            (State::Present, there) => {
                acts.value("system", self.system);
                let gid = self.gid.or(there.as_ref().map(|group| group.gid));
                gid.into_iter().for_each(|gid| acts.value("gid", gid));
                match there {
                    None => acts.push(self.add(probe)?),
                    Some(group) => acts.extend(self.modify(group)),
                }
            }
        }
        Ok(acts.into_look())
    }
}

impl Group {
    fn check(&self) -> Result<(), Failure> {
        if self.name.is_empty() {
            return Err(Failure::refused("name is empty"));
        }
        if self.non_unique && self.gid.is_none() {
            return Err(Failure::refused(
                "non_unique is True but all of the following are missing: gid",
            ));
        }
        if self.force && self.local {
            return Err(Failure::refused(
                "force is not a valid option for local, force=True and local=True are mutually exclusive",
            ));
        }
        Ok(())
    }

    fn there(&self, probe: &Probe) -> Result<Option<wire::Group>, Failure> {
        match self.local {
            true => {
                let mut groups = probe.groups()?.into_iter();
                Ok(groups.find(|group| group.name == self.name))
            }
            false => probe.group(&self.name),
        }
    }

    fn add(&self, probe: &Probe) -> Result<Regroup, Failure> {
        let mut argv = vec!["groupadd".to_owned()];
        argv.extend(self.number());
        if self.system {
            argv.push("-r".into());
        }
        for (name, limit) in [("GID_MIN", self.gid_min), ("GID_MAX", self.gid_max)] {
            if let Some(limit) = limit {
                argv.extend(["-K".into(), format!("{name}={limit}")]);
            }
        }
        argv.extend(["--".into(), self.name.clone()]);
        let gid = match self.gid {
            Some(gid) => gid,
            None => {
                let taken = probe.groups()?.iter().map(|group| group.gid).collect();
                LoginDefaults::read(probe)?.next("GID", self.system, &taken)
            }
        };
        let mut after = state("present");
        after.extend(self.gid.map(|gid| ("gid".into(), gid.to_string())));
        Ok(Regroup {
            program: Program::new(argv),
            name: self.name.clone(),
            before: Side::Absent,
            after: Side::State(after),
            foreseen: Some(wire::Group {
                name: self.name.clone(),
                gid,
                members: Vec::new(),
            }),
        })
    }

    fn number(&self) -> Vec<String> {
        let Some(gid) = self.gid else {
            return Vec::new();
        };
        let mut argv = vec!["-g".into(), gid.to_string()];
        if self.non_unique {
            argv.push("-o".into());
        }
        argv
    }

    fn modify(&self, group: wire::Group) -> Option<Regroup> {
        let gid = self.gid.filter(|gid| *gid != group.gid)?;
        let mut argv = vec!["groupmod".to_owned()];
        argv.extend(self.number());
        argv.extend(["--".into(), self.name.clone()]);
        let side = |gid: u32| Side::State(BTreeMap::from([("gid".into(), gid.to_string())]));
        Some(Regroup {
            program: Program::new(argv),
            name: self.name.clone(),
            before: side(group.gid),
            after: side(gid),
            foreseen: Some(wire::Group { gid, ..group }),
        })
    }

    fn delete(&self, group: wire::Group) -> Regroup {
        let mut argv = vec!["groupdel"];
        if self.force {
            argv.push("-f");
        }
        argv.extend(["--", &self.name]);
        let mut before = state("present");
        before.insert("gid".into(), group.gid.to_string());
        Regroup {
            program: Program::new(argv),
            name: self.name.clone(),
            before: Side::State(before),
            after: Side::Absent,
            foreseen: None,
        }
    }
}

fn state(word: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("state".into(), word.into())])
}

/// Runs a program that changes a group; tells the group's number afterwards.
struct Regroup {
    program: Program,
    name: String,
    before: Side,
    after: Side,
    foreseen: Option<wire::Group>,
}

impl Act for Regroup {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        host.succeed(&self.program)?;
        let group = host.group(&self.name)?;
        let gid = group.map(|group| ("gid".to_owned(), group.gid.into()));
        Ok(gid.into_iter().collect())
    }

    fn diff(&self) -> Vec<Diff> {
        vec![Diff {
            what: format!("group {}", self.name),
            before: self.before.clone(),
            after: self.after.clone(),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Group {
            name: self.name.clone(),
            group: self.foreseen.clone(),
        }]
    }
}

#[cfg(test)]
mod tests {
    use {crate::module::trial::Trial, serde_json::json};

    #[test]
    fn a_dry_run_foresees_a_group() {
        let mut trial = Trial::new();
        let arguments = json!({"name": "farcast-none", "gid": 54321});
        let look = trial.look("group", arguments.clone());
        assert!(look.changed && !look.failed, "{look:?}");
        assert_eq!(look.data["gid"], 54321);
        assert_eq!(look.diff[0].what, "group farcast-none");
        assert!(!trial.look("group", arguments).changed);
        let other = json!({"name": "farcast-none", "gid": 54322});
        assert_eq!(trial.look("group", other).diff.len(), 1);
        let absent = json!({"name": "farcast-none", "state": "absent"});
        assert!(trial.look("group", absent.clone()).changed);
        assert!(!trial.look("group", absent).changed);
    }

    #[test]
    fn leaves_alone_what_is_right() {
        let data = Trial::new().same("group", json!({"name": "root", "gid": 0}));
        assert_eq!(data["gid"], 0);
        let outcome = Trial::new().apply("group", json!({"name": "x", "non_unique": true}));
        assert!(outcome.failed);
    }
}
