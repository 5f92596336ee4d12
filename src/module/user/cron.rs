mod table;

use {
    super::group::State,
    crate::{
        act::{
            Act, Acts, Bits, Failure, Finished, Host, Look, Private, Probe, Program, Question,
            Remove, Source, Thing, Write,
        },
        module::{HostPath, Module, Ownership, Permissions},
        wire::{Diff, Effect, Object, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
    table::{Place, Table},
};

/// Manage timed jobs, and variables for them, in a user's crontab or a file in `/etc/cron.d`.
///
/// A job is known by its name, which stands in a comment above it: `#Ansible: NAME`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cron {
    /// The name of the job, or of the variable with `env`.
    name: String,
    /// The command, or the value of the variable with `env`.
    #[schemars(extend("aliases" = ["value"]))]
    job: Option<String>,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// Whose crontab; with `cron_file`: who runs the job. Default: the user that farcast works as.
    user: Option<String>,
    /// A file in `/etc/cron.d`, or an absolute path, instead of a user's crontab.
    cron_file: Option<HostPath>,
    /// Keep a copy of the old crontab; the return value `backup_file` tells where.
    #[serde(default)]
    backup: bool,
    /// `0` to `59`, `*`, `*/2` and so on.
    #[serde(default = "any")]
    minute: String,
    /// `0` to `23`, `*`, `*/2` and so on.
    #[serde(default = "any")]
    hour: String,
    /// `1` to `31`, `*`, `*/2` and so on.
    #[serde(default = "any")]
    #[schemars(extend("aliases" = ["dom"]))]
    day: String,
    /// `1` to `12`, `JAN` to `DEC`, `*`, `*/2` and so on.
    #[serde(default = "any")]
    month: String,
    /// `0` to `6` from Sunday, `SUN` to `SAT`, `*` and so on.
    #[serde(default = "any")]
    #[schemars(extend("aliases" = ["dow"]))]
    weekday: String,
    /// A nickname instead of a time.
    special_time: Option<Nickname>,
    /// Keep the job, but do not run it.
    #[serde(default)]
    disabled: bool,
    /// It is a variable, not a job.
    #[serde(default)]
    env: bool,
    /// Put a new variable behind this one.
    insertafter: Option<String>,
    /// Put a new variable before this one.
    insertbefore: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Nickname {
    Annually,
    Daily,
    Hourly,
    Monthly,
    Reboot,
    Weekly,
    Yearly,
}

impl Nickname {
    fn name(self) -> &'static str {
        match self {
            Self::Annually => "annually",
            Self::Daily => "daily",
            Self::Hourly => "hourly",
            Self::Monthly => "monthly",
            Self::Reboot => "reboot",
            Self::Weekly => "weekly",
            Self::Yearly => "yearly",
        }
    }
}

fn any() -> String {
    "*".into()
}

impl Module for Cron {
    const NAME: &'static str = "cron";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let path = self.path(probe)?;
        let text = match &path {
            Some(path) => read(probe, path)?,
            None => self.crontab(probe)?,
        };
        let mut table = Table::read(&text);
        self.change(&mut table)?;
        let mut acts = Acts::new();
        acts.value("jobs", table.jobs());
        acts.value("envs", table.variables());
        acts.value("state", self.state.name());
        if let Some(file) = &self.cron_file {
            acts.value("cron_file", file.as_str());
        }
        self.warn(&mut acts);
        let after = table.text();
        if after != text {
            match path {
                Some(path) => self.write(probe, &mut acts, &path, after)?,
                None => acts.push(Install {
                    user: self.user.clone(),
                    before: text,
                    after,
                    backup: self.backup,
                }),
            }
        }
        Ok(acts.into_look())
    }
}

impl Cron {
    fn check(&self) -> Result<(), Failure> {
        let times = [
            &self.minute,
            &self.hour,
            &self.day,
            &self.month,
            &self.weekday,
        ];
        let places = self.insertafter.is_some() || self.insertbefore.is_some();
        let install = self.state == State::Present;
        let faults = [
            (
                self.special_time.is_some() && times.iter().any(|time| *time != "*"),
                "You cannot combine special_time with any of the time or day/date parameters.",
            ),
            (
                self.cron_file
                    .as_ref()
                    .is_some_and(|file| file.as_str() == "/etc/crontab"),
                "Will not manage /etc/crontab via cron_file, see documentation.",
            ),
            (
                self.insertafter.is_some() && self.insertbefore.is_some(),
                "parameters are mutually exclusive: insertafter|insertbefore",
            ),
            (
                install && self.cron_file.is_some() && self.user.is_none(),
                "To use cron_file=... parameter you must specify user=... as well",
            ),
            (
                install && self.job.is_none(),
                "You must specify 'job' to install a new cron job or variable",
            ),
            (
                install && places && !self.env,
                "Insertafter and insertbefore parameters are valid only with env=yes",
            ),
            (
                self.env && self.name.contains(' '),
                "Invalid name for environment variable",
            ),
            (self.name.contains('\n'), "name must be one line"),
        ];
        match faults.into_iter().find(|(is_fault, _)| *is_fault) {
            Some((_, msg)) => Err(Failure::refused(msg)),
            None => Ok(()),
        }
    }

