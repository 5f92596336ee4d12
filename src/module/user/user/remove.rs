use {
    super::{Enrol, User},
    crate::{
        act::{Acts, Failure, Probe, Program},
        module::user::LoginDefaults,
        wire::{Account, Diff, Effect, Side},
    },
    std::{collections::BTreeMap, path::Path},
};

impl User {
    /// Plans the end of an account.
    pub(super) fn remove(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        account: Account,
    ) -> Result<(), Failure> {
        let mut argv = vec!["userdel"];
        if self.force {
            argv.push("-f");
        }
        if self.remove {
            argv.push("-r");
        }
        argv.extend(["--", &self.name]);
        acts.value("force", self.force);
        acts.value("remove", self.remove);
        let before = [
            ("uid", account.uid.to_string()),
            ("home", account.home.clone()),
            ("state", "present".into()),
        ];
        let before = before.map(|(name, value)| (name.to_owned(), value));
        acts.push(Enrol {
            program: Program::new(argv),
            name: self.name.clone(),
            diff: Diff {
                what: format!("user {}", self.name),
                before: Side::State(BTreeMap::from(before)),
                after: Side::Absent,
            },
            effects: self.losses(probe, account)?,
        });
        Ok(())
    }

    /// What goes with the account: its memberships, its own group, its home directory where that is asked for.
    fn losses(&self, probe: &Probe, account: Account) -> Result<Vec<Effect>, Failure> {
        let own = LoginDefaults::read(probe)?.makes_groups();
        let mut effects = vec![Effect::Account {
            name: self.name.clone(),
            account: None,
        }];
        for mut group in probe.groups()? {
            let others = group.members.len();
            group.members.retain(|member| *member != self.name);
            let goes = own && group.name == self.name && group.members.is_empty();
            if goes || group.members.len() < others {
                effects.push(Effect::Group {
                    name: group.name.clone(),
                    group: (!goes).then_some(group),
                });
            }
        }
        if self.remove && probe.exists(Path::new(&account.home))? {
            effects.push(Effect::Path {
                path: account.home,
                entry: None,
            });
        }
        Ok(effects)
    }
}
