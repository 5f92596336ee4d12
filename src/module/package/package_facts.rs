use {
    super::{dpkg::DebianPackages, package::package_manager, rpm::RpmPackages},
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
};

/// Tell all installed packages as the fact `packages`: for each name, a list of what is installed under it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PackageFacts {
    /// The package managers to ask: `auto`, `apt`, `rpm`, `dnf` or `yum`.
    #[serde(default = "auto")]
    manager: Vec<String>,
    /// Whether the `first` of the managers that the host has is asked, or `all` of them.
    #[serde(default)]
    strategy: Strategy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Strategy {
    All,
    #[default]
    First,
}

fn auto() -> Vec<String> {
    vec!["auto".into()]
}

impl Module for PackageFacts {
    const NAME: &'static str = "package_facts";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut packages = Object::new();
        let mut asked = Vec::new();
        for manager in &self.manager {
            let manager = match manager.as_str() {
                "auto" => package_manager(probe)?,
                manager => manager,
            };
            let found = match manager {
                "apt" => debian(probe),
                "rpm" | "dnf" | "dnf5" | "yum" | "zypper" => red_hat(probe),
                _ => continue,
            };
            match found {
                Err(Failure::Missing { .. }) => continue,
                found => merge(&mut packages, found?),
            }
            asked.push(manager);
            if self.strategy == Strategy::First {
                break;
            }
        }
        if asked.is_empty() {
            let msg = "Could not detect a supported package manager from the following list: ";
            return Err(Failure::refused(format!(
                "{msg}{}",
                self.manager.join(", ")
            )));
        }
        let mut acts = Acts::new();
        acts.value("ansible_facts", json!({"packages": packages}));
        Ok(acts.into_look())
    }
}

type Found = Vec<(String, Value)>;

fn debian(probe: &Probe) -> Result<Found, Failure> {
    let packages = DebianPackages::ask(probe)?.0.into_iter();
    let installed = packages.filter(|package| package.installed);
    let found = installed.map(|package| {
        let fact = json!({
            "name": package.name,
            "version": package.version,
            "arch": package.architecture,
            "category": package.section,
            "source": "apt",
        });
        (package.name, fact)
    });
    Ok(found.collect())
}

fn red_hat(probe: &Probe) -> Result<Found, Failure> {
    let packages = RpmPackages::ask(probe)?.0.into_iter();
    let found = packages.map(|package| {
        let epoch = (package.epoch != 0).then_some(package.epoch);
        let fact = json!({
            "name": package.name,
            "epoch": epoch,
            "version": package.version,
            "release": package.release,
            "arch": package.architecture,
            "source": "rpm",
        });
        (package.name, fact)
    });
    Ok(found.collect())
}

fn merge(packages: &mut Object, found: Found) {
    for (name, fact) in found {
        let known = packages.entry(name).or_insert_with(|| json!([]));
        if let Some(known) = known.as_array_mut() {
            known.push(fact);
        }
    }
}
