use {
    super::{
        line,
        netlink::{self, Address},
        object, text,
    },
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
    std::{
        net::{IpAddr, Ipv4Addr, Ipv6Addr},
        path::Path,
    },
};

const DIRECTORY: &str = "/sys/class/net";

/// Interfaces, their addresses, and the way out.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    // A kernel that refuses the question leaves the addresses unknown, not the host.
    let addresses = netlink::addresses().unwrap_or_default();
    let names = probe.list(Path::new(DIRECTORY)).unwrap_or_default();
    let names: Vec<String> = names
        .into_iter()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name != "bonding_masters")
        .collect();
    let mut facts = Object::new();
    let (mut all4, mut all6) = (Vec::new(), Vec::new());
    for name in &names {
        let number = attribute(probe, name, "ifindex")
            .parse::<u32>()
            .unwrap_or_default();
        let own: Vec<&Address> = addresses.iter().filter(|a| a.interface == number).collect();
        for known in own.iter().filter(|known| !known.address.is_loopback()) {
            match known.address {
                IpAddr::V4(_) => all4.push(Value::from(known.address.to_string())),
                IpAddr::V6(_) => all6.push(Value::from(known.address.to_string())),
            }
        }
        facts.insert(variable(name), Value::Object(interface(probe, name, &own)));
    }
    facts.extend(object([
        ("interfaces", names.clone().into()),
        ("all_ipv4_addresses", all4.into()),
        ("all_ipv6_addresses", all6.into()),
    ]));
    let four = default4(&text(probe, "/proc/net/route"));
    let six = default6(&text(probe, "/proc/net/ipv6_route"));
    facts.insert("default_ipv4".into(), way_out(&facts, four, "ipv4"));
    facts.insert("default_ipv6".into(), way_out(&facts, six, "ipv6"));
    Ok(facts)
}

/// Variables have no dashes, dots and colons in their names.
fn variable(interface: &str) -> String {
    interface.replace(['-', '.', ':'], "_")
}

fn attribute(probe: &Probe, interface: &str, name: &str) -> String {
    line(probe, &format!("{DIRECTORY}/{interface}/{name}"))
}

fn interface(probe: &Probe, name: &str, addresses: &[&Address]) -> Object {
    let read = |attribute_name: &str| attribute(probe, name, attribute_name);
    let flags = read("flags");
    let flags = u32::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or_default();
    let mut facts = object([
        ("device", name.into()),
        (
            "active",
            (read("operstate") != "down" && flags & 1 != 0).into(),
        ),
        ("promisc", (flags & 0x100 != 0).into()),
        ("type", kind(probe, name, &read("type")).into()),
    ]);
    facts.extend(
        read("mtu")
            .parse::<u32>()
            .ok()
            .map(|mtu| ("mtu".to_owned(), mtu.into())),
    );
    let mac = read("address");
    if !mac.is_empty() && mac != "00:00:00:00:00:00" {
        facts.insert("macaddress".into(), mac.into());
    }
    facts.extend(
        read("speed")
            .parse::<i64>()
            .ok()
            .map(|speed| ("speed".to_owned(), speed.into())),
    );
    let mut fours = addresses.iter().filter_map(|address| four(address));
    if let Some(first) = fours.next() {
        facts.insert("ipv4".into(), Value::Object(first));
    }
    let further: Vec<Value> = fours.map(Value::Object).collect();
    if !further.is_empty() {
        facts.insert("ipv4_secondaries".into(), further.into());
    }
    let sixes: Vec<Value> = addresses
        .iter()
        .filter_map(|address| six(address))
        .collect();
    if !sixes.is_empty() {
        facts.insert("ipv6".into(), sixes.into());
    }
    facts
}

fn kind(probe: &Probe, name: &str, number: &str) -> &'static str {
    let has = |part: &str| {
        let path = format!("{DIRECTORY}/{name}/{part}");
        probe.exists(Path::new(&path)).unwrap_or(false)
    };
    match number {
        _ if has("bridge") => "bridge",
        _ if has("bonding") => "bonding",
        "1" => "ether",
        "32" => "infiniband",
        "512" => "ppp",
        "772" => "loopback",
        "65534" => "tunnel",
        _ => "unknown",
    }
}

