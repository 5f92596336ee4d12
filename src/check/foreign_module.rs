use crate::{control, module, playbook::Action};

/// Modules of ansible-core, those that are built in here among them.
const CORE: &[&str] = &[
    "apt_key",
    "assemble",
    "async_status",
    "deb822_repository",
    "debconf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "gather_facts",
    "git",
    "iptables",
    "mount_facts",
    "pip",
    "reboot",
    "rpm_key",
    "subversion",
    "sysvinit",
    "validate_argument_spec",
];

/// Modules of collections whose short names look like a slip of the pen.
const NAMESAKES: &[&str] = &[
    "api",
    "apk",
    "at",
    "ce_command",
    "ce_reboot",
    "copr",
    "cs_template",
    "device",
    "export",
    "facter_facts",
    "helm_repository",
    "mail",
    "mso_version",
    "pipx",
    "rax",
    "rhsm_repository",
    "statsd",
    "vertica_facts",
];

/// Whether a name that nobody has is a slip of the pen; with `open`, collections are named in which it may be.
pub(super) fn is_mistyped(action: &Action, open: bool) -> bool {
    let name = action.name.as_str().unwrap_or_default();
    let short = action.short_name();
    let builtin = short != name;
    let elsewhere = open && !builtin
        || CORE.contains(&short)
        || NAMESAKES.contains(&short) && !builtin
        || short.contains('.');
    !elsewhere && (builtin || near(action).is_some())
}

/// The module or control step whose name is nearest.
pub(super) fn near(action: &Action) -> Option<&'static str> {
    let name = action.name.as_str().unwrap_or_default();
    let short = name.rsplit('.').next().unwrap_or(name);
    let steps = control::all().iter().map(|entry| entry.name);
    let others = steps.chain(CORE.iter().copied());
    module::registry::nearest(name).or_else(|| module::argument::nearest(short, others))
}
