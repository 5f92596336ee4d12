use {
    super::ask,
    crate::act::{Failure, GitCall, GitQuestion, Probe},
    std::collections::BTreeMap,
};

/// What a remote repository has.
#[derive(Debug, Default)]
pub(super) struct Remote {
    /// Hashes by the full names of references.
    references: BTreeMap<String, String>,
    /// The branch that its HEAD is.
    head: Option<String>,
}

/// What a version is for a remote repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Branch,
    Tag,
    /// Perhaps a commit.
    Other,
}

impl Remote {
    /// Asks over the network. `all`: for all branches and tags.
    pub fn ask(
        probe: &Probe,
        call: &GitCall,
        url: &str,
        version: &str,
        all: bool,
    ) -> Result<Self, Failure> {
        let mut patterns = Vec::new();
        if !all {
            patterns.extend(["HEAD".to_owned(), "refs/heads/*".to_owned()]);
            if version != "HEAD" {
                let tag = format!("refs/tags/{version}");
                patterns.extend([format!("{tag}^{{}}"), tag]);
            }
        }
        let url = url.to_owned();
        let answer = ask(probe, call, GitQuestion::References { url, patterns })?;
        Ok(Self::read(&answer))
    }

    fn read(answer: &str) -> Self {
        let mut remote = Self::default();
        for (what, name) in answer.lines().filter_map(|line| line.split_once('\t')) {
            match what.strip_prefix("ref: ") {
                Some(branch) if name == "HEAD" => {
                    remote.head = branch.strip_prefix("refs/heads/").map(Into::into);
                }
                Some(_) => {}
                None => {
                    remote.references.insert(name.into(), what.into());
                }
            }
        }
        remote
    }

    /// The branch that its HEAD is.
    pub fn head(&self) -> Option<&str> {
        self.head.as_deref()
    }

    pub fn kind(&self, version: &str) -> Kind {
        match version {
            "HEAD" => Kind::Head,
            _ if self.branch(version).is_some() => Kind::Branch,
            _ if self.tag(version).is_some() => Kind::Tag,
            _ => Kind::Other,
        }
    }

    /// The commit that a version is, where the remote tells. `HEAD` is this branch, or the remote's own.
    pub fn commit(&self, version: &str, branch: Option<&str>) -> Option<String> {
        match (self.kind(version), branch) {
            (Kind::Head, Some(branch)) => self.branch(branch),
            (Kind::Head, None) => self.references.get("HEAD").cloned(),
            (Kind::Branch, _) => self.branch(version),
            (Kind::Tag, _) => self.tag(version),
            (Kind::Other, _) => is_hash(version).then(|| version.to_owned()),
        }
    }

    fn branch(&self, name: &str) -> Option<String> {
        self.references.get(&format!("refs/heads/{name}")).cloned()
    }

    /// Of an annotated tag it is the commit behind it that counts.
    fn tag(&self, name: &str) -> Option<String> {
        let tag = format!("refs/tags/{name}");
        let behind = self.references.get(&format!("{tag}^{{}}"));
        behind.or_else(|| self.references.get(&tag)).cloned()
    }

    /// Whether a repository with these references has all of its branches and tags.
    pub fn is_mirrored(&self, own: &BTreeMap<String, String>) -> bool {
        let mut mine = self.references.iter().filter(|(name, _)| {
            let kept = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
            kept && !name.ends_with("^{}")
        });
        mine.all(|(name, hash)| own.get(name) == Some(hash))
    }
}

/// A whole hash: there is nothing to ask about it.
fn is_hash(version: &str) -> bool {
    [40, 64].contains(&version.len()) && version.chars().all(|letter| letter.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_versions_are() {
        let remote = Remote::read(
            "ref: refs/heads/main\tHEAD\n\
             aa\tHEAD\naa\trefs/heads/main\nbb\trefs/heads/dev\ncc\trefs/tags/v1\ndd\trefs/tags/v1^{}\nee\trefs/tags/v2\n",
        );
        assert_eq!(remote.head(), Some("main"));
        assert_eq!(remote.kind("dev"), Kind::Branch);
        assert_eq!(remote.kind("v1"), Kind::Tag);
        assert_eq!(remote.commit("HEAD", None).as_deref(), Some("aa"));
        assert_eq!(remote.commit("HEAD", Some("dev")).as_deref(), Some("bb"));
        assert_eq!(remote.commit("v1", None).as_deref(), Some("dd"));
        assert_eq!(remote.commit("v2", None).as_deref(), Some("ee"));
        assert_eq!(remote.commit("v3", None), None);
        let hash = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(remote.kind(hash), Kind::Other);
        assert_eq!(remote.commit(hash, None).as_deref(), Some(hash));
        let own = remote.references.clone();
        assert!(remote.is_mirrored(&own) && !remote.is_mirrored(&BTreeMap::new()));
    }
}
