use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that a host needs: its connection, and by the `ssh` program also the streams of its agents.
const EACH: u64 = 8;

/// Open files besides those of hosts.
const OWN: u64 = 100;

/// Raises the limit of open files to what so many hosts need, as far as this user may.
pub(super) fn allow_for(hosts: usize) {
    let hosts = u64::try_from(hosts).unwrap_or(u64::MAX);
    let wanted = EACH.saturating_mul(hosts).saturating_add(OWN);
    if let Some(limit) = raised(&getrlimit(Resource::Nofile), wanted) {
        // Where this fails, it is said by the host that finds no file left.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// The limit that lets so many files be open, or as many as may be; `None` where it does already.
fn raised(limit: &Rlimit, wanted: u64) -> Option<Rlimit> {
    let current = limit.current?;
    let possible = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    (possible > current).then_some(Rlimit {
        current: Some(possible),
        maximum: limit.maximum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_only_raised_and_never_past_what_is_allowed() {
        let limit = |current, maximum| Rlimit { current, maximum };
        let current = |limit: Option<Rlimit>| limit.and_then(|limit| limit.current);
        assert_eq!(
            current(raised(&limit(Some(1024), Some(4096)), 2000)),
            Some(2000)
        );
        assert_eq!(
            current(raised(&limit(Some(1024), Some(4096)), 9000)),
            Some(4096)
        );
        assert_eq!(current(raised(&limit(Some(1024), None), 9000)), Some(9000));
        assert!(raised(&limit(Some(1024), Some(4096)), 500).is_none());
        assert!(raised(&limit(None, None), 9000).is_none());
    }
}
