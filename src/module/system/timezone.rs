use {
    super::text,
    crate::{
        act::{Acts, Bits, Failure, Kind, Link, Look, Probe, Program, Spawn, Target, Thing},
        module::Module,
        wire::{Diff, Effect, EntryKind, Foreseen, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{collections::BTreeMap, path::Path},
};

/// Set the time zone of the host, and what its hardware clock shows.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Timezone {
    /// The zone: `Europe/Prague`.
    name: Option<String>,
    /// Whether the hardware clock shows UTC or local time.
    #[schemars(extend("aliases" = ["rtc"]))]
    hwclock: Option<Clock>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
enum Clock {
    #[serde(rename = "local")]
    Local,
    #[serde(rename = "UTC")]
    Utc,
}

impl Clock {
    fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "UTC",
        }
    }
}

const ZONES: &str = "/usr/share/zoneinfo";
const ZONE: &str = "/etc/localtime";
/// Debian has the name here, too.
const NAME: &str = "/etc/timezone";
const CLOCK: &str = "/etc/adjtime";
const NEW: Bits = Bits {
    mode: 0o644,
    uid: 0,
    gid: 0,
};

impl Module for Timezone {
    const NAME: &'static str = "timezone";
    const COLLECTION: &'static str = "community.general";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        if self.name.is_none() && self.hwclock.is_none() {
            return Err(Failure::refused(
                "one of the following is required: hwclock, name",
            ));
        }
        let control = by_systemd(probe)?;
        let mut acts = Acts::new();
        let mut said = Vec::new();
        if let Some(name) = &self.name {
            check(probe, name)?;
            let before = zone(probe)?;
            if before != *name {
                match control {
                    true => {
                        said.push(format!("executed `timedatectl set-timezone {name}`"));
                        acts.push(set_zone(name, &before));
                    }
                    false => link(probe, &mut acts, name)?,
                }
            }
            if !control {
                self.keep_name(probe, &mut acts, name)?;
            }
        }
        if let Some(wanted) = self.hwclock {
            let text = text::read(probe, Path::new(CLOCK))?.unwrap_or_default();
            let before = clock(&text);
            if before != wanted {
                let act = set_clock(control, &text, before, wanted);
                said.push(format!("executed `{}`", act.program.argv.join(" ")));
                acts.push(act);
            }
        }
        if !said.is_empty() {
            acts.msg(said.join("\n"));
        }
        Ok(acts.into_look())
    }
}

impl Timezone {
    fn keep_name(&self, probe: &Probe, acts: &mut Acts, name: &str) -> Result<(), Failure> {
        let path = Path::new(NAME);
        let debian = probe.exists(Path::new("/usr/sbin/dpkg-reconfigure"))?;
        let known = text::read(probe, path)?;
        match known {
            Some(known) if known.trim() == name => Ok(()),
            None if !debian => Ok(()),
            _ => text::write(probe, acts, path, format!("{name}\n"), false),
        }
    }
}

