use {super::text::DIGITS, std::fmt};

/// Where images come from that name no registry.
pub const HUB: &str = "docker.io";

/// An image as a user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `sha256:…`
    Id(String),
    /// A repository with a tag or a digest.
    Name { repository: String, tag: String },
}

impl Reference {
    /// Reads a name. A tag or digest in it wins over the other one.
    pub fn read(name: &str, tag: &str) -> Self {
        if is_id(name) {
            return Self::Id(name.into());
        }
        let (repository, own) = split(name);
        Self::Name {
            repository: repository.into(),
            tag: own.unwrap_or(tag).into(),
        }
    }

    /// Whether an engine means this image by a name: Podman writes out where it comes from.
    pub fn is(&self, name: &str) -> bool {
        let own = self.to_string();
        let before = ["localhost/", "docker.io/library/", "docker.io/"];
        let mut forms = before.iter().filter_map(|part| name.strip_prefix(part));
        name.eq_ignore_ascii_case(&own) || forms.any(|form| form == own)
    }

    /// The registry that has it: `docker.io`, unless the name says another.
    pub fn registry(&self) -> &str {
        match self {
            Self::Id(_) => HUB,
            Self::Name { repository, .. } => match repository.split_once('/') {
                Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
                _ => HUB,
            },
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Name { repository, tag } if tag.is_empty() => f.write_str(repository),
            Self::Name { repository, tag } if tag.contains(':') => write!(f, "{repository}@{tag}"),
            Self::Name { repository, tag } => write!(f, "{repository}:{tag}"),
        }
    }
}

/// A repository, and the tag or digest behind it.
pub fn split(name: &str) -> (&str, Option<&str>) {
    if let Some((repository, digest)) = name.rsplit_once('@') {
        return (repository, Some(digest));
    }
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    }
}

/// Whether two numbers of images are the same: engines write them with `sha256:` or without.
pub fn same_id(one: &str, other: &str) -> bool {
    let digits = |id: &str| id.trim_start_matches("sha256:").to_owned();
    !one.is_empty() && digits(one) == digits(other)
}

/// Whether a name is the number of an image.
pub fn is_id(name: &str) -> bool {
    name.strip_prefix("sha256:")
        .is_some_and(|digits| digits.len() == 64 && digits.chars().all(|c| DIGITS.contains(c)))
}

/// Whether a tag may be one.
pub fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(word)
        && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_docker_does() {
        for (name, whole, registry) in [
            ("app", "app:1", HUB),
            ("app:2", "app:2", HUB),
            ("ada/app", "ada/app:1", HUB),
            (
                "localhost:5000/app",
                "localhost:5000/app:1",
                "localhost:5000",
            ),
            ("reg.example/app:2", "reg.example/app:2", "reg.example"),
            ("app@sha256:ab", "app@sha256:ab", HUB),
        ] {
            let reference = Reference::read(name, "1");
            assert_eq!(reference.to_string(), whole);
            assert_eq!(reference.registry(), registry, "{name}");
        }
        let id = format!("sha256:{}", "a1".repeat(32));
        assert_eq!(Reference::read(&id, "1"), Reference::Id(id.clone()));
    }

    #[test]
    fn names_of_images_may_be_written_out() {
        let reference = Reference::read("app", "latest");
        assert!(reference.is("app:latest") && reference.is("localhost/app:latest"));
        assert!(!reference.is("app:1") && !reference.is("other/app:latest"));
        assert!(same_id("sha256:ab", "ab") && !same_id("", ""));
    }

    #[test]
    fn knows_tags() {
        assert!(is_tag("1.2-rc_3") && is_tag("_x"));
        assert!(!is_tag("") && !is_tag("-x") && !is_tag("a/b"));
    }
}
