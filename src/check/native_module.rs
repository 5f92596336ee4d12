use {
    super::{Code, Finding, Severity, survey::Survey},
    crate::{module, source::Fault},
};

/// Programs that do what a module does, their first arguments where these matter, and the module.
const PROGRAMS: &[(&str, &[&str], &str)] = &[
    (
        "apt",
        &["install", "remove", "purge", "update", "upgrade"],
        "apt",
    ),
    (
        "apt-get",
        &[
            "install",
            "remove",
            "purge",
            "update",
            "upgrade",
            "dist-upgrade",
        ],
        "apt",
    ),
    ("chgrp", &[], "file"),
    ("chmod", &[], "file"),
    ("chown", &[], "file"),
    ("crontab", &[], "cron"),
    ("curl", &[], "get_url"),
    ("dnf", &["install", "remove", "update", "upgrade"], "dnf"),
    ("groupadd", &[], "group"),
    ("groupdel", &[], "group"),
    ("hostnamectl", &["set-hostname", "hostname"], "hostname"),
    ("ln", &[], "file"),
    ("mkdir", &[], "file"),
    ("rm", &[], "file"),
    ("service", &[], "service"),
    (
        "supervisorctl",
        &["start", "stop", "restart", "update"],
        "supervisorctl",
    ),
    ("sysctl", &["-w"], "sysctl"),
    (
        "systemctl",
        &[
            "start",
            "stop",
            "restart",
            "reload",
            "enable",
            "disable",
            "mask",
            "unmask",
            "daemon-reload",
        ],
        "systemd",
    ),
    ("touch", &[], "file"),
    ("unzip", &[], "unarchive"),
    ("useradd", &[], "user"),
    ("userdel", &[], "user"),
    ("usermod", &[], "user"),
    ("wget", &[], "get_url"),
    ("yum", &["install", "remove", "update", "upgrade"], "dnf"),
];

/// Characters by which a line is more than one command.
const SHELL: &[char] = &['|', '&', ';', '<', '>', '`', '$', '*', '?', '\n'];

/// Commands for which there is a module: it says what would change, and changes nothing where nothing is to be done.
pub(super) fn native_module(survey: &Survey, findings: &mut Vec<Finding>) {
    for (_, site) in survey.sites() {
        let action = &site.step.task.action;
        if !matches!(action.short_name(), "command" | "shell") {
            continue;
        }
        let node = action.free.as_ref().or_else(|| action.arg("cmd"));
        let Some((node, line)) = node.and_then(|node| Some((node, node.as_str()?))) else {
            continue;
        };
        if let Some((program, name)) =
            module_for(line).filter(|(_, name)| module::find(name).is_some())
        {
            let fault = Fault::new(format!("the module `{name}` does what `{program}` does here"))
                .at(&node.place)
                .help(format!(
                    "a dry run cannot tell what a command would change; `farcast doc {name}` says how to write it"
                ));
            findings.push(Finding::new(Code::NativeModule, Severity::Warning, fault));
        }
    }
}

/// The program that a command line runs, and the module that does the same.
fn module_for(line: &str) -> Option<(&str, &'static str)> {
    let line = line.trim();
    if outside_templates(line).contains(SHELL) {
        return None;
    }
    let mut words = line.split_whitespace();
    let program = words.next()?;
    let name = program.rsplit('/').next()?;
    let (_, first, module) = PROGRAMS.iter().find(|(known, _, _)| *known == name)?;
    let mut rest = words.clone();
    let asked = match first.first().is_some_and(|word| word.starts_with('-')) {
        true => rest.next(),
        false => rest.find(|word| !word.starts_with('-')),
    };
    let fits = first.is_empty() || asked.is_some_and(|word| first.contains(&word));
    fits.then_some((name, module))
}

/// A line without what its templates hold.
fn outside_templates(line: &str) -> String {
    let parts = line.split("{{").enumerate();
    let outside = parts.filter_map(|(index, part)| match index {
        0 => Some(part),
        _ => part.split_once("}}").map(|(_, rest)| rest),
    });
    outside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_commands_by_their_program_and_first_argument() {
        let module = |line| module_for(line).map(|(_, module)| module);
        assert_eq!(
            module("/usr/bin/systemctl --no-block restart nginx"),
            Some("systemd")
        );
        assert_eq!(module("systemctl is-active nginx"), None);
        assert_eq!(
            module("apt-get -y install {{ a | join(' ') }}"),
            Some("apt")
        );
        assert_eq!(module("curl http://x | sh"), None);
        assert_eq!(module("sysctl -w a=b"), Some("sysctl"));
        assert_eq!(module("{{ program }} x"), None);
    }

    #[test]
    fn every_module_of_the_table_is_there() {
        for (program, _, name) in PROGRAMS {
            assert!(module::find(name).is_some(), "{program}: {name}");
        }
    }
}
