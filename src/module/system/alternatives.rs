mod group;
mod install;

use {
    super::text,
    crate::{
        act::{Acts, Failure, Kind, Look, Probe},
        module::{HostPath, Module},
    },
    group::{Choice, Group},
    install::Call,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::Path,
};

/// Choose between programs that do the same: the links that update-alternatives keeps.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Alternatives {
    /// The name of the group: `editor`.
    name: String,
    /// The program that the link shall lead to.
    path: Option<HostPath>,
    /// The family of programs that belong together. Only systems like RHEL have that.
    family: Option<String>,
    /// The link. Needed where the group is not known yet, and always on systems like RHEL.
    link: Option<HostPath>,
    /// The priority. Default for a new one: 50.
    priority: Option<i64>,
    /// `present`: the program is one to choose. `selected`: it is chosen. `auto`: the one with the highest priority is. `absent`:
    /// it is none to choose.
    #[serde(default)]
    state: State,
    /// Links that go with it. Each has `name`, `path` and `link`.
    #[schemars(extend("aliases" = ["slaves"]))]
    subcommands: Option<Vec<Subcommand>>,
}

/// A link that goes with another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subcommand {
    name: String,
    path: String,
    link: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Present,
    #[default]
    Selected,
    Auto,
    Absent,
}

/// Where the groups are kept: Debian's place and that of systems like RHEL.
const PLACES: [&str; 2] = ["/var/lib/dpkg/alternatives", "/var/lib/alternatives"];
/// Where the links lead first.
const LINKS: &str = "/etc/alternatives";

impl Module for Alternatives {
    const NAME: &'static str = "alternatives";
    const COLLECTION: &'static str = "community.general";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let path = self.path.as_ref().map(|path| path.on(probe)).transpose()?;
        let path = path.map(|path| path.display().to_string());
        let (file, group) = self.group(probe)?;
        let current = self.current(probe)?;
        let led = current.clone();
        let mut calls = Calls {
            name: self.name.clone(),
            path: path.clone(),
            file,
            group,
            current,
            acts: Acts::new(),
            said: Vec::new(),
        };
        match self.state {
            State::Absent => self.remove(&mut calls, path.as_deref()),
            _ => {
                if let Some(path) = &path {
                    self.install(probe, &mut calls, path)?;
                }
                self.choose(&mut calls, path.as_deref(), led);
            }
        }
        calls.acts.msg(calls.said.join(" "));
        Ok(calls.acts.into_look())
    }
}

/// What is to be called, one after the other, and what the group is by then.
struct Calls {
    name: String,
    path: Option<String>,
    file: String,
    group: Option<Group>,
    /// Where the link leads.
    current: Option<String>,
    acts: Acts,
    said: Vec<String>,
}

impl Calls {
    /// Adds a call that makes the group this, with the link to `current`.
    fn add(
        &mut self,
        said: String,
        argv: Vec<String>,
        group: Option<Group>,
        current: Option<String>,
    ) {
        self.said.push(said);
        self.acts.push(Call {
            argv,
            name: self.name.clone(),
            path: self.path.clone(),
            file: self.file.clone(),
            before: self.group.clone(),
            after: group.clone(),
            leads: (self.current.clone(), current.clone()),
        });
        self.group = group;
        self.current = current;
    }
}

impl Alternatives {
    fn check(&self) -> Result<(), Failure> {
        if self.path.is_none() && self.family.is_none() {
            return Err(Failure::refused(
                "one of the following is required: path, family",
            ));
        }
        match self.name.is_empty() || self.name.starts_with('-') || self.name.contains('/') {
            true => Err(Failure::refused(format!(
                "\"{}\" is no name of alternatives",
                self.name
            ))),
            false => Ok(()),
        }
    }

    /// The group as it is now, and its file.
    fn group(&self, probe: &Probe) -> Result<(String, Option<Group>), Failure> {
        let mut file = format!("{}/{}", PLACES[0], self.name);
        for place in PLACES {
            if probe.exists(Path::new(place))? {
                file = format!("{place}/{}", self.name);
                break;
            }
        }
        let text = text::read(probe, Path::new(&file))?;
        let group = match text {
            None => None,
            Some(text) => Some(Group::read(&text).ok_or_else(|| {
                Failure::refused(format!("{file} is not what update-alternatives writes"))
            })?),
        };
        Ok((file, group))
    }

    fn current(&self, probe: &Probe) -> Result<Option<String>, Failure> {
        let link = Path::new(LINKS).join(&self.name);
        Ok(match probe.entry(&link)?.map(|inode| inode.kind) {
            Some(Kind::Link(target)) => Some(target.display().to_string()),
            _ => None,
        })
    }

