use {
    super::{Failure, Probe},
    crate::act::Thing,
    schemars::JsonSchema,
    serde::Deserialize,
    std::path::PathBuf,
};

/// A path on the host as a user gives it: `~`, `~ada` and `$VARIABLES` are expanded there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "path"))]
pub struct HostPath(String);

impl HostPath {
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// As given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it ends in `/`: what it names is a directory.
    pub fn names_directory(&self) -> bool {
        self.0.ends_with('/')
    }

    /// The path on the host, without a final `/`. Fails if `~NAME` is no account.
    pub fn on(&self, probe: &Probe) -> Result<PathBuf, Failure> {
        let path = variables(&home(&self.0, probe)?, probe);
        let path = match path.trim_end_matches('/') {
            "" if path.starts_with('/') => "/",
            path => path,
        };
        match path {
            "" => Err(Failure::refused("a path is empty")),
            path => Ok(path.into()),
        }
    }
}

/// Expands `$VARIABLES` and then `~`, `~ada` in a word that need be no path. An unknown account stays as it is written.
pub fn expand(word: &str, probe: &Probe) -> Result<String, Failure> {
    let word = variables(word, probe);
    match home(&word, probe) {
        Err(Failure::Missing { .. }) => Ok(word),
        expanded => expanded,
    }
}

fn home(path: &str, probe: &Probe) -> Result<String, Failure> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(path.into());
    };
    let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let home = match name {
        "" => own_home(probe)?,
        name => match probe.account(name)? {
            Some(account) => account.home,
            None => return Err(Failure::missing(Thing::Account, name)),
        },
    };
    Ok(home + below)
}

fn own_home(probe: &Probe) -> Result<String, Failure> {
    if let Some(home) = environment("HOME", probe).filter(|home| !home.is_empty()) {
        return Ok(home);
    }
    let uid = rustix::process::geteuid().as_raw();
    let mut accounts = probe.accounts()?.into_iter();
    Ok(accounts
        .find(|account| account.uid == uid)
        .map_or_else(|| "/".into(), |account| account.home))
}

fn environment(name: &str, probe: &Probe) -> Option<String> {
    let given = probe.step().environment.get(name).cloned();
    given.or_else(|| std::env::var(name).ok())
}

/// `$NAME` and `${NAME}`; unknown ones stay as they are.
fn variables(path: &str, probe: &Probe) -> String {
    let mut expanded = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, tail) = match after.strip_prefix('{').and_then(|a| a.split_once('}')) {
            Some(braced) => braced,
            None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
        };
        let written = &rest[before.len()..rest.len() - tail.len()];
        let value = environment(name, probe);
        expanded.push_str(value.as_deref().unwrap_or(written));
        rest = tail;
    }
    expanded + rest
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Step, Watch},
    };

    #[test]
    fn expands_homes_and_variables() {
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::default();
        step.environment.insert("HOME".into(), "/home/x".into());
        step.environment.insert("A_B".into(), "ab".into());
        probe.begin(step);
        let on = |path: &str| {
            HostPath::new(path)
                .on(&probe)
                .unwrap()
                .display()
                .to_string()
        };
        assert_eq!(on("~/a/"), "/home/x/a");
        assert_eq!(on("~root/a"), "/root/a");
        assert_eq!(on("/$A_B/${A_B}c/$NO_SUCH"), "/ab/abc/$NO_SUCH");
        assert_eq!(on("/"), "/");
        assert!(HostPath::new("~no-such-user/x").on(&probe).is_err());
    }
}
