use {
    crate::{
        act::{Acts, Failure, Look, Probe, Program, Spawn, Thing},
        module::Module,
        wire::{Diff, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Say what dpkg shall do with a package: keep it as it is (`hold`), or not. Nothing is installed or removed by that.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DpkgSelections {
    /// The package.
    name: String,
    /// What shall be done with it.
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Selection {
    Install,
    Hold,
    Deinstall,
    Purge,
}

impl Selection {
    fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Hold => "hold",
            Self::Deinstall => "deinstall",
            Self::Purge => "purge",
        }
    }
}

/// What dpkg knows.
const STATUS: &str = "/var/lib/dpkg/status";

impl Module for DpkgSelections {
    const NAME: &'static str = "dpkg_selections";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = Path::new(STATUS);
        if !probe.exists(path)? {
            return Err(Failure::missing(Thing::Command, "dpkg"));
        }
        let text = String::from_utf8_lossy(&probe.read(path)?).into_owned();
        let plain = self.name.split(':').next().unwrap_or_default();
        let coming = probe.overlay().package(plain) == Some(true);
        let before = match selection(&text, &self.name) {
            Some(before) if !coming || before == "hold" => before,
            _ if coming => "install",
            _ => {
                return Err(Failure::refused(format!(
                    "Failed to find package '{}' to perform selection '{}'.",
                    self.name,
                    self.selection.name()
                )));
            }
        };
        let after = self.selection.name();
        let mut acts = Acts::new();
        acts.value("before", before);
        acts.value("after", after);
        if before != after {
            acts.push(self.set(before));
        }
        Ok(acts.into_look())
    }
}

impl DpkgSelections {
    fn set(&self, before: &str) -> Spawn {
        let after = self.selection.name();
        let side = |selection: &str| {
            let state = ("selection".to_owned(), selection.to_owned());
            Side::State(BTreeMap::from([state]))
        };
        let input = format!("{} {after}\n", self.name);
        Spawn {
            program: Program::new(["dpkg", "--set-selections"]).stdin(input),
            diff: Some(Diff {
                what: format!("package {}", self.name),
                before: side(before),
                after: side(after),
            }),
            effects: Vec::new(),
        }
    }
}

/// The selection of a package, which may be named with its architecture.
fn selection<'t>(status: &'t str, name: &str) -> Option<&'t str> {
    let (name, architecture) = match name.split_once(':') {
        Some((name, architecture)) => (name, Some(architecture)),
        None => (name, None),
    };
    let field = |stanza: &'t str, field: &str| {
        let mut lines = stanza.lines();
        lines.find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
    };
    let mut stanzas = status.split("\n\n");
    let stanza = stanzas.find(|stanza| {
        field(stanza, "Package") == Some(name)
            && architecture.is_none_or(|wanted| field(stanza, "Architecture") == Some(wanted))
    })?;
    let selection = field(stanza, "Status")?.split(' ').next()?;
    (selection != "unknown").then_some(selection)
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn reads_what_dpkg_knows() {
        let status = "Package: a\nStatus: install ok installed\nArchitecture: amd64\n\n\
                      Package: a\nStatus: hold ok installed\nArchitecture: i386\n\n\
                      Package: b\nStatus: unknown ok not-installed\n";
        assert_eq!(selection(status, "a"), Some("install"));
        assert_eq!(selection(status, "a:i386"), Some("hold"));
        assert_eq!(selection(status, "b"), None);
    }

    #[test]
    fn a_dry_run_tells_both() {
        let data = Trial::new().same(
            "dpkg_selections",
            json!({"name": "dpkg", "selection": "install"}),
        );
        assert_eq!(data["before"], "install");
        let hold = json!({"name": "dpkg", "selection": "hold"});
        let look = Trial::new().look("dpkg_selections", hold);
        assert!(look.changed, "{look:?}");
        let none = json!({"name": "no-such-package", "selection": "hold"});
        assert_eq!(
            Trial::new().look("dpkg_selections", none).msg.unwrap(),
            "Failed to find package 'no-such-package' to perform selection 'hold'."
        );
    }
}
