mod create;
mod enrol;
mod home;
mod modify;
mod password;
mod remove;
mod ssh_key;

use {
    super::{Shadow, group::State},
    crate::{
        act::{Acts, Failure, Look, Probe, Thing},
        module::{HostPath, Module},
        wire::{Account, Group},
    },
    enrol::Enrol,
    schemars::JsonSchema,
    serde::Deserialize,
    std::collections::BTreeMap,
};

/// Manage user accounts.
///
/// A new account without a password is locked: nobody can log in with an empty one.
#[derive(Deserialize, JsonSchema)]
pub struct User {
    /// The name.
    #[schemars(extend("aliases" = ["user"]))]
    name: String,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Its number. Without it, the host chooses one.
    uid: Option<u32>,
    /// Allow a `uid` that another account has.
    #[serde(default)]
    non_unique: bool,
    /// The name or number of its main group.
    group: Option<String>,
    /// The other groups it is in. An empty list takes it out of all, unless `append`.
    groups: Option<Vec<String>>,
    /// Add `groups` to those it is in already, instead of replacing them.
    #[serde(default)]
    append: bool,
    /// A comment, such as the full name.
    comment: Option<String>,
    /// Its home directory.
    home: Option<HostPath>,
    /// Its login shell.
    shell: Option<HostPath>,
    /// The hash of its password, as `password_hash` makes it. `*` makes it unusable.
    #[schemars(extend("secret" = true))]
    password: Option<String>,
    /// Set the password `always` when it differs, or `on_create` of the account only.
    #[serde(default)]
    update_password: Update,
    /// Lock the password (`true`), or unlock it (`false`).
    password_lock: Option<bool>,
    /// The most days that a password is valid.
    password_expire_max: Option<i64>,
    /// The least days between two changes of the password.
    password_expire_min: Option<i64>,
    /// The days of warning before a password expires.
    password_expire_warn: Option<i64>,
    /// The days from a password's expiry until the account is disabled.
    password_expire_account_disable: Option<i64>,
    /// When the account expires, in seconds since 1970; a negative number: never.
    expires: Option<f64>,
    /// Make the home directory if it is missing.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["createhome"]))]
    create_home: bool,
    /// Move the home directory to the new `home`.
    #[serde(default)]
    move_home: bool,
    /// The directory whose files a new home directory gets. Default: `/etc/skel`.
    skeleton: Option<HostPath>,
    /// The umask for a new home directory.
    umask: Option<String>,
    /// Make a system account.
    #[serde(default)]
    system: bool,
    /// Look only at the host's own `/etc/passwd`, not at a directory service.
    #[serde(default)]
    local: bool,
    /// With `state: absent`: remove it even if it is logged in. With `generate_ssh_key`: replace a key that is there.
    #[serde(default)]
    force: bool,
    /// With `state: absent`: remove the home directory and mail, too.
    #[serde(default)]
    remove: bool,
    /// The SELinux user.
    seuser: Option<String>,
    /// The least number that the host may choose.
    uid_min: Option<u32>,
    /// The greatest number that the host may choose.
    uid_max: Option<u32>,
    /// Make an SSH key, if there is none.
    #[serde(default)]
    generate_ssh_key: bool,
    /// The bits of the SSH key. 0: what `ssh-keygen` takes.
    #[serde(default)]
    ssh_key_bits: u32,
    /// The kind of SSH key.
    #[serde(default = "rsa")]
    ssh_key_type: String,
    /// The file of the SSH key, below the home directory if it is no absolute path. Default: `.ssh/id_TYPE`.
    ssh_key_file: Option<String>,
    /// The comment of the SSH key. Default: `ansible-generated on HOSTNAME`.
    ssh_key_comment: Option<String>,
    /// The passphrase of the SSH key.
    #[schemars(extend("secret" = true))]
    ssh_key_passphrase: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Update {
    #[default]
    Always,
    OnCreate,
}

fn yes() -> bool {
    true
}

fn rsa() -> String {
    "rsa".into()
}

impl Module for User {
    const NAME: &'static str = "user";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let mut acts = Acts::new();
        acts.value("name", self.name.as_str());
        acts.value("state", self.state.name());
        match (self.state, self.there(probe)?) {
            (State::Absent, None) => {}
            (State::Absent, Some(account)) => self.remove(probe, &mut acts, account)?,
            (State::Present, None) => self.create(probe, &mut acts)?,
            (State::Present, Some(account)) => self.modify(probe, &mut acts, account)?,
        }
        Ok(acts.into_look())
    }
}

