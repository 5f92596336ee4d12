use {
    crate::{
        act::{Act, Acts, Bits, Failure, Host, Look, Probe, Program, Source, Spawn, Thing, Write},
        module::{Module, Ownership, Permissions},
        wire::{Diff, Effect, Object, Side},
    },
    rustix::system::{sethostname, uname},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::json,
    std::{collections::BTreeMap, path::Path},
};

/// Where the name is kept.
const FILE: &str = "/etc/hostname";

/// As Linux: a longer name cannot be set.
const LIMIT: usize = 64;

/// Set the name of the host, now and for its next start.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Hostname {
    /// The name.
    name: String,
    /// How to set it. Default: through systemd where it and D-Bus run, else the file and the kernel.
    r#use: Option<Way>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Way {
    Alpine,
    Debian,
    Generic,
    Redhat,
    Systemd,
}

impl Module for Hostname {
    const NAME: &'static str = "hostname";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let running = uname().nodename().to_string_lossy().into_owned();
        let kept = kept(probe)?;
        let mut acts = Acts::new();
        acts.value("name", self.name.as_str());
        acts.value("ansible_facts", self.facts());
        if kept != self.name {
            match self.by_systemd(probe)? {
                true => acts.push(self.control(&["--static", "--pretty"], &kept, true)),
                false => self.file(probe, &mut acts)?,
            }
        }
        // A dry run that foresees the new name in the file foresees the kernel's, too.
        let foreseen =
            kept == self.name && probe.entry(Path::new(FILE))?.is_some_and(|i| i.foreseen);
        if running != self.name && !foreseen {
            match self.by_systemd(probe)? {
                true => acts.push(self.control(&["--transient"], &running, false)),
                false => acts.push(Rename {
                    before: running,
                    after: self.name.clone(),
                }),
            }
        }
        Ok(acts.into_look())
    }
}

impl Hostname {
    fn check(&self) -> Result<(), Failure> {
        let name = &self.name;
        if name.len() > LIMIT {
            return Err(Failure::refused(format!(
                "name cannot be longer than {LIMIT} characters, try a shorter name: {name}"
            )));
        }
        let fine = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        match !name.is_empty() && name.chars().all(fine) && !name.starts_with(['-', '.']) {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "\"{name}\" is no name for a host: letters, digits, - and . are allowed"
            ))),
        }
    }

    fn facts(&self) -> serde_json::Value {
        let (short, domain) = self.name.split_once('.').unwrap_or((&self.name, ""));
        let mut facts = json!({"ansible_hostname": short, "ansible_nodename": self.name});
        if !domain.is_empty() {
            facts["ansible_fqdn"] = json!(self.name);
            facts["ansible_domain"] = json!(domain);
        }
        facts
    }

    fn by_systemd(&self, probe: &Probe) -> Result<bool, Failure> {
        match self.r#use {
            Some(Way::Systemd) => Ok(true),
            Some(Way::Alpine | Way::Generic) => Ok(false),
            Some(Way::Debian | Way::Redhat) | None => Ok(probe
                .exists(Path::new("/run/systemd/system"))?
                && probe.exists(Path::new("/run/dbus/system_bus_socket"))?),
        }
    }

    fn control(&self, which: &[&str], before: &str, keeps: bool) -> Spawn {
        let mut argv = vec!["hostnamectl"];
        argv.extend(which);
        argv.extend(["set-hostname", &self.name]);
        let content = crate::wire::Foreseen::Text(format!("{}\n", self.name));
        let kind = crate::wire::EntryKind::File { content };
        let bits = Bits {
            mode: 0o644,
            uid: 0,
            gid: 0,
        };
        let file = Effect::Path {
            path: FILE.into(),
            entry: Some(bits.entry(kind)),
        };
        Spawn {
            program: Program::new(argv),
            diff: Some(diff(which[0].trim_start_matches('-'), before, &self.name)),
            effects: keeps.then_some(file).into_iter().collect(),
        }
    }

    fn file(&self, probe: &Probe, acts: &mut Acts) -> Result<(), Failure> {
        let path = Path::new(FILE);
        let before = probe.entry(path)?;
        let mode = Permissions::new("0644");
        let new = Ownership {
            mode: Some(&mode),
            ..Ownership::default()
        };
        let bits = match &before {
            Some(inode) if inode.is_file() => Bits::of(inode),
            _ => new.create(probe, false)?,
        };
        let source = Source::Bytes(format!("{}\n", self.name).into());
        // In a container the file may be a mount point.
        acts.push(Write::plan(probe, path, before.as_ref(), source, bits)?.in_place(true));
        Ok(())
    }
}

/// The name for the next start; empty if there is none.
fn kept(probe: &Probe) -> Result<String, Failure> {
    let bytes = match probe.read(Path::new(FILE)) {
        Err(Failure::Missing {
            what: Thing::Path, ..
        }) => return Ok(String::new()),
        read => read?,
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().map(str::trim);
    let name = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(name.unwrap_or_default().to_owned())
}

fn diff(which: &str, before: &str, after: &str) -> Diff {
    let side = |name: &str| Side::State(BTreeMap::from([(which.to_owned(), name.to_owned())]));
    Diff {
        what: "hostname".into(),
        before: side(before),
        after: side(after),
    }
}

/// Tells the kernel the name.
struct Rename {
    before: String,
    after: String,
}

impl Act for Rename {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        let path = Path::new("the running host");
        sethostname(self.after.as_bytes()).map_err(Failure::os("change the name of", path))?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        vec![diff("transient", &self.before, &self.after)]
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial};

    #[test]
    fn a_dry_run_foresees_the_name() {
        let mut trial = Trial::new();
        for way in ["generic", "systemd"] {
            let name = format!("farcast-{way}.example.org");
            let arguments = json!({"name": name, "use": way});
            let look = trial.look("hostname", arguments.clone());
            assert!(look.changed && !look.failed, "{look:?}");
            assert_eq!(look.diff.len(), 2);
            let facts = &look.data["ansible_facts"];
            assert_eq!(facts["ansible_hostname"], format!("farcast-{way}"));
            assert_eq!(facts["ansible_domain"], "example.org");
            assert!(!trial.look("hostname", arguments).changed);
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        let long = "a".repeat(65);
        for name in ["", "a b", "-a", "a\n", &long] {
            let outcome = Trial::new().look("hostname", json!({"name": name}));
            assert!(outcome.failed, "{name}");
        }
    }
}
