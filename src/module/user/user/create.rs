use {
    super::{Enrol, User, find_group, password},
    crate::{
        act::{Acts, Bits, Directory, Failure, Probe, Program},
        module::{Ownership, user::LoginDefaults},
        wire::{Account, Diff, Effect, EntryKind, Group, Side},
    },
    std::{collections::BTreeMap, path::Path},
};

impl User {
    /// Plans a new account.
    pub(super) fn create(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        let defaults = LoginDefaults::read(probe)?;
        let (account, own_group) = self.account(probe, &defaults)?;
        let groups = self.wanted_groups(probe)?.unwrap_or_default();
        let home = Path::new(&account.home);
        if self.create_home
            && let Some(above) = home.parent()
        {
            let bits = Bits {
                mode: 0o755,
                ..Ownership::default().create(probe, true)?
            };
            for directory in Directory::all(probe, above, bits)? {
                acts.push(directory);
            }
        }
        let mut effects = vec![Effect::Account {
            name: self.name.clone(),
            account: Some(account.clone()),
        }];
        effects.extend(own_group.into_iter().map(effect));
        for group in groups.values() {
            let mut group = group.clone();
            group.members.push(self.name.clone());
            effects.push(effect(group));
        }
        if self.create_home && !probe.exists(home)? {
            let bits = Bits {
                mode: self.home_mode(&defaults),
                uid: account.uid,
                gid: account.gid,
            };
            effects.push(Effect::Path {
                path: account.home.clone(),
                entry: Some(bits.entry(EntryKind::Directory)),
            });
        }
        acts.push(Enrol {
            program: self.useradd(probe, &groups)?,
            name: self.name.clone(),
            diff: Diff {
                what: format!("user {}", self.name),
                before: Side::Absent,
                after: Side::State(self.shown(&account, &groups)),
            },
            effects,
        });
        acts.value("system", self.system);
        acts.value("create_home", self.create_home);
        self.tell_groups(acts);
        let password = self.first_password(acts);
        acts.extend(password);
        acts.extend(self.ageing(None));
        self.ssh_key(probe, acts, &account)
    }

    /// The password of a new account, which `useradd` leaves locked.
    fn first_password(&self, acts: &mut Acts) -> Option<password::Password> {
        let hash = self.password.as_deref()?;
        password::warn(acts, hash);
        let lock = if self.password_lock == Some(true) {
            "!"
        } else {
            ""
        };
        Some(password::Password::new(
            &self.name,
            format!("{lock}{hash}"),
            false,
        ))
    }

    fn home_mode(&self, defaults: &LoginDefaults) -> u32 {
        let umask = self.umask.as_deref();
        let umask = umask.and_then(|octal| u32::from_str_radix(octal, 8).ok());
        umask.map_or_else(|| defaults.home_mode(), |umask| 0o777 & !umask)
    }

    /// The account that `useradd` would make, and its own group if it gets one. Numbers that the host chooses are only
    /// foreseen: they serve later looks and are never told.
    fn account(
        &self,
        probe: &Probe,
        defaults: &LoginDefaults,
    ) -> Result<(Account, Option<Group>), Failure> {
        let taken = probe
            .accounts()?
            .iter()
            .map(|account| account.uid)
            .collect();
        let uid = self
            .uid
            .unwrap_or_else(|| defaults.next("UID", self.system, &taken));
        let mut own_group = None;
        let gid = match &self.group {
            Some(group) => find_group(probe, group)?.gid,
            None if probe.group(&self.name)?.is_some() || !defaults.makes_groups() => {
                defaults.common_group()
            }
            None => {
                let taken = probe.groups()?.iter().map(|group| group.gid).collect();
                let next = || defaults.next("GID", self.system, &taken);
                let gid = if taken.contains(&uid) { next() } else { uid };
                own_group = Some(Group {
                    name: self.name.clone(),
                    gid,
                    members: Vec::new(),
                });
                gid
            }
        };
        let account = Account {
            name: self.name.clone(),
            uid,
            gid,
            comment: self.comment.clone().unwrap_or_default(),
            home: self
                .home(probe)?
                .unwrap_or_else(|| defaults.home(&self.name)),
            shell: self
                .shell(probe)?
                .unwrap_or_else(|| defaults.shell().into()),
        };
        Ok((account, own_group))
    }

    /// What a difference shows: nothing that the host chooses.
    fn shown(
        &self,
        account: &Account,
        groups: &BTreeMap<String, Group>,
    ) -> BTreeMap<String, String> {
        let names: Vec<&str> = groups.keys().map(String::as_str).collect();
        let all = [
            ("uid", self.uid.map(|uid| uid.to_string())),
            ("group", self.group.clone()),
            ("groups", (!names.is_empty()).then(|| names.join(","))),
            ("comment", self.comment.clone()),
            ("home", Some(account.home.clone())),
            ("shell", Some(account.shell.clone())),
            ("state", Some("present".into())),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    fn useradd(&self, probe: &Probe, groups: &BTreeMap<String, Group>) -> Result<Program, Failure> {
        let mut argv: Vec<String> = vec!["useradd".into()];
        let mut option = |letter: &str, value: Option<String>| {
            if let Some(value) = value {
                argv.extend([letter.to_owned(), value]);
            }
        };
        option("-u", self.uid.map(|uid| uid.to_string()));
        option("-Z", self.seuser.clone());
        option("-g", self.group.clone());
        let names: Vec<&str> = groups.keys().map(String::as_str).collect();
        option("-G", (!names.is_empty()).then(|| names.join(",")));
        option("-c", self.comment.clone());
        option("-d", self.home(probe)?);
        option("-s", self.shell(probe)?);
        option("-e", self.expires.map(password::date));
        option(
            "-f",
            self.password_expire_account_disable
                .map(|days| days.to_string()),
        );
        if self.create_home {
            let skeleton = self
                .skeleton
                .as_ref()
                .map(|path| path.on(probe))
                .transpose()?;
            option("-k", skeleton.map(|path| path.display().to_string()));
            option(
                "-K",
                self.umask.as_ref().map(|umask| format!("UMASK={umask}")),
            );
        }
        option("-K", self.uid_min.map(|least| format!("UID_MIN={least}")));
        option("-K", self.uid_max.map(|most| format!("UID_MAX={most}")));
        let has_group = self.group.is_none() && probe.group(&self.name)?.is_some();
        for (letter, wanted) in [
            ("-o", self.uid.is_some() && self.non_unique),
            ("-N", has_group),
            ("-m", self.create_home),
            ("-M", !self.create_home),
            ("-r", self.system),
        ] {
            if wanted {
                argv.push(letter.into());
            }
        }
        argv.extend(["--".into(), self.name.clone()]);
        Ok(Program::new(argv))
    }
}

pub(super) fn effect(group: Group) -> Effect {
    Effect::Group {
        name: group.name.clone(),
        group: Some(group),
    }
}