impl User {
    fn check(&self) -> Result<(), Failure> {
        if self.name.is_empty() {
            return Err(Failure::refused("name is empty"));
        }
        let limits = [
            ("umask", self.umask.is_some()),
            ("uid_min", self.uid_min.is_some()),
            ("uid_max", self.uid_max.is_some()),
        ];
        let clash = limits.iter().find(|(_, given)| *given && self.local);
        if let Some((name, _)) = clash {
            let msg = format!("'{name}' can not be used with 'local'");
            return Err(Failure::refused(msg));
        }
        password::check(self.password.as_deref())
    }

    fn there(&self, probe: &Probe) -> Result<Option<Account>, Failure> {
        match self.local {
            true => {
                let mut accounts = probe.accounts()?.into_iter();
                Ok(accounts.find(|account| account.name == self.name))
            }
            false => probe.account(&self.name),
        }
    }

    fn home(&self, probe: &Probe) -> Result<Option<String>, Failure> {
        let home = self.home.as_ref().map(|home| home.on(probe));
        Ok(home.transpose()?.map(|path| path.display().to_string()))
    }

    fn shell(&self, probe: &Probe) -> Result<Option<String>, Failure> {
        let shell = self
            .shell
            .as_ref()
            .filter(|shell| !shell.as_str().is_empty());
        let shell = shell.map(|shell| shell.on(probe)).transpose()?;
        let given = self.shell.is_some();
        Ok(given.then(|| shell.map_or_else(String::new, |path| path.display().to_string())))
    }

    /// The other groups that are asked for, sorted by name.
    fn wanted_groups(&self, probe: &Probe) -> Result<Option<BTreeMap<String, Group>>, Failure> {
        let Some(groups) = &self.groups else {
            return Ok(None);
        };
        let groups = groups.iter().filter(|name| !name.is_empty());
        let groups = groups.map(|name| {
            let group = find_group(probe, name)?;
            Ok((group.name.clone(), group))
        });
        groups.collect::<Result<_, Failure>>().map(Some)
    }

    /// The return values that describe the account. `groups` as Ansible gives them: what was asked for.
    fn tell(&self, acts: &mut Acts, account: &Account) {
        acts.values(enrol::values(account));
        self.tell_groups(acts);
    }

    fn tell_groups(&self, acts: &mut Acts) {
        if let Some(groups) = &self.groups {
            acts.value("groups", groups.join(","));
        }
        if self.password.is_some() {
            acts.value("password", "NOT_LOGGING_PASSWORD");
        }
    }

    /// The line in `/etc/shadow`, if anything is asked for that is kept there.
    fn shadow(&self, probe: &Probe) -> Result<Option<Shadow>, Failure> {
        let days = [
            self.password_expire_max,
            self.password_expire_min,
            self.password_expire_warn,
            self.password_expire_account_disable,
        ];
        let wanted = self.password.is_some()
            || self.password_lock.is_some()
            || self.expires.is_some()
            || days.iter().any(Option::is_some);
        match wanted {
            true => Shadow::of(probe, &self.name),
            false => Ok(None),
        }
    }
}

/// A group given by number or name.
fn find_group(probe: &Probe, name: &str) -> Result<Group, Failure> {
    let by_number = match name.parse::<u32>() {
        Ok(gid) => probe.groups()?.into_iter().find(|group| group.gid == gid),
        Err(_) => None,
    };
    let group = match by_number {
        Some(group) => Some(group),
        None => probe.group(name)?,
    };
    match group {
        Some(group) => Ok(group),
        None if probe.pending().is_some() => Err(Failure::missing(Thing::Group, name)),
        None => Err(Failure::refused(format!(
            "Group {name} does not exist; create it first (module group)"
        ))),
    }
}

#[cfg(test)]
mod tests;
