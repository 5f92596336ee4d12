use {
    crate::act::{Failure, Probe, Thing},
    std::path::Path,
};

/// A line of `/etc/shadow`. Numbers are days; `None`: not set.
#[derive(Clone, PartialEq, Eq)]
pub struct Shadow {
    pub hash: String,
    pub least: Option<i64>,
    pub most: Option<i64>,
    pub warn: Option<i64>,
    pub inactive: Option<i64>,
    /// Since 1970.
    pub expires: Option<i64>,
}

impl Shadow {
    /// The line of an account. `None` where there is none, or the account is only foreseen.
    pub fn of(probe: &Probe, name: &str) -> Result<Option<Self>, Failure> {
        if probe.overlay().account(name).is_some() {
            return Ok(None);
        }
        match probe.read(Path::new("/etc/shadow")) {
            Ok(bytes) => Ok(Self::find(&String::from_utf8_lossy(&bytes), name)),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn find(text: &str, name: &str) -> Option<Self> {
        let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = lines.find(|fields| fields[0] == name)?;
        let number = |at: usize| fields.get(at)?.parse().ok();
        Some(Self {
            hash: (*fields.get(1)?).into(),
            least: number(3),
            most: number(4),
            warn: number(5),
            inactive: number(6),
            expires: number(7),
        })
    }

    /// Whether the password cannot be used for the moment.
    pub fn is_locked(&self) -> bool {
        self.hash.starts_with('!')
    }

    /// The hash, whether locked or not.
    pub fn password(&self) -> &str {
        self.hash.trim_start_matches('!')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_line() {
        let text = "root:*:19000:0:99999:7:::\nada:!$6$x:1:2:3:4:5:6:\n";
        let ada = Shadow::find(text, "ada").unwrap();
        assert!(ada.is_locked() && ada.password() == "$6$x");
        assert_eq!((ada.least, ada.most, ada.warn), (Some(2), Some(3), Some(4)));
        assert_eq!((ada.inactive, ada.expires), (Some(5), Some(6)));
        let root = Shadow::find(text, "root").unwrap();
        assert_eq!((root.is_locked(), root.expires), (false, None));
        assert!(Shadow::find(text, "roo").is_none());
    }
}
