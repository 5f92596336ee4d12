use {
    super::{PACKAGE_ENVIRONMENT, explain, order::run},
    crate::{
        act::{Failure, Finished, Host, Probe},
        wire::Object,
    },
    std::{
        path::Path,
        time::{Duration, SystemTime},
    },
};

const LISTS: &str = "/var/lib/apt/lists";
const STAMP: &str = "/var/lib/apt/periodic/update-success-stamp";

/// apt's package lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lists {
    /// The time of the last refresh, in seconds since 1970; 0: never.
    pub time: i64,
    /// Whether apt knows no packages.
    pub empty: bool,
}

impl Lists {
    pub fn look(probe: &Probe) -> Result<Self, Failure> {
        let mut time = 0;
        for path in [STAMP, LISTS] {
            if let Some(inode) = probe.follow(Path::new(path))? {
                time = inode.modified.seconds;
                break;
            }
        }
        let names = match probe.list(Path::new(LISTS)) {
            Err(Failure::Missing { .. }) => Vec::new(),
            names => names?,
        };
        let empty = !names.iter().any(|name| {
            let name = name.to_string_lossy();
            name.contains("_Packages") || name.ends_with("Release")
        });
        Ok(Self { time, empty })
    }

    /// Whether the last refresh is at least so many seconds ago, or apt knows no packages at all.
    pub fn is_older(&self, seconds: u64) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default().as_secs();
        let time = self.time.try_into().unwrap_or(0);
        self.empty || now.saturating_sub(time) >= seconds
    }

    /// `cache_updated`, `cache_update_time`.
    pub fn values(&self, updated: bool) -> Object {
        let mut values = Object::new();
        values.insert("cache_updated".into(), updated.into());
        values.insert("cache_update_time".into(), self.time.into());
        values
    }
}

/// Refreshes the package lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub tries: u32,
    /// The most seconds between two tries.
    pub delay: u64,
    /// Seconds.
    pub lock_timeout: u64,
}

impl Refresh {
    pub fn perform(&self, host: &mut Host) -> Result<Finished, Failure> {
        let argv = ["apt-get", "--quiet", "update"].map(String::from);
        let mut tried = 1;
        loop {
            let finished = run(host, &argv, &PACKAGE_ENVIRONMENT, self.lock_timeout)?;
            // Some failures to fetch are only warned of: the old lists stay.
            let said = String::from_utf8_lossy(&finished.stderr).into_owned();
            let fetched =
                !said.contains("W: Failed to fetch") && !said.contains("W: Some index files");
            if finished.success() && fetched {
                return Ok(finished);
            }
            if tried >= self.tries {
                return Err(explain(host, &argv, &finished, self.lock_timeout));
            }
            host.pause(Duration::from_secs(self.delay.min(1 << tried.min(16))))?;
            tried += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_from_the_last_refresh() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let time = now.unwrap().as_secs().cast_signed() - 100;
        let lists = Lists { time, empty: false };
        assert!(lists.is_older(0) && lists.is_older(90) && !lists.is_older(200));
        let none = Lists { time, empty: true };
        assert!(none.is_older(200));
    }
}
