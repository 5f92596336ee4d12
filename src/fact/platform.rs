use {
    super::{line, object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
    std::path::Path,
};

/// Kernel, names of the host, and what the firmware says.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let system = rustix::system::uname();
    let string = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let (machine, nodename) = (string(system.machine()), string(system.nodename()));
    let fqdn = full_name(&text(probe, "/etc/hosts"), &nodename);
    let domain = fqdn.split_once('.').map_or("", |(_, domain)| domain);
    let hostname = nodename.split('.').next().unwrap_or_default();
    let bits = if machine.contains("64") { "64" } else { "32" };
    let mut facts = object([
        ("system", string(system.sysname()).into()),
        ("kernel", string(system.release()).into()),
        ("kernel_version", string(system.version()).into()),
        ("machine", machine.as_str().into()),
        ("architecture", machine.as_str().into()),
        ("userspace_architecture", machine.as_str().into()),
        ("userspace_bits", bits.into()),
        ("hostname", hostname.into()),
        ("nodename", nodename.as_str().into()),
        ("domain", domain.into()),
        ("fqdn", fqdn.as_str().into()),
        ("machine_id", line(probe, "/etc/machine-id").into()),
        (
            "cmdline",
            Value::Object(words(&text(probe, "/proc/cmdline"))),
        ),
        (
            "proc_cmdline",
            Value::Object(words(&text(probe, "/proc/cmdline"))),
        ),
        (
            "dns",
            Value::Object(resolver(&text(probe, "/etc/resolv.conf"))),
        ),
        ("is_chroot", is_chroot().into()),
        (
            "fips",
            (line(probe, "/proc/sys/crypto/fips_enabled") == "1").into(),
        ),
    ]);
    let uptime = line(probe, "/proc/uptime");
    let uptime = uptime
        .split('.')
        .next()
        .and_then(|whole| whole.parse::<u64>().ok());
    facts.insert("uptime_seconds".into(), uptime.into());
    facts.insert("loadavg".into(), load(&line(probe, "/proc/loadavg")));
    facts.extend(firmware(probe));
    Ok(facts)
}

/// The full name of a machine: the first name with a dot in its line of the text of `/etc/hosts`.
pub fn full_name(hosts: &str, nodename: &str) -> String {
    if nodename.contains('.') {
        return nodename.into();
    }
    for line in hosts.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut names = line.split_whitespace().skip(1);
        if names.clone().any(|name| name == nodename) {
            let full = names.clone().find(|name| name.contains('.'));
            return full.or_else(|| names.next()).unwrap_or(nodename).into();
        }
    }
    nodename.into()
}

/// Words such as `quiet` and `root=/dev/vda`.
fn words(line: &str) -> Object {
    let words = line
        .split_whitespace()
        .map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Value::from(value)),
            None => (word.to_owned(), Value::from(true)),
        });
    words.collect()
}

fn resolver(text: &str) -> Object {
    let mut dns = Object::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let keyword = words.next();
        let words: Vec<&str> = words.collect();
        match keyword {
            Some("nameserver") => {
                let servers = dns
                    .entry("nameservers")
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let (Value::Array(servers), Some(server)) = (servers, words.first()) {
                    servers.push((*server).into());
                }
            }
            Some(keyword @ ("search" | "sortlist")) => {
                dns.insert(keyword.into(), words.into());
            }
            Some("domain") => {
                dns.insert("domain".into(), words.first().copied().into());
            }
            _ => {}
        }
    }
    dns
}

fn load(line: &str) -> Value {
    let mut numbers = line.split_whitespace().map(|word| word.parse::<f64>().ok());
    let mut next = || Value::from(numbers.next().flatten());
    Value::Object(object([("1m", next()), ("5m", next()), ("15m", next())]))
}

/// A process in a chroot sees another root than the first process does.
fn is_chroot() -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &str| {
        let metadata = std::fs::metadata(Path::new(path)).ok()?;
        Some((metadata.dev(), metadata.ino()))
    };
    match (identity("/"), identity("/proc/1/root/.")) {
        (Some(own), Some(first)) => own != first,
        _ => false,
    }
}

fn firmware(probe: &Probe) -> Object {
    let names = [
        ("bios_date", "bios_date"),
        ("bios_vendor", "bios_vendor"),
        ("bios_version", "bios_version"),
        ("board_asset_tag", "board_asset_tag"),
        ("board_name", "board_name"),
        ("board_serial", "board_serial"),
        ("board_vendor", "board_vendor"),
        ("board_version", "board_version"),
        ("chassis_asset_tag", "chassis_asset_tag"),
        ("chassis_serial", "chassis_serial"),
        ("chassis_vendor", "chassis_vendor"),
        ("chassis_version", "chassis_version"),
        ("product_name", "product_name"),
        ("product_serial", "product_serial"),
        ("product_uuid", "product_uuid"),
        ("product_version", "product_version"),
        ("system_vendor", "sys_vendor"),
    ];
    let known = names.into_iter().map(|(name, file)| {
        let text = line(probe, &format!("/sys/class/dmi/id/{file}"));
        let text = if text.is_empty() { "NA".into() } else { text };
        (name.to_owned(), Value::from(text))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifies_the_name_by_the_hosts_file() {
        let hosts = "127.0.0.1 localhost\n10.0.0.1 web web.example.org # web\n";
        assert_eq!(full_name(hosts, "web"), "web.example.org");
        assert_eq!(full_name(hosts, "db"), "db");
        assert_eq!(full_name("127.0.0.1 localhost vm\n", "vm"), "localhost");
    }

    #[test]
    fn reads_the_resolver() {
        let dns = resolver("# x\nnameserver 1.1.1.1\nnameserver 2.2.2.2\nsearch a b\n");
        assert_eq!(
            Value::Object(dns),
            serde_json::json!({"nameservers": ["1.1.1.1", "2.2.2.2"], "search": ["a", "b"]})
        );
    }
}
