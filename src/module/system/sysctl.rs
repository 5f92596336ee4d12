mod file;
mod tune;

use {
    crate::{
        act::{Acts, Bits, Failure, Look, Probe, Source, Thing, Write},
        module::{HostPath, Module, Ownership, command::glob, user::group::State},
    },
    file::Settings,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::{Path, PathBuf},
    tune::Tune,
};

/// Where the kernel shows its settings.
const KERNEL: &str = "/proc/sys";

/// Manage settings of the kernel, in a file and in the running kernel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sysctl {
    /// The name: `net.ipv4.ip_forward`.
    #[schemars(extend("aliases" = ["key"]))]
    name: String,
    /// The value.
    #[schemars(extend("aliases" = ["val"]))]
    value: Option<String>,
    /// Whether it shall stand in the file.
    #[serde(default)]
    state: State,
    /// The file.
    #[serde(default = "usual_file")]
    sysctl_file: HostPath,
    /// If anything changes, give the running kernel what stands in the file.
    #[serde(default = "yes")]
    reload: bool,
    /// Give the running kernel the value, even without `reload`.
    #[serde(default)]
    sysctl_set: bool,
    /// Settings that this kernel does not know are no fault.
    #[serde(default)]
    ignoreerrors: bool,
}

fn yes() -> bool {
    true
}

fn usual_file() -> HostPath {
    HostPath::new("/etc/sysctl.conf")
}

impl Module for Sysctl {
    const NAME: &'static str = "sysctl";
    const COLLECTION: &'static str = "ansible.posix";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let name = self.name.trim();
        let value = self.value()?;
        let path = probe.target(&self.sysctl_file.on(probe)?)?;
        let text = match probe.read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => String::new(),
            Err(failure) => return Err(failure),
        };
        let mut settings = Settings::read(&text);
        match &value {
            Some(value) => settings.set(name, value),
            None => settings.remove(name),
        }
        let mut acts = Acts::new();
        if settings.text() != text && (settings.changed || value.is_some()) {
            write(probe, &mut acts, &path, settings.text())?;
        }
        let mut tunes = match &value {
            Some(value) if self.reload || self.sysctl_set => {
                self.tune(probe, name, value, false)?
            }
            _ => Vec::new(),
        };
        if self.reload && (!acts.is_empty() || !tunes.is_empty()) {
            for setting in settings.all().filter(|setting| setting.name != name) {
                tunes.extend(self.tune(probe, setting.name, setting.value, setting.lenient)?);
            }
        }
        tunes.into_iter().for_each(|tune| acts.push(tune));
        Ok(acts.into_look())
    }
}

impl Sysctl {
    /// The value in the form that the kernel knows; `None`: the setting shall not be there.
    fn value(&self) -> Result<Option<String>, Failure> {
        if self.name.trim().is_empty() {
            return Err(Failure::refused("name cannot be blank"));
        }
        if self.state == State::Absent {
            return Ok(None);
        }
        let value = self.value.as_deref().unwrap_or_default().trim();
        let value = match value.to_ascii_lowercase().as_str() {
            "" => return Err(Failure::refused("value cannot be blank")),
            "yes" | "on" | "true" | "y" | "t" | "1.0" => "1",
            "no" | "off" | "false" | "n" | "f" | "0.0" => "0",
            _ => value,
        };
        match value.contains(['\n', '\r']) || self.name.contains(['\n', '\r', '=']) {
            true => Err(Failure::refused("a setting must be one line")),
            false => Ok(Some(value.into())),
        }
    }

    /// What the running kernel has to be told. A name may be a pattern.
    fn tune(
        &self,
        probe: &Probe,
        name: &str,
        value: &str,
        lenient: bool,
    ) -> Result<Vec<Tune>, Failure> {
        let path = in_kernel(name);
        let found = glob(probe, &path)?;
        if found.is_empty() && !self.ignoreerrors && !lenient {
            return match probe.pending() {
                Some(_) => Err(Failure::missing(Thing::Path, path.display().to_string())),
                None => Err(Failure::refused(format!(
                    "Failed to reload sysctl: this kernel has no setting {name}; \
                     load the kernel module that brings it first, or allow that with ignoreerrors: true"
                ))),
            };
        }
        let mut tunes = Vec::new();
        for path in found {
            let before = match probe.read(&path) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
                // Some settings can only be written.
                Err(Failure::Io { .. }) => String::new(),
                Err(failure) => return Err(failure),
            };
            if !before.split_whitespace().eq(value.split_whitespace()) {
                tunes.push(Tune {
                    path,
                    name: name.into(),
                    before,
                    after: value.into(),
                    lenient,
                });
            }
        }
        Ok(tunes)
    }
}

