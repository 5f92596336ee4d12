use {
    crate::act::{Failure, Probe, Thing},
    std::{
        collections::{BTreeMap, BTreeSet},
        ops::RangeInclusive,
        path::Path,
    },
};

/// What the host gives new accounts: `/etc/login.defs` and `/etc/default/useradd`.
#[derive(Debug, Default)]
pub struct LoginDefaults {
    settings: BTreeMap<String, String>,
}

impl LoginDefaults {
    /// Reads them; a file that is not there sets nothing.
    pub fn read(probe: &Probe) -> Result<Self, Failure> {
        let mut settings = BTreeMap::new();
        for path in ["/etc/login.defs", "/etc/default/useradd"] {
            let bytes = match probe.read(Path::new(path)) {
                Err(Failure::Missing {
                    what: Thing::Path, ..
                }) => continue,
                read => read?,
            };
            settings.extend(entries(&String::from_utf8_lossy(&bytes)));
        }
        Ok(Self { settings })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, usual: u32) -> u32 {
        let number = self.get(name).and_then(|text| text.parse().ok());
        number.unwrap_or(usual)
    }

    fn octal(&self, name: &str) -> Option<u32> {
        u32::from_str_radix(self.get(name)?, 8).ok()
    }

    /// The permissions of a new home directory.
    pub fn home_mode(&self) -> u32 {
        let masked = self.octal("UMASK").map(|umask| 0o777 & !umask);
        self.octal("HOME_MODE").or(masked).unwrap_or(0o755)
    }

    /// Where a new home directory stands.
    pub fn home(&self, name: &str) -> String {
        format!("{}/{name}", self.get("HOME").unwrap_or("/home"))
    }

    /// The usual login shell.
    pub fn shell(&self) -> &str {
        self.get("SHELL").unwrap_or_default()
    }

    /// Whether a new user gets a group of the same name.
    pub fn makes_groups(&self) -> bool {
        self.get("USERGROUPS_ENAB").is_none_or(|word| word == "yes")
    }

    /// The group of users that get none of their own.
    pub fn common_group(&self) -> u32 {
        self.number("GROUP", 100)
    }

    /// The number that the next user (`UID`) or group (`GID`) would get.
    pub fn next(&self, kind: &str, system: bool, taken: &BTreeSet<u32>) -> u32 {
        let (least, most) = match system {
            true => ("SYS_", (100, 999)),
            false => ("", (1000, 60000)),
        };
        let range = self.number(&format!("{least}{kind}_MIN"), most.0)
            ..=self.number(&format!("{least}{kind}_MAX"), most.1);
        match system {
            true => below(&range, taken),
            false => above(&range, taken),
        }
    }
}

/// The number above the highest taken one, or else the first gap.
fn above(range: &RangeInclusive<u32>, taken: &BTreeSet<u32>) -> u32 {
    let next = taken.range(range.clone()).next_back().map(|last| last + 1);
    let mut gaps = next.into_iter().chain(range.clone());
    gaps.find(|number| range.contains(number) && !taken.contains(number))
        .unwrap_or(*range.end())
}

/// The number below the lowest taken one, or else the last gap.
fn below(range: &RangeInclusive<u32>, taken: &BTreeSet<u32>) -> u32 {
    let next = taken.range(range.clone()).next().map(|first| first - 1);
    let mut gaps = next.into_iter().chain(range.clone().rev());
    gaps.find(|number| range.contains(number) && !taken.contains(number))
        .unwrap_or(*range.start())
}

/// `NAME value` and `NAME=value` lines.
fn entries(text: &str) -> impl Iterator<Item = (String, String)> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(['=', ' ', '\t']))
        .map(|(name, value)| (name.into(), value.trim().trim_matches('"').into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults(text: &str) -> LoginDefaults {
        let settings = entries(text).collect();
        LoginDefaults { settings }
    }

    #[test]
    fn knows_homes_and_shells() {
        let defaults = defaults("# x\nUMASK\t\t022\nSHELL=/bin/bash\nHOME_MODE 0750\n");
        assert_eq!(defaults.home_mode(), 0o750);
        assert_eq!(defaults.shell(), "/bin/bash");
        assert_eq!(defaults.home("ada"), "/home/ada");
        assert_eq!(super::LoginDefaults::default().home_mode(), 0o755);
    }

    #[test]
    fn chooses_numbers_as_useradd() {
        let defaults = defaults("UID_MIN 1000\nUID_MAX 1003\nSYS_UID_MAX 999\n");
        let next = |system, taken: &[u32]| {
            let taken = taken.iter().copied().collect();
            defaults.next("UID", system, &taken)
        };
        assert_eq!(next(false, &[0, 65534]), 1000);
        assert_eq!(next(false, &[1000, 1002]), 1003);
        assert_eq!(next(false, &[1000, 1003]), 1001);
        assert_eq!(next(true, &[1, 999, 997]), 996);
        assert_eq!(next(true, &[1]), 999);
    }
}