    fn install(&self, probe: &Probe, calls: &mut Calls, path: &str) -> Result<(), Failure> {
        let known = calls.group.as_ref().and_then(|group| group.choice(path));
        let known_links = calls.group.as_ref().map(|group| group.subcommands(path));
        let right = known.is_some_and(|choice| {
            let priority = self.priority.is_none_or(|wanted| wanted == choice.priority);
            let links = match (&self.subcommands, &known_links) {
                (Some(wanted), Some(there)) => {
                    let mut wanted = wanted.clone();
                    let mut there = there.clone();
                    wanted.sort();
                    there.sort();
                    wanted == there
                }
                _ => true,
            };
            priority && links
        });
        if right {
            return Ok(());
        }
        if !probe.exists(Path::new(path))? {
            return Err(match probe.pending() {
                Some(_) => Failure::missing(crate::act::Thing::Path, path),
                None => Failure::refused(format!("Specified path {path} does not exist")),
            });
        }
        let given = self.link.as_ref().map(|link| link.on(probe)).transpose()?;
        let link = match (given, &calls.group) {
            (Some(link), _) => link.display().to_string(),
            (None, Some(group)) => group.link.clone(),
            (None, None) => {
                return Err(Failure::refused(
                    "Needed to install the alternative, but unable to do so as we are missing the link",
                ));
            }
        };
        let priority = self.priority.or(known.map(|choice| choice.priority));
        let links = self.subcommands.clone().or(known_links).unwrap_or_default();
        let choice = Choice {
            path: path.to_owned(),
            priority: priority.unwrap_or(50),
            family: self.family.clone(),
            subcommands: links,
        };
        let group = Group::with(calls.group.clone(), &link, choice.clone());
        let current = match group.manual && calls.current.is_some() {
            true => calls.current.clone(),
            false => group.best(),
        };
        let said = format!("Install alternative '{path}' for '{}'.", self.name);
        calls.add(
            said,
            choice.install(&self.name, &link),
            Some(group),
            current,
        );
        Ok(())
    }

    /// Takes where the link led at first: what is only installed now is chosen, too, so that it stays.
    fn choose(&self, calls: &mut Calls, path: Option<&str>, current: Option<String>) {
        let group = calls.group.clone();
        match self.state {
            State::Selected => {
                let chosen = group.as_ref().zip(current.as_deref());
                let chosen = chosen.and_then(|(group, current)| group.choice(current));
                let same_family = chosen
                    .is_some_and(|choice| self.family.is_some() && choice.family == self.family);
                if current.is_some() && current.as_deref() == path || same_family {
                    return;
                }
                let Some(wanted) = path.or(self.family.as_deref()) else {
                    return;
                };
                let target = match (path, &group) {
                    (Some(path), _) => Some(path.to_owned()),
                    (None, Some(group)) => group.of_family(wanted),
                    (None, None) => None,
                };
                let group = group.map(|group| group.chosen(true));
                let argv = ["update-alternatives", "--set", &self.name, wanted];
                let said = format!("Set alternative '{wanted}' for '{}'.", self.name);
                calls.add(said, argv.map(Into::into).into(), group, target);
            }
            State::Auto => {
                let Some(group) = group.filter(|group| group.manual) else {
                    return;
                };
                let group = group.chosen(false);
                let argv = ["update-alternatives", "--auto", &self.name];
                let said = format!("Set alternative to auto for '{}'.", self.name);
                let best = group.best();
                calls.add(said, argv.map(Into::into).into(), Some(group), best);
            }
            State::Present | State::Absent => {}
        }
    }

    fn remove(&self, calls: &mut Calls, path: Option<&str>) {
        let known = calls.group.clone().zip(path);
        let Some((group, path)) = known.filter(|(group, path)| group.choice(path).is_some()) else {
            return;
        };
        let argv = ["update-alternatives", "--remove", &self.name, path];
        let said = format!("Remove alternative '{path}' from '{}'.", self.name);
        let left = group.without(path, calls.current.as_deref() == Some(path));
        let current = match (&left, calls.current.as_deref() == Some(path)) {
            (None, _) => None,
            (Some(left), true) => left.best(),
            (Some(_), false) => calls.current.clone(),
        };
        calls.add(said, argv.map(Into::into).into(), left, current);
    }
}

#[cfg(test)]
mod tests {
    use {crate::module::trial::Trial, serde_json::json};

    fn arguments(state: &str) -> serde_json::Value {
        json!({"name": "farcast-none", "path": "/bin/true", "link": "/usr/bin/farcast-none", "state": state, "priority": 5,
            "subcommands": [{"name": "farcast-none.1", "path": "/bin/false", "link": "/usr/share/farcast-none.1"}]})
    }

    #[test]
    fn a_dry_run_foresees_alternatives() {
        let mut trial = Trial::new();
        assert!(!trial.look("alternatives", arguments("absent")).changed);
        let look = trial.look("alternatives", arguments("selected"));
        assert!(look.changed && !look.failed, "{look:?}");
        assert_eq!(
            look.msg.unwrap(),
            "Install alternative '/bin/true' for 'farcast-none'. Set alternative '/bin/true' for 'farcast-none'."
        );
        for state in ["selected", "present"] {
            let look = trial.look("alternatives", arguments(state));
            assert!(!look.changed && !look.failed, "{state}: {look:?}");
        }
        assert!(trial.look("alternatives", arguments("auto")).changed);
        assert!(!trial.look("alternatives", arguments("auto")).changed);
        let look = trial.look("alternatives", arguments("absent"));
        assert_eq!(look.diff.len(), 1);
        assert!(!trial.look("alternatives", arguments("absent")).changed);
    }

    #[test]
    fn says_what_is_wrong() {
        let look = |arguments| Trial::new().look("alternatives", arguments).msg.unwrap();
        let msg = look(json!({"name": "x"}));
        assert_eq!(msg, "one of the following is required: path, family");
        let msg = look(json!({"name": "x", "path": "/no/such", "link": "/l"}));
        assert_eq!(msg, "Specified path /no/such does not exist");
        let msg = look(json!({"name": "farcast-none", "path": "/bin/true"}));
        assert!(
            msg.starts_with("Needed to install the alternative"),
            "{msg}"
        );
    }
}
