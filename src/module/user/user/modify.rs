use {
    super::{Enrol, Update, User, create::effect, find_group, home, password},
    crate::{
        act::{Acts, Failure, Probe, Program},
        module::user::Shadow,
        wire::{Account, Diff, Effect, Group, Side},
    },
    std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
    },
};

/// What `usermod` has to do.
#[derive(Default)]
struct Changes {
    argv: Vec<String>,
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
    effects: Vec<Effect>,
}

impl Changes {
    fn set(&mut self, what: &str, before: impl Into<String>, after: impl Into<String>) {
        self.before.insert(what.into(), before.into());
        self.after.insert(what.into(), after.into());
    }

    fn option(&mut self, letter: &str, value: impl Into<String>) {
        self.argv.extend([letter.to_owned(), value.into()]);
    }
}

impl User {
    /// Plans the changes to an account that is there: all of them with one `usermod`.
    pub(super) fn modify(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        account: Account,
    ) -> Result<(), Failure> {
        let mut changes = Changes::default();
        let shadow = self.shadow(probe)?;
        let account = self.lines(probe, &mut changes, account)?;
        self.memberships(probe, &mut changes)?;
        let password = self.password_change(acts, shadow.as_ref());
        if let Some(shadow) = &shadow {
            self.dates(&mut changes, shadow);
            if password.is_none() {
                self.lock(acts, &mut changes, shadow);
            }
        }
        acts.value("append", self.append);
        acts.value("move_home", self.move_home);
        self.tell(acts, &account);
        self.usermod(acts, changes, &account);
        acts.extend(password);
        acts.extend(self.ageing(shadow.as_ref()));
        let moves = self.move_home && self.home.is_some();
        if self.create_home && !moves {
            let skeleton = self
                .skeleton
                .as_ref()
                .map(|path| path.on(probe))
                .transpose()?;
            acts.extend(home::Home::plan(
                probe,
                &account,
                skeleton,
                self.umask.as_deref(),
            )?);
        }
        self.ssh_key(probe, acts, &account)
    }

    fn usermod(&self, acts: &mut Acts, changes: Changes, account: &Account) {
        if changes.argv.is_empty() {
            return;
        }
        let mut argv = vec!["usermod".to_owned()];
        argv.extend(changes.argv);
        argv.extend(["--".into(), self.name.clone()]);
        let mut effects = changes.effects;
        effects.push(Effect::Account {
            name: self.name.clone(),
            account: Some(account.clone()),
        });
        acts.push(Enrol {
            program: Program::new(argv),
            name: self.name.clone(),
            diff: Diff {
                what: format!("user {}", self.name),
                before: Side::State(changes.before),
                after: Side::State(changes.after),
            },
            effects,
        });
    }

    /// What stands in `/etc/passwd`. Gives the account as it will be.
    fn lines(
        &self,
        probe: &Probe,
        changes: &mut Changes,
        mut account: Account,
    ) -> Result<Account, Failure> {
        if let Some(uid) = self.uid.filter(|uid| *uid != account.uid) {
            changes.option("-u", uid.to_string());
            if self.non_unique {
                changes.argv.push("-o".into());
            }
            changes.set("uid", account.uid.to_string(), uid.to_string());
            account.uid = uid;
        }
        if let Some(group) = &self.group {
            let group = find_group(probe, group)?;
            if group.gid != account.gid {
                changes.option("-g", group.gid.to_string());
                changes.set("group", probe.group_name(account.gid)?, group.name);
                account.gid = group.gid;
            }
        }
        if let Some(comment) = self.comment.as_ref().filter(|c| **c != account.comment) {
            changes.option("-c", comment);
            changes.set("comment", &account.comment, comment);
            account.comment = comment.clone();
        }
        if let Some(home) = self.home(probe)?.filter(|home| *home != account.home) {
            changes.option("-d", &home);
            changes.set("home", &account.home, &home);
            if self.move_home {
                self.moved(probe, changes, &account, &home)?;
            }
            account.home = home;
        }
        if let Some(shell) = self.shell(probe)?.filter(|shell| *shell != account.shell) {
            changes.option("-s", &shell);
            changes.set("shell", &account.shell, &shell);
            account.shell = shell;
        }
        if let Some(seuser) = &self.seuser
            && !changes.argv.is_empty()
        {
            changes.option("-Z", seuser);
        }
        Ok(account)
    }