/// The file of a setting. The first separator says whether dots or slashes separate; the other one is part of a name then.
fn in_kernel(name: &str) -> PathBuf {
    let slashes = name
        .find(['.', '/'])
        .is_some_and(|at| name[at..].starts_with('/'));
    let swap = |letter: char| match letter {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    let below: String = match slashes {
        true => name.into(),
        false => name.chars().map(swap).collect(),
    };
    let mut path = PathBuf::from(KERNEL);
    path.extend(
        Path::new(&below)
            .components()
            .filter(|part| matches!(part, std::path::Component::Normal(_))),
    );
    path
}

fn write(probe: &Probe, acts: &mut Acts, path: &Path, text: String) -> Result<(), Failure> {
    probe.require_parent(path)?;
    let before = probe.entry(path)?;
    let bits = match &before {
        Some(inode) => Bits::of(inode),
        None => Ownership::default().create(probe, false)?,
    };
    let source = Source::Bytes(text.into());
    acts.push(Write::plan(probe, path, before.as_ref(), source, bits)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    #[test]
    fn keeps_settings_in_a_file() {
        let scratch = Scratch::new();
        let file = scratch.write("sysctl.conf", "# mine\nvm.x = 1\nnet.y=2\nvm.x=3\n");
        let mut trial = Trial::new();
        let setting = |value: &str| json!({"name": "vm.x", "value": value, "sysctl_file": file, "reload": false});
        trial.change("sysctl", setting("yes"));
        assert_eq!(scratch.read("sysctl.conf"), "# mine\nvm.x=1\nnet.y=2\n");
        trial.change("sysctl", setting("4 5"));
        assert_eq!(scratch.read("sysctl.conf"), "# mine\nvm.x=4 5\nnet.y=2\n");
        let absent =
            json!({"name": "vm.x", "state": "absent", "sysctl_file": file, "reload": false});
        trial.change("sysctl", absent);
        assert_eq!(scratch.read("sysctl.conf"), "# mine\nnet.y=2\n");
    }

    #[test]
    fn compares_with_the_running_kernel() {
        let scratch = Scratch::new();
        let name = std::fs::read_to_string("/proc/sys/kernel/ostype").unwrap();
        let file = scratch.write("sysctl.conf", &format!("kernel.ostype={name}"));
        let mut trial = Trial::new();
        let mut setting =
            json!({"name": "kernel.ostype", "value": name.trim(), "sysctl_file": file});
        trial.same("sysctl", setting.clone());
        setting["value"] = json!("Other");
        let look = trial.look("sysctl", setting.clone());
        assert_eq!(look.diff.len(), 2, "{look:?}");
        assert!(!trial.look("sysctl", setting.clone()).changed);
        let outcome = trial.apply("sysctl", setting);
        assert!(
            outcome
                .msg
                .unwrap()
                .contains("setting kernel.ostype failed")
        );
    }

    #[test]
    fn says_what_the_kernel_does_not_know() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let mut setting =
            json!({"name": "net.no.such", "value": "1", "sysctl_file": scratch.at("x")});
        let outcome = trial.look("sysctl", setting.clone());
        assert!(outcome.msg.unwrap().contains("no setting net.no.such"));
        setting["ignoreerrors"] = json!(true);
        trial.change("sysctl", setting);
        assert!(trial.look("sysctl", json!({"name": "x"})).failed);
    }

    #[test]
    fn knows_both_separators() {
        let path = |name| in_kernel(name).display().to_string();
        assert_eq!(
            path("net.ipv4.conf.eth0/1.x"),
            "/proc/sys/net/ipv4/conf/eth0.1/x"
        );
        assert_eq!(
            path("net/ipv4/conf/eth0.1/x"),
            "/proc/sys/net/ipv4/conf/eth0.1/x"
        );
        assert_eq!(path("//../a"), "/proc/sys/a");
    }
}