    fn warn(&self, acts: &mut Acts) {
        if self.command().contains(['\n', '\r']) {
            acts.warn("Job should not contain line breaks");
        }
        let Some(file) = &self.cron_file else {
            return;
        };
        let name = Path::new(file.as_str()).file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let heeded = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        if !name.chars().all(heeded) {
            acts.warn(format!(
                "Filename portion of cron_file (\"{name}\") should consist solely of upper- and lower-case letters, \
                 digits, underscores, and hyphens"
            ));
        }
    }

    /// The file, if it is not a user's crontab.
    fn path(&self, probe: &Probe) -> Result<Option<PathBuf>, Failure> {
        let path = self.cron_file.as_ref().map(|file| file.on(probe));
        let path = path.transpose()?;
        Ok(path.map(|path| Path::new("/etc/cron.d").join(path)))
    }

    /// The crontab of the user; empty if there is none.
    fn crontab(&self, probe: &Probe) -> Result<String, Failure> {
        let finished = probe.ask(&Question::Crontab(self.user.clone()))?;
        match finished.rc {
            0 => Ok(table::without_header(&finished.text())),
            // There is no crontab, or a dry run only foresees the user.
            1 if self.is_expected(probe, &finished)? => Ok(String::new()),
            rc => Err(Failure::refused(format!(
                "Unable to read crontab (code {rc}): {}",
                finished.complaint()
            ))),
        }
    }

    /// Whether it is no wonder that nothing could be read: anything else must not be taken for an empty crontab.
    fn is_expected(&self, probe: &Probe, finished: &Finished) -> Result<bool, Failure> {
        let said = finished.complaint().to_lowercase();
        if said.contains("no crontab") || said.contains("no such file") {
            return Ok(true);
        }
        let Some(user) = &self.user else {
            return Ok(false);
        };
        match probe.account(user)? {
            Some(_) => Ok(probe.overlay().account(user).is_some()),
            None => Err(Failure::missing(Thing::Account, user.as_str())),
        }
    }

    fn command(&self) -> &str {
        let job = self.job.as_deref().unwrap_or_default();
        job.trim_matches(['\r', '\n'])
    }

    /// The line of the job.
    fn line(&self) -> String {
        let times = match self.special_time {
            Some(nickname) => format!("@{}", nickname.name()),
            None => [
                &self.minute,
                &self.hour,
                &self.day,
                &self.month,
                &self.weekday,
            ]
            .map(String::as_str)
            .join(" "),
        };
        let user = match (&self.cron_file, &self.user) {
            (Some(_), Some(user)) => format!("{user} "),
            _ => String::new(),
        };
        let mark = if self.disabled { "#" } else { "" };
        format!("{mark}{times} {user}{}", self.command())
    }

    fn change(&self, table: &mut Table) -> Result<(), Failure> {
        match (self.env, self.state) {
            (false, State::Absent) => table.remove_job(&self.name),
            (false, State::Present) => table.set_job(&self.name, &self.line()),
            (true, State::Absent) => table.remove_variable(&self.name),
            (true, State::Present) => {
                let place = match (&self.insertafter, &self.insertbefore) {
                    (Some(other), _) => Place::After(other),
                    (None, Some(other)) => Place::Before(other),
                    (None, None) => Place::First,
                };
                let value = self.job.as_deref().unwrap_or_default();
                return table.set_variable(&self.name, value, place);
            }
        }
        Ok(())
    }

    fn write(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        text: String,
    ) -> Result<(), Failure> {
        let before = probe.entry(path)?;
        if let (Some(inode), State::Absent, true) = (&before, self.state, text.trim().is_empty()) {
            acts.push(Remove::new(path, inode));
            return Ok(());
        }
        probe.require_parent(path)?;
        let mode = Permissions::new("0644");
        let new = Ownership {
            mode: Some(&mode),
            ..Ownership::default()
        };
        let bits = match &before {
            Some(inode) if !inode.is_link() => Bits::of(inode),
            _ => new.create(probe, false)?,
        };
        let source = Source::Bytes(text.into());
        let write = Write::plan(probe, path, before.as_ref(), source, bits)?;
        acts.push(write.backup(self.backup));
        Ok(())
    }
}

