mod change;
mod mounts;
mod table;

use {
    crate::{
        act::{Acts, Bits, Directory, Failure, Look, Probe, Source, Thing, Write},
        module::{HostPath, Module, Ownership, host_path},
    },
    change::{Change, Way},
    mounts::Mounts,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
    table::{Line, Table},
};

/// Manage file systems: what is mounted, and what `/etc/fstab` says of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Mount {
    /// Where it is mounted; `none` for swap.
    #[schemars(extend("aliases" = ["name"]))]
    path: HostPath,
    /// The device, or what else is mounted. Needed with `present`, `mounted` and `ephemeral`.
    src: Option<String>,
    /// The file system's type. Needed with `present`, `mounted` and `ephemeral`.
    fstype: Option<String>,
    /// The options. Default: `defaults`.
    opts: Option<String>,
    /// Do not show the options.
    #[serde(default)]
    opts_no_log: bool,
    /// The fifth field of fstab.
    #[serde(default = "zero")]
    dump: String,
    /// The sixth field of fstab.
    #[serde(default = "zero")]
    passno: String,
    /// `mounted`: in fstab and mounted. `present`: in fstab. `unmounted`: not mounted. `absent`: neither, and the directory is
    /// removed. `absent_from_fstab`: not in fstab. `remounted`: mounted again. `ephemeral`: mounted, but not in fstab.
    state: State,
    /// The file to use instead of `/etc/fstab`.
    fstab: Option<String>,
    /// Mount it when the host starts.
    #[serde(default = "yes")]
    boot: bool,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    Absent,
    AbsentFromFstab,
    Mounted,
    Present,
    Unmounted,
    Remounted,
    Ephemeral,
}

fn zero() -> String {
    "0".into()
}

fn yes() -> bool {
    true
}

const FSTAB: &str = "/etc/fstab";
const HIDDEN: &str = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER";

impl Module for Mount {
    const NAME: &'static str = "mount";
    const COLLECTION: &'static str = "ansible.posix";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let line = self.line(probe)?;
        let mut acts = Acts::new();
        self.report(&mut acts, &line);
        let mounts = Mounts::read(probe)?;
        match self.state {
            State::Present => drop(self.enter(probe, &mut acts, &line)?),
            State::AbsentFromFstab => self.forget(probe, &mut acts, &line)?,
            State::Absent => self.absent(probe, &mut acts, &line, &mounts)?,
            State::Unmounted if mounts.at(&line.path).is_some() => {
                acts.push(self.change(&line, mounts, Way::Unmount));
            }
            State::Unmounted => {}
            State::Remounted => acts.push(self.change(&line, mounts, Way::Remount)),
            State::Mounted => self.mounted(probe, &mut acts, &line, mounts)?,
            State::Ephemeral => self.ephemeral(probe, &mut acts, &line, mounts)?,
        }
        Ok(acts.into_look())
    }
}

