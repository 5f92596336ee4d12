use {
    super::{line, object},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::path::Path,
};

/// What manages services.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let has = |path: &str| probe.exists(Path::new(path));
    let first = line(probe, "/proc/1/comm");
    let name = if first == "systemd" || has("/run/systemd/system")? {
        "systemd"
    } else if has("/run/openrc")? {
        "openrc"
    } else if first.starts_with("runit") {
        "runit"
    } else {
        match first.as_str() {
            "init" | "" => "sysvinit",
            other => other,
        }
    };
    Ok(object([("service_mgr", name.into())]))
}