    fn moved(
        &self,
        probe: &Probe,
        changes: &mut Changes,
        account: &Account,
        home: &str,
    ) -> Result<(), Failure> {
        changes.argv.push("-m".into());
        if let Some(inode) = probe.follow(Path::new(&account.home))? {
            let bits = crate::act::Bits::of(&inode);
            let directory = bits.entry(crate::wire::EntryKind::Directory);
            changes.effects.push(Effect::Path {
                path: account.home.clone(),
                entry: None,
            });
            changes.effects.push(Effect::Path {
                path: home.into(),
                entry: Some(directory),
            });
        }
        Ok(())
    }

    /// The groups that it is a member of besides its main one.
    fn memberships(&self, probe: &Probe, changes: &mut Changes) -> Result<(), Failure> {
        let Some(wanted) = self.wanted_groups(probe)? else {
            return Ok(());
        };
        let member = |group: &Group| group.members.contains(&self.name);
        let current: BTreeMap<String, Group> = probe
            .groups()?
            .into_iter()
            .filter(member)
            .map(|group| (group.name.clone(), group))
            .collect();
        let names =
            |groups: &BTreeMap<String, Group>| groups.keys().cloned().collect::<BTreeSet<_>>();
        let (before, asked) = (names(&current), names(&wanted));
        let after: BTreeSet<String> = match self.append {
            true => before.union(&asked).cloned().collect(),
            false => asked.clone(),
        };
        if before == after {
            return Ok(());
        }
        if self.append {
            changes.argv.push("-a".into());
        }
        changes.option("-G", joined(&asked));
        changes.set("groups", joined(&before), joined(&after));
        for name in after.difference(&before) {
            let mut group = wanted[name].clone();
            group.members.push(self.name.clone());
            changes.effects.push(effect(group));
        }
        for name in before.difference(&after) {
            let mut group = current[name].clone();
            group.members.retain(|member| *member != self.name);
            changes.effects.push(effect(group));
        }
        Ok(())
    }

    fn dates(&self, changes: &mut Changes, shadow: &Shadow) {
        let day = |seconds: f64| (seconds >= 0.0).then(|| (seconds / 86400.0).floor() as i64);
        if let Some(expires) = self.expires
            && day(expires) != shadow.expires.filter(|day| *day >= 0)
        {
            let before = shadow
                .expires
                .map(|day| password::date(day as f64 * 86400.0));
            changes.option("-e", password::date(expires));
            changes.set(
                "expires",
                before.unwrap_or_default(),
                password::date(expires),
            );
        }
        if let Some(days) = self.password_expire_account_disable
            && days != shadow.inactive.unwrap_or(-1)
        {
            let before = shadow.inactive.unwrap_or(-1).to_string();
            changes.option("-f", days.to_string());
            changes.set("password_expire_account_disable", before, days.to_string());
        }
    }

    fn lock(&self, acts: &mut Acts, changes: &mut Changes, shadow: &Shadow) {
        match self.password_lock {
            Some(true) if !shadow.is_locked() => {
                changes.argv.push("-L".into());
                changes.set("password_lock", "false", "true");
            }
            Some(false) if shadow.is_locked() && shadow.password().is_empty() => {
                acts.warn(format!(
                    "user {} has no password that could be unlocked; give one with password",
                    self.name
                ))
            }
            Some(false) if shadow.is_locked() => {
                changes.argv.push("-U".into());
                changes.set("password_lock", "true", "false");
            }
            _ => {}
        }
    }

    /// A password that differs, where one is asked for.
    fn password_change(
        &self,
        acts: &mut Acts,
        shadow: Option<&Shadow>,
    ) -> Option<password::Password> {
        let hash = self.password.as_deref()?;
        password::warn(acts, hash);
        let differs = shadow?.password() != hash.trim_start_matches('!');
        let lock = if self.password_lock == Some(true) {
            "!"
        } else {
            ""
        };
        (differs && self.update_password == Update::Always)
            .then(|| password::Password::new(&self.name, format!("{lock}{hash}"), true))
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(",")
}