impl Mount {
    fn check(&self) -> Result<(), Failure> {
        let needed = match self.state {
            State::Mounted => "mounted",
            State::Present => "present",
            State::Ephemeral => "ephemeral",
            _ => return Ok(()),
        };
        let given = [("src", &self.src), ("fstype", &self.fstype)];
        let missing = given.iter().filter(|(_, value)| value.is_none());
        let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "state is {needed} but all of the following are missing: {}",
                missing.join(", ")
            ))),
        }
    }

    /// What stands in fstab.
    fn line(&self, probe: &Probe) -> Result<Line, Failure> {
        let path = match self.path.as_str() {
            name @ ("none" | "swap") => name.to_owned(),
            _ => self.path.on(probe)?.display().to_string(),
        };
        let mut options = self.opts.clone().unwrap_or("defaults".into());
        if !self.boot && !options.split(',').any(|option| option == "noauto") {
            options.push_str(",noauto");
        }
        let src = self.src.as_deref();
        let src = src.map(|src| host_path::expand(src, probe)).transpose()?;
        Ok(Line {
            src: src.unwrap_or_default(),
            path,
            kind: self.fstype.clone().unwrap_or_default(),
            options,
            dump: self.dump.clone(),
            pass: self.passno.clone(),
        })
    }

    fn report(&self, acts: &mut Acts, line: &Line) {
        let options = match self.opts_no_log {
            true => HIDDEN,
            false => &line.options,
        };
        let given =
            |wanted: &Option<String>, value: &str| wanted.as_ref().map(|_| value.to_owned());
        acts.value("name", line.path.as_str());
        for (name, value) in [
            ("src", given(&self.src, &line.src)),
            ("fstype", given(&self.fstype, &line.kind)),
        ] {
            if let Some(value) = value {
                acts.value(name, value);
            }
        }
        acts.value("opts", options);
        acts.value("dump", line.dump.as_str());
        acts.value("passno", line.pass.as_str());
        acts.value("fstab", self.fstab());
        acts.value("boot", if self.boot { "yes" } else { "no" });
        acts.value("backup_file", "");
        if self.boot && line.options.split(',').any(|option| option == "noauto") {
            acts.warn("Ignore the 'boot' due to 'opts' contains 'noauto'.");
        }
    }

    fn fstab(&self) -> &str {
        self.fstab.as_deref().unwrap_or(FSTAB)
    }

    fn table(&self, probe: &Probe) -> Result<(PathBuf, String), Failure> {
        let path = probe.target(Path::new(self.fstab()))?;
        match probe.read(&path) {
            Ok(bytes) => Ok((path, String::from_utf8_lossy(&bytes).into_owned())),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => Ok((path, String::new())),
            Err(failure) => Err(failure),
        }
    }

    /// Writes the line into fstab. Gives what brings the old one back; nothing if it stands there already.
    fn enter(&self, probe: &Probe, acts: &mut Acts, line: &Line) -> Result<Option<Write>, Failure> {
        let (path, text) = self.table(probe)?;
        let mut table = Table::read(&text);
        match table.set(line) {
            true => self
                .write(probe, acts, &path, &text, table.text())
                .map(Some),
            false => Ok(None),
        }
    }

    fn forget(&self, probe: &Probe, acts: &mut Acts, line: &Line) -> Result<(), Failure> {
        let (path, text) = self.table(probe)?;
        let mut table = Table::read(&text);
        if table.remove(line, self.src.is_some()) {
            self.write(probe, acts, &path, &text, table.text())?;
        }
        Ok(())
    }

    fn write(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        old: &str,
        text: String,
    ) -> Result<Write, Failure> {
        if let Some(parent) = path.parent() {
            let bits = Ownership::default().create(probe, true)?;
            for directory in Directory::all(probe, parent, bits)? {
                acts.push(directory);
            }
        }
        let before = probe.entry(path)?;
        let bits = match &before {
            Some(inode) => Bits::of(inode),
            None => Ownership::default().create(probe, false)?,
        };
        let plan = match self.opts_no_log {
            true => Write::plan_unseen,
            false => Write::plan,
        };
        let write = |text: &str| {
            let source = Source::Bytes(text.as_bytes().to_vec());
            plan(probe, path, before.as_ref(), source, bits)
        };
        // A mount point in a container, perhaps.
        acts.push(write(&text)?.backup(self.backup).in_place(true));
        Ok(write(old)?.in_place(true))
    }

    fn change(&self, line: &Line, mounts: Mounts, way: Way) -> Change {
        let fstab = Some(self.fstab()).filter(|path| *path != FSTAB);
        Change {
            path: line.path.clone(),
            src: line.src.clone(),
            kind: line.kind.clone(),
            options: Some(line.options.clone()).filter(|options| options != "defaults"),
            hidden: self.opts_no_log,
            fstab: fstab.map(Into::into),
            way,
            mounts,
            undo: None,
            directories: Vec::new(),
        }
    }

    fn absent(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        line: &Line,
        mounts: &Mounts,
    ) -> Result<(), Failure> {
        self.forget(probe, acts, line)?;
        if acts.is_empty() {
            return Ok(());
        }
        if mounts.at(&line.path).is_some() {
            acts.push(self.change(line, mounts.clone(), Way::Unmount));
        }
        if probe.entry(Path::new(&line.path))?.is_some() {
            acts.push(change::Withdraw(line.path.clone().into()));
        }
        Ok(())
    }

    fn mounted(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        line: &Line,
        mounts: Mounts,
    ) -> Result<(), Failure> {
        let directories = make_point(probe, acts, line)?;
        let undo = self.enter(probe, acts, line)?;
        let way = match (mounts.at(&line.path), &undo) {
            (None, _) => Way::Mount,
            (Some(_), Some(_)) => Way::Renew,
            (Some(_), None) => return Ok(()),
        };
        acts.push(Change {
            undo,
            directories,
            ..self.change(line, mounts, way)
        });
        Ok(())
    }

    fn ephemeral(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        line: &Line,
        mounts: Mounts,
    ) -> Result<(), Failure> {
        let way = match mounts.at(&line.path) {
            None => Way::MountOnce,
            Some(_) if mounts.comes_from(&line.path, &line.src) => Way::RenewOnce,
            Some(_) => {
                return Err(Failure::refused(
                    "Ephemeral mount point is already mounted with a different source than the specified one. Failing in order to prevent an \
                     unwanted unmount or override operation. Try replacing this command with a \"state: unmounted\" followed by a \"state: ephemeral\", or use \
                     a different destination path.",
                ));
            }
        };
        let directories = make_point(probe, acts, line)?;
        acts.push(Change {
            directories,
            ..self.change(line, mounts, way)
        });
        Ok(())
    }
}

