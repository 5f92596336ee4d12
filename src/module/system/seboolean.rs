use {
    super::text,
    crate::{
        act::{Acts, Bits, Failure, Look, Probe, Program, Spawn},
        module::Module,
        wire::{Diff, Effect, EntryKind, Foreseen, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Switch booleans of SELinux.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Seboolean {
    /// The boolean: `httpd_can_network_connect`.
    name: String,
    /// Whether it shall be on.
    state: bool,
    /// It stays so when the host starts again.
    #[serde(default)]
    persistent: bool,
    /// Go on where SELinux does not run: in a chroot.
    #[serde(default)]
    ignore_selinux_state: bool,
}

/// What the kernel has.
const RUNNING: &str = "/sys/fs/selinux/booleans";
/// Where SELinux's configuration is.
const CONFIGURATION: &str = "/etc/selinux/config";
/// Where policies are kept.
const STORES: [&str; 2] = ["/var/lib/selinux", "/etc/selinux"];

impl Module for Seboolean {
    const NAME: &'static str = "seboolean";
    const COLLECTION: &'static str = "ansible.posix";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let fine = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if self.name.is_empty() || !self.name.chars().all(fine) {
            let msg = format!("\"{}\" is no name of a boolean", self.name);
            return Err(Failure::refused(msg));
        }
        let enabled = probe.exists(Path::new("/sys/fs/selinux/enforce"))?;
        if !enabled && !self.ignore_selinux_state {
            return Err(Failure::refused("SELinux is disabled on this host."));
        }
        let running = self.running(probe)?;
        if enabled && running.is_none() {
            return Err(Failure::refused(format!(
                "Failed to determine current state for boolean {}",
                self.name
            )));
        }
        let kept = self.kept(probe)?;
        let runs = running.is_none_or(|value| value == self.state);
        let mut acts = Acts::new();
        acts.value("name", self.name.as_str());
        acts.value("persistent", self.persistent);
        acts.value("state", self.state);
        let right = match self.persistent {
            true => {
                runs && kept
                    .as_ref()
                    .is_some_and(|(_, value)| *value == Some(self.state))
            }
            false => runs,
        };
        if !right {
            acts.push(self.switch(running, kept));
        }
        Ok(acts.into_look())
    }
}

impl Seboolean {
    /// What the kernel has; `None`: SELinux does not run, or knows no such boolean.
    fn running(&self, probe: &Probe) -> Result<Option<bool>, Failure> {
        let text = text::read(probe, &Path::new(RUNNING).join(&self.name))?;
        Ok(text.map(|text| text.starts_with('1')))
    }

    /// The file of what was chosen on this host, and what it says of this boolean.
    fn kept(&self, probe: &Probe) -> Result<Option<(String, Option<bool>)>, Failure> {
        let configuration = text::read(probe, Path::new(CONFIGURATION))?.unwrap_or_default();
        let lines = configuration.lines();
        let mut kinds = lines.filter_map(|line| line.strip_prefix("SELINUXTYPE="));
        let kind = kinds.next_back();
        let kind = kind.map_or("targeted", str::trim);
        for store in STORES {
            let file = format!("{store}/{kind}/active/booleans.local");
            if let Some(text) = text::read(probe, Path::new(&file))? {
                return Ok(Some((file, value(&text, &self.name))));
            }
        }
        Ok(None)
    }

    fn switch(&self, running: Option<bool>, kept: Option<(String, Option<bool>)>) -> Spawn {
        let word = |value: bool| if value { "on" } else { "off" };
        let mut argv = vec!["setsebool"];
        if self.persistent {
            argv.push("-P");
        }
        argv.extend(["--", &self.name, word(self.state)]);
        let side = |running: Option<bool>, kept: Option<bool>| {
            let mut state = BTreeMap::new();
            let said = |value: Option<bool>| value.map_or("unset", word).to_owned();
            state.insert("running".to_owned(), said(running));
            if self.persistent {
                state.insert("persistent".to_owned(), said(kept));
            }
            Side::State(state)
        };
        let old = kept.as_ref().and_then(|(_, value)| *value);
        let now = running.map(|_| self.state);
        let number = u8::from(self.state);
        let mut effects = Vec::new();
        if now.is_some() {
            let path = format!("{RUNNING}/{}", self.name);
            effects.push(file(path, format!("{number} {number}")));
        }
        if let Some((path, _)) = kept.filter(|_| self.persistent) {
            effects.push(file(path, format!("{}={number}\n", self.name)));
        }
        Spawn {
            program: Program::new(argv),
            diff: Some(Diff {
                what: format!("SELinux boolean {}", self.name),
                before: side(running, old),
                after: side(now, Some(self.state)),
            }),
            effects,
        }
    }
}

/// What a list of choices says of a boolean.
fn value(text: &str, name: &str) -> Option<bool> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut values = lines.filter(|(known, _)| known.trim() == name);
    values
        .next_back()
        .map(|(_, value)| matches!(value.trim(), "1" | "true" | "on"))
}

fn file(path: String, text: String) -> Effect {
    let bits = Bits {
        mode: 0o644,
        uid: 0,
        gid: 0,
    };
    let content = Foreseen::Text(text);
    Effect::Path {
        path,
        entry: Some(bits.entry(EntryKind::File { content })),
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    /// A host on which SELinux runs, with one boolean that is off.
    fn host(local: &str) -> Trial {
        let mut trial = Trial::new();
        let directory = |path: &str| Effect::Path {
            path: path.into(),
            entry: Some(
                Bits {
                    mode: 0o755,
                    uid: 0,
                    gid: 0,
                }
                .entry(EntryKind::Directory),
            ),
        };
        trial.probe.foresee([
            directory("/sys/fs/selinux"),
            file("/sys/fs/selinux/enforce".into(), "1".into()),
            directory(RUNNING),
            file(format!("{RUNNING}/httpd_x"), "0 0".into()),
            directory("/var/lib/selinux"),
            directory("/var/lib/selinux/targeted"),
            directory("/var/lib/selinux/targeted/active"),
            file(
                "/var/lib/selinux/targeted/active/booleans.local".into(),
                local.into(),
            ),
        ]);
        trial
    }

    #[test]
    fn switches_what_runs_and_what_is_kept() {
        let on = |persistent| json!({"name": "httpd_x", "state": true, "persistent": persistent});
        let mut trial = host("");
        let look = trial.look("seboolean", on(false));
        assert!(look.changed && !look.failed, "{look:?}");
        assert!(!trial.look("seboolean", on(false)).changed);
        assert!(trial.look("seboolean", on(true)).changed);
        assert!(!trial.look("seboolean", on(true)).changed);
        let off = json!({"name": "httpd_x", "state": false, "persistent": true});
        assert!(!host("httpd_x=0\n").look("seboolean", off.clone()).changed);
        assert!(host("httpd_x=1\n").look("seboolean", off).changed);
        let none = json!({"name": "no_such", "state": true});
        assert_eq!(
            host("").look("seboolean", none).msg.unwrap(),
            "Failed to determine current state for boolean no_such"
        );
    }

    #[test]
    fn calls_setsebool() {
        let module = json!({"name": "httpd_x", "state": true, "persistent": true});
        let module: Seboolean = serde_json::from_value(module).unwrap();
        let argv = module.switch(Some(false), None).program.argv;
        assert_eq!(argv, ["setsebool", "-P", "--", "httpd_x", "on"]);
        let look = Trial::new().look("seboolean", json!({"name": "a b", "state": true}));
        assert!(look.msg.unwrap().contains("no name of a boolean"));
    }
}
