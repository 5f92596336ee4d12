use {
    super::{line, object, os::fields, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
    std::path::Path,
};

/// SELinux and AppArmor.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let apparmor = line(probe, "/sys/module/apparmor/parameters/enabled");
    let apparmor = if apparmor == "Y" {
        "enabled"
    } else {
        "disabled"
    };
    Ok(object([
        ("selinux", Value::Object(selinux(probe)?)),
        (
            "apparmor",
            Value::Object(object([("status", apparmor.into())])),
        ),
    ]))
}

fn selinux(probe: &Probe) -> Result<Object, Failure> {
    if !probe.exists(Path::new("/sys/fs/selinux/enforce"))? {
        return Ok(object([("status", "disabled".into())]));
    }
    let config = fields(&text(probe, "/etc/selinux/config"));
    let configured = |name: &str| config.get(name).map_or("unknown", String::as_str);
    let mode = match line(probe, "/sys/fs/selinux/enforce").as_str() {
        "1" => "enforcing",
        _ => "permissive",
    };
    let version = line(probe, "/sys/fs/selinux/policyvers");
    Ok(object([
        ("status", "enabled".into()),
        ("mode", mode.into()),
        ("config_mode", configured("SELINUX").into()),
        ("type", configured("SELINUXTYPE").into()),
        ("policyvers", version.parse::<u32>().ok().into()),
    ]))
}