fn four(known: &Address) -> Option<Object> {
    let IpAddr::V4(address) = known.address else {
        return None;
    };
    let mask = u32::MAX
        .checked_shl(32 - u32::from(known.prefix))
        .unwrap_or(0);
    let network = Ipv4Addr::from(u32::from(address) & mask);
    let broadcast = known
        .broadcast
        .map_or(String::new(), |address| address.to_string());
    Some(object([
        ("address", address.to_string().into()),
        ("broadcast", broadcast.into()),
        ("netmask", Ipv4Addr::from(mask).to_string().into()),
        ("network", network.to_string().into()),
        ("prefix", known.prefix.to_string().into()),
    ]))
}

fn six(known: &Address) -> Option<Value> {
    known.address.is_ipv6().then(|| {
        Value::Object(object([
            ("address", known.address.to_string().into()),
            ("prefix", known.prefix.to_string().into()),
            ("scope", known.scope.into()),
        ]))
    })
}

/// A default route: interface and gateway.
type Route = (String, String);

/// From `/proc/net/route`: the one with the lowest metric.
fn default4(table: &str) -> Option<Route> {
    let lines = table.lines().skip(1);
    let routes = lines.filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, "00000000", gateway, _, _, _, metric, "00000000", ..] = words[..] else {
            return None;
        };
        // In the byte order of the host, as the kernel holds it.
        let gateway = u32::from_str_radix(gateway, 16).ok()?;
        let gateway = Ipv4Addr::from(gateway.to_ne_bytes());
        Some((
            metric.parse::<u32>().ok()?,
            (name.to_owned(), gateway.to_string()),
        ))
    });
    let best = routes.min_by_key(|(metric, _)| *metric)?;
    Some(best.1)
}

/// From `/proc/net/ipv6_route`.
fn default6(table: &str) -> Option<Route> {
    let routes = table.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [target, "00", _, _, gateway, metric, .., name] = words[..] else {
            return None;
        };
        let gateway = u128::from_str_radix(gateway, 16).ok()?;
        let is_default = target.bytes().all(|digit| digit == b'0') && gateway != 0;
        let metric = u32::from_str_radix(metric, 16).ok()?;
        let route = (name.to_owned(), Ipv6Addr::from(gateway).to_string());
        is_default.then_some((metric, route))
    });
    let best = routes.min_by_key(|(metric, _)| *metric)?;
    Some(best.1)
}

/// The facts of the interface that leads out, in one flat map; empty where nothing does.
fn way_out(facts: &Object, route: Option<Route>, family: &str) -> Value {
    let Some((name, gateway)) = route else {
        return Value::Object(Object::new());
    };
    let interface = &facts.get(&variable(&name)).cloned().unwrap_or_default();
    let mut way = object([
        ("interface", name.as_str().into()),
        ("gateway", gateway.into()),
    ]);
    for key in ["macaddress", "mtu", "type"] {
        way.extend(
            interface
                .get(key)
                .map(|value| (key.to_owned(), value.clone())),
        );
    }
    let address = match &interface[family] {
        Value::Array(all) => all.iter().find(|one| one["scope"] == "global"),
        one => Some(one),
    };
    if let Some(Value::Object(address)) = address {
        way.extend(address.clone());
    }
    if family == "ipv4" {
        way.insert("alias".into(), name.into());
    }
    Value::Object(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_way_out() {
        let address = u32::from_ne_bytes([192, 0, 2, 1]);
        let table = format!(
            "Iface ...\neth1 00000000 {address:08X} 0003 0 0 200 00000000 0 0 0\neth0 00000000 {address:08X} 0003 0 0 100 00000000 0 0 0\n"
        );
        assert_eq!(default4(&table), Some(("eth0".into(), "192.0.2.1".into())));
        let zeros = "0".repeat(32);
        let table =
            format!("{zeros} 00 {zeros} 00 fd000000000000000000000000000001 00000400 1 0 3 eth0\n");
        assert_eq!(default6(&table), Some(("eth0".into(), "fd00::1".into())));
        assert_eq!((default4(""), default6("")), (None, None));
    }

    #[test]
    fn tells_network_and_mask() {
        let address = Address {
            interface: 1,
            address: "10.1.2.3".parse().unwrap(),
            prefix: 22,
            broadcast: None,
            label: None,
            scope: "global",
        };
        let facts = four(&address).unwrap();
        assert_eq!(
            (&facts["netmask"], &facts["network"]),
            (&"255.255.252.0".into(), &"10.1.0.0".into())
        );
    }
}
