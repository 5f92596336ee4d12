use {
    crate::{
        act::{Failure, Probe, Question},
        wire::Object,
    },
    serde_json::Value,
    std::path::{Path, PathBuf},
};

/// Where unit files stand.
const UNIT_DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// What `systemctl show` tells about a unit.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub properties: Object,
    /// It is to be made by earlier steps of a dry run.
    pub foreseen: bool,
}

impl Unit {
    /// Asks systemd about a unit.
    pub fn ask(probe: &Probe, scope: Option<&'static str>, name: &str) -> Result<Self, Failure> {
        let finished = probe.ask(&Question::Unit(scope, name.into()))?;
        if !finished.success() {
            let msg = format!(
                "systemd does not tell about {name}: {}",
                finished.complaint()
            );
            return Err(Failure::refused(msg));
        }
        let mut unit = Self::read(&finished.text());
        if !unit.is_there() {
            unit.foreseen = is_foreseen(probe, name)?;
        }
        Ok(unit)
    }

    /// Values in braces may have several lines, of `ExecStart` and its like.
    fn read(text: &str) -> Self {
        let mut properties = Object::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((name, value)) = line.split_once('=') else {
                continue;
            };
            let mut value = value.to_owned();
            if name.starts_with("Exec") && value.starts_with('{') {
                while !value.trim_end().ends_with('}') {
                    let Some(more) = lines.next() else {
                        break;
                    };
                    value.push('\n');
                    value.push_str(more);
                }
            }
            properties.insert(name.into(), value.into());
        }
        Self {
            properties,
            foreseen: false,
        }
    }

    pub fn get(&self, property: &str) -> &str {
        self.properties
            .get(property)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Whether systemd knows it.
    pub fn is_there(&self) -> bool {
        !["", "not-found"].contains(&self.get("LoadState"))
    }

    pub fn is_masked(&self) -> bool {
        self.get("LoadState") == "masked" || self.get("UnitFileState") == "masked"
    }

    /// What is wrong with its file, if something is.
    pub fn fault(&self) -> Option<&str> {
        let wrong = ["error", "bad-setting"].contains(&self.get("LoadState"));
        wrong
            .then(|| self.get("LoadError"))
            .filter(|fault| !fault.is_empty())
    }

    /// Whether it runs, or is about to.
    pub fn is_running(&self) -> bool {
        ["active", "activating"].contains(&self.get("ActiveState"))
    }

    pub fn is_stopping(&self) -> bool {
        self.get("ActiveState") == "deactivating"
    }

    /// Whether it starts at boot; `None`: nobody can switch that (`static`: it is started by others).
    pub fn is_enabled(&self) -> Option<bool> {
        match self.get("UnitFileState") {
            "enabled" => Some(true),
            "static" | "transient" => None,
            // The rest: `disabled`, `indirect`, `linked`, `alias`, `enabled-runtime` (until the next boot).
            _ => Some(false),
        }
    }

    /// The init script that systemd runs as this unit.
    pub fn script(&self) -> Option<&str> {
        let path = self.get("SourcePath").strip_prefix("/etc/")?;
        let path = path.strip_prefix("rc.d/").unwrap_or(path);
        path.strip_prefix("init.d/")
    }
}

/// Whether earlier steps of a dry run would have put a unit's file in place.
fn is_foreseen(probe: &Probe, name: &str) -> Result<bool, Failure> {
    let file = file_name(name);
    let template = file.split_once('@').map(|(base, rest)| {
        let kind = rest.rsplit('.').next().unwrap_or_default();
        format!("{base}@.{kind}")
    });
    for directory in UNIT_DIRECTORIES {
        for file in [Some(&file), template.as_ref()].into_iter().flatten() {
            let path: PathBuf = Path::new(directory).join(file);
            if probe.exists(&path)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A unit's name with its kind, which is service where none is given.
pub fn file_name(name: &str) -> String {
    const KINDS: [&str; 11] = [
        "service",
        "socket",
        "device",
        "mount",
        "automount",
        "swap",
        "target",
        "path",
        "timer",
        "slice",
        "scope",
    ];
    let kind = name.rsplit_once('.').map(|(_, kind)| kind);
    match kind.is_some_and(|kind| KINDS.contains(&kind)) {
        true => name.into(),
        false => format!("{name}.service"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "Type=forking\n\
        ExecStart={ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g a\n b; ; start_time=[n/a] }\n\
        Description=A=b\n\
        LoadState=loaded\nActiveState=activating\nUnitFileState=static\nSourcePath=/etc/init.d/nginx\n";

    #[test]
    fn reads_what_systemd_shows() {
        let unit = Unit::read(SHOWN);
        assert!(unit.get("ExecStart").ends_with(" b; ; start_time=[n/a] }"));
        assert_eq!(unit.get("Description"), "A=b");
        assert!(unit.is_there() && unit.is_running() && !unit.is_masked());
        assert_eq!(unit.is_enabled(), None);
        assert_eq!(unit.script(), Some("nginx"));
        assert!(!Unit::read("LoadState=not-found\n").is_there());
        let enabled = |state: &str| Unit::read(&format!("UnitFileState={state}")).is_enabled();
        assert_eq!(enabled("enabled"), Some(true));
        assert_eq!(enabled("disabled"), Some(false));
    }

    #[test]
    fn names_have_kinds() {
        assert_eq!(file_name("nginx"), "nginx.service");
        assert_eq!(file_name("a.timer"), "a.timer");
        assert_eq!(file_name("org.example"), "org.example.service");
    }
}
