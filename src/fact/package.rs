use {
    super::object,
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::path::Path,
};

/// Package managers as Ansible names them, by what shows that they are there; the first one counts.
const MANAGERS: [(&str, &str); 9] = [
    ("/usr/bin/dnf5", "dnf5"),
    ("/usr/bin/dnf-3", "dnf"),
    ("/usr/bin/dnf", "dnf"),
    ("/usr/bin/yum", "yum"),
    ("/usr/bin/zypper", "zypper"),
    ("/sbin/apk", "apk"),
    ("/usr/bin/pacman", "pacman"),
    ("/usr/bin/emerge", "portage"),
    ("/usr/bin/xbps-install", "xbps"),
];

/// The package manager. A host of the Debian family has apt, whatever else is installed there.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let family = super::os::read(probe)?;
    let has = |path: &str| probe.exists(Path::new(path));
    if family["os_family"] == "Debian" && has("/usr/bin/apt-get")? {
        return Ok(object([("pkg_mgr", "apt".into())]));
    }
    for (path, name) in MANAGERS {
        if has(path)? {
            return Ok(object([("pkg_mgr", name.into())]));
        }
    }
    let name = if has("/usr/bin/apt-get")? {
        "apt"
    } else {
        "unknown"
    };
    Ok(object([("pkg_mgr", name.into())]))
}