fn by_systemd(probe: &Probe) -> Result<bool, Failure> {
    for path in [
        "/run/systemd/system",
        "/run/dbus/system_bus_socket",
        "/usr/bin/timedatectl",
    ] {
        if !probe.exists(Path::new(path))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn check(probe: &Probe, name: &str) -> Result<(), Failure> {
    let path = Path::new(ZONES).join(name);
    let plain = !name.is_empty() && !name.starts_with(['/', '-']) && !name.contains("..");
    let there = plain && probe.follow(&path)?.is_some_and(|inode| inode.is_file());
    match (there, probe.pending()) {
        (true, _) => Ok(()),
        (false, Some(_)) if plain => Err(Failure::missing(Thing::Path, path.display().to_string())),
        _ => Err(Failure::refused(format!(
            "Error message:\ngiven timezone \"{name}\" is not available"
        ))),
    }
}

/// The zone that the host has now, as systemd tells it.
fn zone(probe: &Probe) -> Result<String, Failure> {
    let Some(inode) = probe.entry(Path::new(ZONE))? else {
        return Ok("UTC".into());
    };
    if let Kind::Link(target) = &inode.kind {
        let target = target.display().to_string();
        if let Some((_, name)) = target.split_once("zoneinfo/") {
            return Ok(name.to_owned());
        }
    }
    let name = text::read(probe, Path::new(NAME))?;
    Ok(name.map_or("n/a".into(), |name| name.trim().to_owned()))
}

fn clock(text: &str) -> Clock {
    match text.lines().any(|line| line.trim() == "LOCAL") {
        true => Clock::Local,
        false => Clock::Utc,
    }
}

fn diff(what: &str, before: &str, after: &str) -> Diff {
    let side = |value: &str| Side::State(BTreeMap::from([(what.to_owned(), value.to_owned())]));
    Diff {
        what: "time zone".into(),
        before: side(before),
        after: side(after),
    }
}

fn effect(path: &str, kind: EntryKind) -> Effect {
    Effect::Path {
        path: path.into(),
        entry: Some(NEW.entry(kind)),
    }
}

fn set_zone(name: &str, before: &str) -> Spawn {
    let link = EntryKind::Link {
        target: format!("..{ZONES}/{name}"),
    };
    Spawn {
        program: Program::new(["timedatectl", "set-timezone", name]),
        diff: Some(diff("name", before, name)),
        effects: vec![effect(ZONE, link)],
    }
}

/// Without systemd: the link itself.
fn link(probe: &Probe, acts: &mut Acts, name: &str) -> Result<(), Failure> {
    let path = Path::new(ZONE);
    acts.push(Link {
        path: path.to_owned(),
        target: Target::Symbolic {
            target: format!("{ZONES}/{name}"),
            bits: Bits { mode: 0o777, ..NEW },
        },
        before: probe.entry(path)?,
    });
    Ok(())
}

fn set_clock(control: bool, text: &str, before: Clock, wanted: Clock) -> Spawn {
    let argv = match (control, wanted) {
        (true, Clock::Local) => vec!["timedatectl", "set-local-rtc", "yes"],
        (true, Clock::Utc) => vec!["timedatectl", "set-local-rtc", "no"],
        (false, Clock::Local) => vec!["hwclock", "--systohc", "--localtime"],
        (false, Clock::Utc) => vec!["hwclock", "--systohc", "--utc"],
    };
    let last = match wanted {
        Clock::Local => "LOCAL",
        Clock::Utc => "UTC",
    };
    let mut lines: Vec<&str> = text.lines().take(2).collect();
    lines.resize(2, "0.0 0 0");
    lines.push(last);
    let content = Foreseen::Text(lines.join("\n") + "\n");
    Spawn {
        program: Program::new(argv),
        diff: Some(diff("hwclock", before.name(), wanted.name())),
        effects: vec![effect(CLOCK, EntryKind::File { content })],
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn a_dry_run_foresees_the_zone() {
        let mut trial = Trial::new();
        let zone = |name: &str| json!({"name": name, "hwclock": "local"});
        let look = trial.look("timezone", zone("Pacific/Chatham"));
        assert!(look.changed && !look.failed, "{look:?}");
        assert!(!trial.look("timezone", zone("Pacific/Chatham")).changed);
        let look = trial.look("timezone", json!({"rtc": "UTC"}));
        assert_eq!(look.diff[0].after, diff("hwclock", "", "UTC").after);
        let look = trial.look("timezone", zone("Middle/Earth"));
        assert_eq!(
            look.msg.unwrap(),
            "Error message:\ngiven timezone \"Middle/Earth\" is not available"
        );
        for name in ["../passwd", "/etc/passwd", "-h", ""] {
            assert!(
                trial.look("timezone", json!({"name": name})).failed,
                "{name}"
            );
        }
        assert!(trial.look("timezone", json!({})).failed);
    }

    #[test]
    fn reads_the_clock() {
        assert_eq!(clock("0.0 0 0.0\n0\nLOCAL\n"), Clock::Local);
        assert_eq!(clock("0.0 0 0.0\n0\nUTC\n"), Clock::Utc);
        assert_eq!(clock(""), Clock::Utc);
    }
}
