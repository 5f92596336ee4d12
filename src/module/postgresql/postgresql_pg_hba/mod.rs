mod address;
mod rule;
mod table;
mod tokens;
mod wish;

use {
    super::state::State,
    crate::{
        act::{Acts, Failure, Look, Probe, Source, Thing},
        module::{HostPath, Module, Ownership, Permissions, file::Placement},
        wire::Object,
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::Value,
    std::path::Path,
    table::{Entry, Table},
    wish::Wish,
};

/// Manage the rules in a PostgreSQL server's `pg_hba.conf`: who may connect from where.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PostgresqlPgHba {
    /// The file.
    dest: HostPath,
    /// Whether the rule shall be there.
    #[serde(default)]
    state: State,
    /// The kind of connection. Without it, and without `rules`, the file is only read.
    contype: Option<String>,
    /// The databases.
    #[serde(default = "all")]
    databases: String,
    /// The users.
    #[serde(default = "all")]
    users: String,
    /// Where the connection comes from: a network, a host, `all`, `samehost` or `samenet`.
    #[serde(default = "same_host")]
    #[schemars(extend("aliases" = ["source", "src"]))]
    address: String,
    /// The mask of an address that does not say its own.
    netmask: Option<String>,
    /// How users show who they are.
    #[serde(default = "usual_method")]
    method: String,
    /// Options of the method, each `name=value`.
    options: Option<String>,
    /// A comment behind the rule; without a rule, a line of its own.
    comment: Option<String>,
    /// Several rules: each has the arguments of one.
    #[serde(default)]
    rules: Vec<Object>,
    /// What the arguments of one rule mean beside `rules`.
    #[serde(default)]
    rules_behavior: Behavior,
    /// No other rules than these.
    #[serde(default)]
    overwrite: bool,
    /// Sort the file where it changes: what is about fewer connections stands first.
    #[serde(default = "super::arguments::yes")]
    sort_rules: bool,
    /// Comments stay with their rules in any case.
    #[serde(default = "super::arguments::yes", rename = "keep_comments_at_rules")]
    _keep_comments_at_rules: bool,
    /// Make the file if it is missing.
    #[serde(default)]
    create: bool,
    /// Keep a copy of the old file.
    #[serde(default)]
    backup: bool,
    /// Where the copy is kept.
    backup_file: Option<HostPath>,
    /// The permissions of the file.
    mode: Option<Permissions>,
    /// The user that shall own the file.
    owner: Option<String>,
    /// The group that shall own the file.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

/// How `rules` and the arguments of one rule go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Behavior {
    /// They are what a rule has that does not say otherwise.
    Combine,
    /// Not at all.
    #[default]
    Conflict,
}

fn all() -> String {
    "all".into()
}

fn same_host() -> String {
    "samehost".into()
}

fn usual_method() -> String {
    "md5".into()
}

impl Module for PostgresqlPgHba {
    const NAME: &'static str = "postgresql_pg_hba";
    const COLLECTION: &'static str = "community.postgresql";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let wishes = self.wishes()?;
        let path = self.dest.on(probe)?;
        let there = probe.exists(&path)?;
        let text = match there {
            true => String::from_utf8_lossy(&probe.read(&path)?).into_owned(),
            false => String::new(),
        };
        let before = match (Table::read(&text), self.overwrite) {
            (Err(error), false) => {
                return Err(Failure::refused(format!("Error reading file:\n{error}")));
            }
            (table, _) => table.ok(),
        };
        let (mut table, mut msgs) = self.changed(before.as_ref(), &wishes);
        let changes = !msgs.is_empty();
        let mut acts = Acts::new();
        if changes && self.sort_rules {
            table.sort();
        }
        let shown = table.text();
        if changes {
            self.require(probe, &path, there)?;
            msgs.push("Changed".into());
            msgs.extend((self.backup && there).then(|| "Creating Backup".into()));
            msgs.push("Writing".into());
            self.write(probe, &mut acts, &path, &text, format!("{shown}\n"))?;
        }
        let msgs: Vec<String> = msgs.into_iter().filter(|msg| !msg.is_empty()).collect();
        let rules = table.rules().map(|rule| Value::Object(rule.object()));
        acts.value("msgs", msgs);
        acts.value("pg_hba", rules.collect::<Vec<_>>());
        acts.value("pg_hba_string", shown);
        Ok(acts.into_look())
    }
}

impl PostgresqlPgHba {
    /// The table as it shall be, and what has to be done for that.
    fn changed(&self, before: Option<&Table>, wishes: &[Wish]) -> (Table, Vec<String>) {
        let mut table = before.cloned().unwrap_or_default();
        if self.overwrite && !wishes.is_empty() {
            let entries: Vec<Entry> = wishes.iter().map(|wish| wish.entry.clone()).collect();
            let mut wanted = Table::of(&entries);
            if self.sort_rules {
                wanted.sort();
            }
            return match before {
                Some(before) if wanted.is_same(before) => (table, Vec::new()),
                _ => (wanted, vec![String::new()]),
            };
        }
        let done = wishes.iter().filter_map(|wish| match wish.state {
            State::Present => table.put(&wish.entry),
            State::Absent => table.remove(&wish.entry),
        });
        let msgs = done.collect();
        (table, msgs)
    }

    fn require(&self, probe: &Probe, path: &Path, there: bool) -> Result<(), Failure> {
        let name = path.display();
        match (there || self.create, probe.pending()) {
            (true, _) => Ok(()),
            (false, Some(_)) => Err(Failure::missing(Thing::Path, name.to_string())),
            (false, None) => Err(Failure::refused(format!(
                "pg_hba file '{name}' doesn't exist. Use the create option to autocreate."
            ))),
        }
    }

    fn write(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        old: &str,
        new: String,
    ) -> Result<(), Failure> {
        let place = |path: &Path, text: String, ownership, backup| Placement {
            path: path.into(),
            source: Source::Bytes(text.into_bytes()),
            ownership,
            follow: true,
            backup,
            validate: None,
            in_place: self.unsafe_writes,
        };
        if let (true, Some(copy), false) = (self.backup, &self.backup_file, old.is_empty()) {
            let copy = copy.on(probe)?;
            place(&copy, old.into(), Ownership::default(), false).plan(probe, acts)?;
            acts.value("backup_file", copy.display().to_string());
        }
        let ownership = Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        };
        let backup = self.backup && self.backup_file.is_none();
        place(path, new, ownership, backup).plan(probe, acts)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
