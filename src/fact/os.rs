use {
    super::{line, object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::collections::BTreeMap,
};

/// The `ID` of os-release, what Ansible calls it, and its family.
const KNOWN: [(&str, &str, &str); 25] = [
    ("debian", "Debian", "Debian"),
    ("ubuntu", "Ubuntu", "Debian"),
    ("raspbian", "Debian", "Debian"),
    ("linuxmint", "Linux Mint", "Debian"),
    ("kali", "Kali", "Debian"),
    ("devuan", "Devuan", "Debian"),
    ("pop", "Pop!_OS", "Debian"),
    ("centos", "CentOS", "RedHat"),
    ("rhel", "RedHat", "RedHat"),
    ("fedora", "Fedora", "RedHat"),
    ("rocky", "Rocky", "RedHat"),
    ("almalinux", "AlmaLinux", "RedHat"),
    ("ol", "OracleLinux", "RedHat"),
    ("amzn", "Amazon", "RedHat"),
    ("scientific", "Scientific", "RedHat"),
    ("cloudlinux", "CloudLinux", "RedHat"),
    ("openeuler", "openEuler", "RedHat"),
    ("opensuse-leap", "openSUSE Leap", "Suse"),
    ("opensuse-tumbleweed", "openSUSE Tumbleweed", "Suse"),
    ("sles", "SLES", "Suse"),
    ("sled", "SLED", "Suse"),
    ("alpine", "Alpine", "Alpine"),
    ("arch", "Archlinux", "Archlinux"),
    ("manjaro", "Manjaro", "Archlinux"),
    ("gentoo", "Gentoo", "Gentoo"),
];

/// The distribution.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let release = fields(&text(probe, "/etc/os-release"));
    let centos = line(probe, "/etc/centos-release");
    let debian = line(probe, "/etc/debian_version");
    Ok(facts(&release, &centos, &debian))
}

/// Takes os-release, and the lines of `/etc/centos-release` and `/etc/debian_version` (empty where there is none).
fn facts(release: &BTreeMap<String, String>, centos: &str, debian: &str) -> Object {
    let field = |name: &str| release.get(name).map_or("", String::as_str);
    let id = field("ID");
    let likes = field("ID_LIKE").split_whitespace();
    let known = KNOWN.iter().find(|(known, ..)| *known == id);
    let like = likes
        .filter_map(|like| KNOWN.iter().find(|(known, ..)| *known == like))
        .next();
    let name = known.map_or(field("NAME"), |(_, name, _)| name);
    let family = known.or(like).map_or(name, |(.., family)| family);
    let version = match id {
        "debian" if debian.starts_with(|c: char| c.is_ascii_digit()) => debian,
        "centos" => numbered(centos).unwrap_or(field("VERSION_ID")),
        _ => field("VERSION_ID"),
    };
    let version = match id {
        "centos" => version.split('.').take(2).collect::<Vec<_>>().join("."),
        _ => version.into(),
    };
    let (major, minor) = version.split_once('.').unwrap_or((&version, ""));
    let codename = match id {
        "centos" if field("NAME").contains("Stream") => "Stream",
        _ if !field("VERSION_CODENAME").is_empty() => field("VERSION_CODENAME"),
        _ => parenthesized(field("VERSION")).unwrap_or("NA"),
    };
    let variety = if family == "RedHat" { "RedHat" } else { name };
    let mut facts = object([
        ("distribution", name.into()),
        ("distribution_version", version.as_str().into()),
        (
            "distribution_major_version",
            if major.is_empty() { "NA" } else { major }.into(),
        ),
        ("distribution_release", codename.into()),
        ("distribution_file_path", "/etc/os-release".into()),
        ("distribution_file_variety", variety.into()),
        ("distribution_file_parsed", true.into()),
        ("os_family", family.into()),
    ]);
    if !minor.is_empty() {
        facts.insert("distribution_minor_version".into(), minor.into());
    }
    facts
}

/// `NAME="value"` lines.
pub(super) fn fields(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = shlex::split(value)?.into_iter().next().unwrap_or_default();
        Some((name.trim().to_owned(), value))
    });
    fields.collect()
}

/// The version in `CentOS Linux release 7.9.2009 (Core)`.
fn numbered(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    words.find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// `Plow` of `9.4 (Plow)`.
fn parenthesized(version: &str) -> Option<&str> {
    let (_, name) = version.split_once('(')?;
    name.split_once(')').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(release: &str, centos: &str, debian: &str) -> String {
        let facts = facts(&fields(release), centos, debian);
        let names = [
            "distribution",
            "distribution_version",
            "distribution_major_version",
            "distribution_release",
            "os_family",
        ];
        names
            .map(|name| facts[name].as_str().unwrap().to_owned())
            .join(" ")
    }

    #[test]
    fn names_distributions_as_ansible_does() {
        let debian = "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(
            summary(debian, "", "12.11"),
            "Debian 12.11 12 bookworm Debian"
        );
        assert_eq!(
            summary(debian, "", "trixie/sid"),
            "Debian 12 12 bookworm Debian"
        );
        let stream = "NAME=\"CentOS Stream\"\nVERSION=\"9\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\n";
        assert_eq!(
            summary(stream, "CentOS Stream release 9", ""),
            "CentOS 9 9 Stream RedHat"
        );
        let seven =
            "NAME=\"CentOS Linux\"\nVERSION=\"7 (Core)\"\nID=\"centos\"\nVERSION_ID=\"7\"\n";
        assert_eq!(
            summary(seven, "CentOS Linux release 7.9.2009 (Core)", ""),
            "CentOS 7.9 7 Core RedHat"
        );
        let rhel = "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.4 (Plow)\"\nID=\"rhel\"\nVERSION_ID=\"9.4\"\n";
        assert_eq!(summary(rhel, "", ""), "RedHat 9.4 9 Plow RedHat");
        let other = "NAME=Other\nID=other\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=3\n";
        assert_eq!(summary(other, "", ""), "Other 3 3 NA Debian");
    }
}
