//! A run's bridge: its own subnet, a way out through this machine, and nothing of other runs.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::{
    address::{POOL, Subnet},
    error::SandboxError,
    forward,
    lock::Lock,
    tool::Tool,
};

/// Held while a subnet is chosen and taken. One for the whole machine, as routes are.
const LOCK: &str = "/run/farcast-sandbox.lock";

const IP_FORWARD: &str = "/proc/sys/net/ipv4/ip_forward";

/// Chooses a bridge name and a subnet that nobody on this machine uses, tells `remember` (which must put them on disk, so
/// that a run cut off from here on can be cleared), and makes the bridge.
pub(super) fn make(
    seed: u32,
    remember: &mut dyn FnMut(&str, Subnet) -> Result<(), SandboxError>,
) -> Result<(), SandboxError> {
    let _lock = Lock::take(Path::new(LOCK), &|| ())?;
    let subnet = free_subnet(seed)?;
    let bridge = free_name(seed)?;
    remember(&bridge, subnet)?;
    ip(&["link", "add", &bridge, "type", "bridge"])?;
    ip(&[
        "addr",
        "add",
        &format!("{}/{}", subnet.gateway(), subnet.bits()),
        "dev",
        &bridge,
    ])?;
    ip(&["link", "set", &bridge, "up"])?;
    open_way_out(&bridge, subnet)
}

/// Removes the bridge and its rules, as far as they are there.
pub(super) fn remove(bridge: &str) -> Result<(), SandboxError> {
    let _lock = Lock::take(Path::new(LOCK), &|| ())?;
    if table_exists(bridge)? {
        nft(&["delete", "table", "ip", bridge])?;
    }
    forward::forbid(bridge)?;
    if Path::new("/sys/class/net").join(bridge).exists() {
        ip(&["link", "delete", bridge])?;
    }
    Ok(())
}

/// Lets hosts reach what this machine reaches. The kernel's forwarding switch is left on: it is everybody's.
fn open_way_out(bridge: &str, subnet: Subnet) -> Result<(), SandboxError> {
    fs::write(IP_FORWARD, "1\n").map_err(SandboxError::file("write", IP_FORWARD))?;
    nft_script(format!(
        "table ip {bridge} {{\n chain out {{\n  type nat hook postrouting priority srcnat;\n  \
         ip saddr {subnet} oifname != \"{bridge}\" masquerade\n }}\n}}\n"
    ))?;
    forward::allow(bridge)
}

fn free_subnet(seed: u32) -> Result<Subnet, SandboxError> {
    let taken = taken_subnets()?;
    let free =
        Subnet::candidates(seed).find(|subnet| !taken.iter().any(|other| other.meets(*subnet)));
    free.ok_or(SandboxError::NoSubnet(POOL))
}

/// Networks that this machine routes to and addresses of its name servers, which hosts must reach from within.
fn taken_subnets() -> Result<Vec<Subnet>, SandboxError> {
    let routes = Tool::new("ip")
        .args(["-j", "-4", "route", "show", "table", "all"])
        .json()?;
    let destinations = routes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|route| route["dst"].as_str());
    let resolv_conf = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = resolv_conf
        .lines()
        .filter_map(|line| line.strip_prefix("nameserver"))
        .map(str::trim);
    Ok(destinations
        .chain(servers)
        .filter_map(|text| text.parse().ok())
        .collect())
}

/// A link name of at most 12 characters, so that the hosts' names, which begin with it, stay within the kernel's 15.
fn free_name(seed: u32) -> Result<String, SandboxError> {
    let links = Tool::new("ip").args(["-j", "link", "show"]).json()?;
    let taken: BTreeSet<&str> = links
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|l| l["ifname"].as_str())
        .collect();
    let names =
        (0..=u32::MAX).map(|step| format!("fc{:06x}", seed.wrapping_add(step) & 0x00ff_ffff));
    let mut free = names.filter(|name| !taken.contains(name.as_str()));
    free.next().ok_or(SandboxError::NoSubnet(POOL))
}

fn table_exists(name: &str) -> Result<bool, SandboxError> {
    let tables = Tool::new("nft")
        .args(["-j", "list", "tables", "ip"])
        .json()?;
    let objects = tables["nftables"].as_array().into_iter().flatten();
    Ok(objects
        .filter_map(|object| object["table"]["name"].as_str())
        .any(|found| found == name))
}

fn ip(args: &[&str]) -> Result<(), SandboxError> {
    Tool::new("ip").args(args).run().map(drop)
}

/// Calls `nft` with arguments.
pub(super) fn nft(args: &[&str]) -> Result<(), SandboxError> {
    Tool::new("nft").args(args).run().map(drop)
}

/// Gives `nft` a script.
fn nft_script(text: String) -> Result<(), SandboxError> {
    Tool::new("nft")
        .args(["-f", "-"])
        .input(text)
        .run()
        .map(drop)
}

/// The objects of one chain as `nft` lists them; `None` when there is no such chain.
pub(super) fn chain(table: &str, name: &str) -> Result<Option<Vec<Value>>, SandboxError> {
    let tool = Tool::new("nft").args(["-j", "-a", "list", "chain", "ip", table, name]);
    let output = tool.output()?;
    if !output.status.success() {
        return Ok(None);
    }
    let answer: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| SandboxError::Answer {
            command: tool.line(),
            detail: error.to_string(),
        })?;
    Ok(answer["nftables"].as_array().cloned())
}