fn read(probe: &Probe, path: &Path) -> Result<String, Failure> {
    match probe.read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => Ok(String::new()),
        Err(failure) => Err(failure),
    }
}

/// Makes a text a user's crontab.
struct Install {
    user: Option<String>,
    before: String,
    after: String,
    backup: bool,
}

impl Act for Install {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let mut values = Object::new();
        if self.backup && !self.before.is_empty() {
            let place = Private::new(host)?;
            let mut bytes = self.before.as_bytes();
            let path = place.write("crontab".as_ref(), &mut bytes, 0o600)?;
            place.keep();
            values.insert("backup_file".into(), path.display().to_string().into());
        }
        let mut argv = vec!["crontab"];
        if let Some(user) = &self.user {
            argv.extend(["-u", user]);
        }
        argv.push("-");
        host.succeed(&Program::new(argv).stdin(self.after.as_str()))?;
        Ok(values)
    }

    fn diff(&self) -> Vec<Diff> {
        vec![Diff {
            what: match &self.user {
                Some(user) => format!("crontab for user \"{user}\""),
                None => "crontab".into(),
            },
            before: match self.before.is_empty() {
                true => Side::Absent,
                false => Side::Text(self.before.clone()),
            },
            after: Side::Text(self.after.clone()),
        }]
    }

    /// The text is in the hands of `crontab`: later looks of a dry run see the old one.
    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn keeps_jobs_in_a_file() {
        let scratch = Scratch::new();
        let file = scratch.at("jobs");
        let mut trial = Trial::new();
        let mut job = json!({"name": "clean up", "job": "rm -rf /var/tmp/x\n", "user": "root", "cron_file": file, "minute": "5", "hour": "*/2"});
        let outcome = trial.change("cron", job.clone());
        assert_eq!(outcome.data["jobs"], json!(["clean up"]));
        let text = "#Ansible: clean up\n5 */2 * * * root rm -rf /var/tmp/x\n";
        assert_eq!(scratch.read("jobs"), text);
        job["disabled"] = json!(true);
        job["minute"] = json!("6");
        trial.change("cron", job);
        let text = "#Ansible: clean up\n#6 */2 * * * root rm -rf /var/tmp/x\n";
        assert_eq!(scratch.read("jobs"), text);
        let reboot = json!({"name": "up", "job": "up", "user": "root", "cron_file": file, "special_time": "reboot"});
        trial.change("cron", reboot);
        assert!(
            scratch
                .read("jobs")
                .ends_with("#Ansible: up\n@reboot root up\n")
        );
        for name in ["up", "clean up"] {
            trial.change(
                "cron",
                json!({"name": name, "cron_file": file, "state": "absent"}),
            );
        }
        assert!(!file.exists(), "an empty file goes");
    }

    #[test]
    fn keeps_variables() {
        let scratch = Scratch::new();
        let file = scratch.write("jobs", "# mine\nA=\"1\"\n");
        let mut trial = Trial::new();
        let variable = |name: &str, place: &str, other: &str| {
            let mut arguments = json!({"name": name, "env": true, "job": "/bin", "user": "root", "cron_file": file});
            if !place.is_empty() {
                arguments[place] = json!(other);
            }
            arguments
        };
        trial.change("cron", variable("B", "insertafter", "A"));
        trial.change("cron", variable("C", "insertbefore", "A"));
        trial.change("cron", variable("D", "", ""));
        let text = "D=\"/bin\"\n# mine\nC=\"/bin\"\nA=\"1\"\nB=\"/bin\"\n";
        assert_eq!(scratch.read("jobs"), text);
        let outcome = trial.look("cron", variable("E", "insertafter", "NO"));
        assert_eq!(
            outcome.msg.as_deref(),
            Some("Variable named 'NO' not found.")
        );
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        let mut trial = Trial::new();
        for (arguments, words) in [
            (
                json!({"name": "x", "job": "x", "special_time": "daily", "hour": "1"}),
                "combine",
            ),
            (
                json!({"name": "x", "job": "x", "cron_file": "x"}),
                "specify user",
            ),
            (json!({"name": "x"}), "specify 'job'"),
            (
                json!({"name": "a b", "job": "x", "env": true}),
                "Invalid name",
            ),
        ] {
            let outcome = trial.look("cron", arguments);
            assert!(outcome.msg.unwrap().contains(words), "{words}");
        }
    }
}
