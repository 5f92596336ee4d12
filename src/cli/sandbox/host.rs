use crate::sandbox::{HostSpec, Image, SandboxError};

/// The hosts that words like `debian-12` and `web1=centos-9` mean. One without a name gets its image's, with a number from
/// the second on.
///
/// # Errors
/// An image that there is not.
pub(in crate::cli) fn specs(words: &[String]) -> Result<Vec<HostSpec>, SandboxError> {
    let mut hosts: Vec<HostSpec> = Vec::new();
    for word in words {
        let (name, image) = match word.split_once('=') {
            Some((name, image)) => (Some(name), image),
            None => (None, word.as_str()),
        };
        let image: Image = image.parse()?;
        let unnamed = hosts.iter().filter(|host| is_unnamed(host, image)).count();
        let name = match (name, unnamed) {
            (Some(name), _) => name.to_owned(),
            (None, 0) => image.name().to_owned(),
            (None, others) => format!("{image}-{}", others + 1),
        };
        hosts.push(HostSpec { name, image });
    }
    Ok(hosts)
}

fn is_unnamed(host: &HostSpec, image: Image) -> bool {
    host.image == image && host.name.starts_with(image.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_names_are_numbered() {
        let words = ["debian-12", "web=debian-12", "debian-12", "centos-9"].map(str::to_owned);
        let hosts = specs(&words).unwrap();
        let names: Vec<_> = hosts.iter().map(|host| host.name.as_str()).collect();
        assert_eq!(names, ["debian-12", "web", "debian-12-2", "centos-9"]);
        assert_eq!(hosts[1].image, Image::Debian12);
        assert!(specs(&["arch".to_owned()]).is_err());
    }
}
