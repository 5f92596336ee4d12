use {
    super::{line, object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::path::Path,
};

/// What the firmware's product or vendor begins with, and what that means.
const MACHINES: [(&str, &str); 9] = [
    ("KVM", "kvm"),
    ("Bochs", "kvm"),
    ("QEMU", "kvm"),
    ("OpenStack", "openstack"),
    ("VMware", "VMware"),
    ("VirtualBox", "virtualbox"),
    ("Xen", "xen"),
    ("Amazon EC2", "kvm"),
    ("Google", "kvm"),
];

/// Whether the host is a container or a virtual machine, and of which kind.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let container = container(probe)?;
    let machine = machine(probe);
    let guest: Vec<&str> = match &container {
        Some(kind) => vec!["container", kind],
        None => machine.into_iter().collect(),
    };
    let kind = container.as_deref().or(machine);
    let role = if kind.is_some() { "guest" } else { "NA" };
    let host: Vec<&str> = match probe.exists(Path::new("/dev/kvm"))? {
        true => vec!["kvm"],
        false => Vec::new(),
    };
    Ok(object([
        ("virtualization_type", kind.unwrap_or("NA").into()),
        ("virtualization_role", role.into()),
        ("virtualization_tech_guest", guest.into()),
        ("virtualization_tech_host", host.into()),
    ]))
}

fn container(probe: &Probe) -> Result<Option<String>, Failure> {
    if probe.exists(Path::new("/.dockerenv"))? || text(probe, "/proc/1/cgroup").contains("/docker")
    {
        return Ok(Some("docker".into()));
    }
    if probe.exists(Path::new("/run/.containerenv"))? {
        return Ok(Some("podman".into()));
    }
    let said = line(probe, "/run/systemd/container");
    if !said.is_empty() {
        return Ok(Some(said));
    }
    let environment = text(probe, "/proc/1/environ");
    let mut variables = environment.split('\0');
    Ok(variables
        .find_map(|variable| variable.strip_prefix("container="))
        .map(Into::into))
}

fn machine(probe: &Probe) -> Option<&'static str> {
    let said = ["product_name", "sys_vendor", "bios_vendor"]
        .map(|name| line(probe, &format!("/sys/class/dmi/id/{name}")));
    let known = MACHINES
        .iter()
        .find(|(mark, _)| said.iter().any(|text| text.starts_with(mark)));
    let info = text(probe, "/proc/cpuinfo");
    let is_guest = info.lines().any(|line| {
        line.starts_with("flags") && line.ends_with(" hypervisor") || line.contains(" hypervisor ")
    });
    known.map(|(_, kind)| *kind).or(is_guest.then_some("kvm"))
}
