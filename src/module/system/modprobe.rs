mod persistence;

use {
    super::text,
    crate::{
        act::{Acts, Bits, Failure, Inquiry, Look, Probe, Program, Question, Spawn, Thing},
        module::{Module, user::group::State},
        wire::{Diff, Effect, EntryKind, Foreseen, Object, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Load and unload modules of the kernel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Modprobe {
    /// The kernel module.
    name: String,
    /// Whether it shall be loaded.
    #[serde(default)]
    state: State,
    /// Its parameters.
    #[serde(default)]
    params: String,
    /// Whether it shall be loaded when the host starts: `present` and `absent` say so in `/etc/modules-load.d` and
    /// `/etc/modprobe.d`, `disabled` leaves these alone.
    #[serde(default)]
    persistent: Persistent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Persistent {
    #[default]
    Disabled,
    Absent,
    Present,
}

/// What the kernel has loaded.
const LOADED: &str = "/proc/modules";

impl Module for Modprobe {
    const NAME: &'static str = "modprobe";
    const COLLECTION: &'static str = "community.general";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let fine = |letter: char| letter.is_ascii_alphanumeric() || "-_.:,*+".contains(letter);
        if self.name.is_empty() || self.name.starts_with('-') || !self.name.chars().all(fine) {
            let msg = format!("\"{}\" is no name of a kernel module", self.name);
            return Err(Failure::refused(msg));
        }
        let mut acts = Acts::new();
        acts.values(self.values());
        let loaded = text::read(probe, Path::new(LOADED))?.unwrap_or_default();
        match (self.state, lists(&loaded, &self.name)) {
            (State::Present, false) => self.load(probe, &mut acts, &loaded)?,
            (State::Absent, true) => acts.push(self.unload(&loaded)),
            (State::Absent, false) => self.refuse_built_in(probe)?,
            (State::Present, true) => {}
        }
        match self.persistent {
            Persistent::Disabled => {}
            Persistent::Present => self.persist(probe, &mut acts)?,
            Persistent::Absent => self.forget(probe, &mut acts)?,
        }
        Ok(acts.into_look())
    }
}

impl Modprobe {
    fn values(&self) -> Object {
        Object::from_iter([
            ("name".to_owned(), self.name.as_str().into()),
            ("params".to_owned(), self.params.as_str().into()),
            ("state".to_owned(), self.state.name().into()),
        ])
    }

    fn load(&self, probe: &Probe, acts: &mut Acts, loaded: &str) -> Result<(), Failure> {
        let question = Question::Inquiry(Inquiry::KernelModule(self.name.clone()));
        let finished = probe.ask(&question)?;
        if !finished.success() {
            if probe.pending().is_some() {
                return Err(Failure::missing(
                    Thing::Path,
                    format!("{} (a kernel module)", self.name),
                ));
            }
            let mut data = self.values();
            data.extend(finished.values());
            return Err(Failure::Refused {
                msg: finished.complaint(),
                data,
            });
        }
        // The name may be an alias: the last line says what is behind it.
        let answer = finished.text();
        let last = answer.lines().last().unwrap_or_default();
        let name = match last.strip_prefix("insmod ") {
            Some(path) => name_of(path),
            None if last.starts_with("builtin ") => return Ok(()),
            None => self.name.clone(),
        };
        if lists(loaded, &name) {
            return Ok(());
        }
        let words = shlex::split(&self.params)
            .ok_or_else(|| Failure::refused("params has an open quote"))?;
        let argv = ["modprobe".to_owned(), "--".into(), self.name.clone()];
        let text = format!("{loaded}{} 0 0 - Live 0x0\n", name.replace('-', "_"));
        acts.push(self.change(Program::new(argv.into_iter().chain(words)), text));
        Ok(())
    }

    fn unload(&self, loaded: &str) -> Spawn {
        let others = loaded.lines().filter(|line| !lists(line, &self.name));
        let text = others.map(|line| format!("{line}\n")).collect();
        let program = Program::new(["modprobe", "--remove", "--", &self.name]);
        self.change(program, text)
    }

    fn change(&self, program: Program, loaded: String) -> Spawn {
        let side = |is_loaded: bool| {
            let state = if is_loaded { "loaded" } else { "not loaded" };
            Side::State(BTreeMap::from([("state".to_owned(), state.to_owned())]))
        };
        let load = self.state == State::Present;
        let bits = Bits {
            mode: 0o444,
            uid: 0,
            gid: 0,
        };
        let content = Foreseen::Text(loaded);
        Spawn {
            program,
            diff: Some(Diff {
                what: format!("kernel module {}", self.name),
                before: side(!load),
                after: side(load),
            }),
            effects: vec![
                Effect::Path {
                    path: LOADED.into(),
                    entry: Some(bits.entry(EntryKind::File { content })),
                },
                Effect::Opaque {
                    what: format!("the kernel module {}", self.name),
                },
            ],
        }
    }

    fn refuse_built_in(&self, probe: &Probe) -> Result<(), Failure> {
        let system = rustix::system::uname();
        let release = system.release().to_string_lossy();
        let path = Path::new("/lib/modules")
            .join(&*release)
            .join("modules.builtin");
        let list = text::read(probe, &path)?.unwrap_or_default();
        match list
            .lines()
            .any(|path| name_of(path) == self.name.replace('-', "_"))
        {
            true => Err(Failure::Refused {
                msg: format!("modprobe: FATAL: Module {} is builtin.", self.name),
                data: self.values(),
            }),
            false => Ok(()),
        }
    }
}

/// Whether the kernel's list has a module.
fn lists(loaded: &str, name: &str) -> bool {
    let name = name.replace('-', "_");
    loaded
        .lines()
        .any(|line| line.split(' ').next() == Some(&name))
}

/// The module that a file is.
fn name_of(path: &str) -> String {
    let file = path.split(' ').next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    let name = file.split(".ko").next().unwrap_or_default();
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn knows_what_is_loaded() {
        let loaded = "nf_tables 1 0 - Live 0x0\nip_tables 2 1 a, Live 0x0\n";
        assert!(lists(loaded, "nf-tables") && !lists(loaded, "nf"));
        assert_eq!(
            name_of("/lib/modules/1/kernel/net/8021q/8021q.ko.xz a=b"),
            "8021q"
        );
        let mut trial = Trial::new();
        let absent = json!({"name": "no-such-module", "state": "absent"});
        assert_eq!(trial.same("modprobe", absent)["state"], "absent");
        for name in ["", "-r", "a b", "../x"] {
            assert!(
                trial.look("modprobe", json!({"name": name})).failed,
                "{name}"
            );
        }
    }
}