/// Makes the directory to mount on, if it is missing. Gives what has to be removed again if that fails.
fn make_point(probe: &Probe, acts: &mut Acts, line: &Line) -> Result<Vec<PathBuf>, Failure> {
    let path = Path::new(&line.path);
    if !path.is_absolute() || probe.exists(path)? {
        return Ok(Vec::new());
    }
    let bits = Ownership::default().create(probe, true)?;
    let mut made = Vec::new();
    for directory in Directory::all(probe, path, bits)? {
        made.push(directory.path.clone());
        acts.push(directory);
    }
    made.reverse();
    Ok(made)
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn keeps_lines_in_fstab() {
        let scratch = Scratch::new();
        let fstab = scratch.write("fstab", "# mine\nUUID=1 / ext4 defaults 0 1");
        let mut trial = Trial::new();
        let mut arguments = json!({"path": "/mnt/a b", "src": "/dev/x", "fstype": "ext4", "opts": "noatime", "state": "present", "fstab": fstab});
        let outcome = trial.change("mount", arguments.clone());
        assert_eq!(outcome.data["name"], "/mnt/a b");
        assert_eq!(
            scratch.read("fstab"),
            "# mine\nUUID=1 / ext4 defaults 0 1\n/dev/x /mnt/a\\040b ext4 noatime 0 0\n"
        );
        arguments["boot"] = json!(false);
        arguments["backup"] = json!(true);
        let outcome = trial.change("mount", arguments.clone());
        assert!(
            outcome.data["backup_file"]
                .as_str()
                .unwrap()
                .contains("fstab.")
        );
        assert!(scratch.read("fstab").ends_with(" noatime,noauto 0 0\n"));
        arguments["state"] = json!("absent_from_fstab");
        trial.change("mount", arguments);
        assert_eq!(
            scratch.read("fstab"),
            "# mine\nUUID=1 / ext4 defaults 0 1\n"
        );
    }

    #[test]
    fn knows_what_is_mounted() {
        let mut trial = Trial::new();
        trial.same("mount", json!({"path": "/no/such", "state": "unmounted"}));
        let look = trial.look("mount", json!({"path": "/proc", "state": "unmounted"}));
        assert!(look.changed, "{look:?}");
        let again = trial.look("mount", json!({"path": "/proc", "state": "unmounted"}));
        assert!(!again.changed, "{again:?}");
        let scratch = Scratch::new();
        let arguments = json!({"path": scratch.at("x/y"), "src": "none", "fstype": "tmpfs", "state": "mounted", "fstab": scratch.at("fstab")});
        let look = trial.look("mount", arguments.clone());
        assert_eq!(look.diff.len(), 4, "{look:?}");
        assert!(!trial.look("mount", arguments).changed);
    }

    #[test]
    fn brings_everything_back_when_a_mount_fails() {
        let scratch = Scratch::new();
        let fstab = scratch.write("fstab", "# mine\n");
        let arguments = json!({"path": scratch.at("x/y"), "src": "none", "fstype": "no-such-type", "state": "mounted", "fstab": fstab});
        let outcome = Trial::new().apply("mount", arguments);
        let msg = outcome.msg.unwrap();
        assert!(msg.starts_with("Error mounting "), "{msg}");
        assert_eq!(scratch.read("fstab"), "# mine\n");
        assert!(!scratch.at("x").exists());
    }

    #[test]
    fn says_what_is_missing() {
        let outcome = Trial::new().look(
            "mount",
            json!({"path": "/x", "state": "mounted", "src": "a"}),
        );
        assert_eq!(
            outcome.msg.unwrap(),
            "state is mounted but all of the following are missing: fstype"
        );
        let arguments =
            json!({"path": "/proc", "state": "ephemeral", "src": "a", "fstype": "tmpfs"});
        let msg = Trial::new().look("mount", arguments).msg.unwrap();
        assert!(msg.contains("different source"), "{msg}");
    }
}
