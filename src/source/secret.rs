use {
    std::fmt::{self, Debug, Display, Formatter},
    zeroize::Zeroizing,
};

/// What stands for a secret wherever one would be shown.
pub const MASK: &str = "********";

/// A text that nobody may see: shown as `********`, and wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<Zeroizing<String>>) -> Self {
        Self(text.into())
    }

    /// The text itself: the only way to it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Display for Secret {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.pad(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_of_itself() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret} {secret:?}"), "******** ********");
        assert_eq!(secret.reveal(), "hunter2");
    }
}
