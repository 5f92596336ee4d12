use {
    super::{
        DockerContainer,
        options::{Settings, Surroundings},
        setting::{Kind, Section, Setting},
    },
    crate::{act::Failure, wire::Object},
    serde_json::{Value, json},
    std::{
        collections::{BTreeMap, BTreeSet},
        net::{Ipv4Addr, Ipv6Addr},
    },
};

/// The address that stands for all of the host's.
const EVERY: &str = "0.0.0.0";

/// Places on the host that lead to a port of the container, by that port: `80/tcp`.
type Bindings = BTreeMap<String, Vec<Value>>;

/// The ports that it listens on, and those of the host that lead to them.
pub(super) fn ports(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    settings.host(
        "publish_all_ports",
        "PublishAllPorts",
        request.publish_all_ports,
    );
    let mut exposed = BTreeSet::new();
    for port in request.exposed_ports.iter().flatten() {
        exposed.extend(port_names(port.trim())?);
    }
    if let Some(given) = &request.published_ports {
        let usual = usual_address(request, around)?;
        let bindings = bindings(given, usual.as_deref().unwrap_or(EVERY))?;
        exposed.extend(bindings.keys().cloned());
        let bindings = json!(bindings);
        let host = Section::HostConfig;
        let setting = Setting::plain("published_ports", Kind::Map, host, "PortBindings", bindings);
        let lenient = usual.is_none();
        settings.push(setting.reading(move |container| {
            let found = &container["HostConfig"]["PortBindings"];
            if lenient {
                with_address(found)
            } else {
                found.clone()
            }
        }));
    }
    if request.exposed_ports.is_some() || !exposed.is_empty() {
        settings.push(exposing(exposed, around));
    }
    Ok(())
}

/// The ports of the image are exposed as well.
fn exposing(own: BTreeSet<String>, around: &Surroundings) -> Setting {
    let sent: Object = own.iter().map(|port| (port.clone(), json!({}))).collect();
    let inherited = around
        .image
        .map(|image| names(&image["Config"]["ExposedPorts"]));
    let expected: BTreeSet<String> = own
        .into_iter()
        .chain(inherited.into_iter().flatten())
        .collect();
    let setting = Setting::plain(
        "exposed_ports",
        Kind::Set,
        Section::Config,
        "ExposedPorts",
        sent.into(),
    );
    let setting = setting.expecting(json!(expected));
    setting.reading(|container| names(&container["Config"]["ExposedPorts"]).into())
}

/// The ports in a map of the engine's, one by one.
fn names(ports: &Value) -> Vec<String> {
    let ports = ports.as_object().into_iter().flatten();
    let ports = ports.flat_map(|(port, _)| port_names(port).unwrap_or_else(|_| vec![port.clone()]));
    ports.collect()
}

/// `80`, `80/udp` or `80-82` as the engine's names of ports.
fn port_names(text: &str) -> Result<Vec<String>, Failure> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let ports = range(ports)?
        .into_iter()
        .map(|port| format!("{port}/{protocol}"));
    Ok(ports.collect())
}

fn range(text: &str) -> Result<Vec<u16>, Failure> {
    let wrong = |kind: &str| Failure::refused(format!("Invalid {kind}: \"{text}\""));
    match text.split_once('-') {
        None => Ok(vec![text.trim().parse().map_err(|_| wrong("port"))?]),
        Some((first, last)) => match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok((first..=last).collect()),
            _ => Err(wrong("port range")),
        },
    }
}

/// An engine may leave the address that stands for all empty.
fn with_address(bindings: &Value) -> Value {
    let mut bindings = bindings.clone();
    let ports = bindings.as_object_mut().into_iter().flatten();
    for place in ports.flat_map(|(_, places)| places.as_array_mut().into_iter().flatten()) {
        if place["HostIp"] == "" {
            place["HostIp"] = EVERY.into();
        }
    }
    bindings
}

/// The address for ports that name none, where one is given or a network has one.
fn usual_address(
    request: &DockerContainer,
    around: &Surroundings,
) -> Result<Option<String>, Failure> {
    if let Some(given) = &request.default_host_ip {
        let bare = given.trim_start_matches('[').trim_end_matches(']');
        let valid = given.is_empty()
            || given.parse::<Ipv4Addr>().is_ok()
            || bare.parse::<Ipv6Addr>().is_ok();
        return match valid {
            true => Ok(Some(bare.into())),
            false => Err(Failure::refused(format!(
                "The value of default_host_ip must be an empty string, an IPv4 address, or an IPv6 address. Got \"{given}\" instead."
            ))),
        };
    }
    for network in request.networks.iter().flatten() {
        let Some(name) = network.get("name").and_then(Value::as_str) else {
            continue;
        };
        let known = around
            .engine
            .network(around.probe, name)?
            .unwrap_or_default();
        let address = &known["Options"]["com.docker.network.bridge.host_binding_ipv4"];
        if let (Some("bridge"), Some(address)) = (known["Driver"].as_str(), address.as_str()) {
            return Ok(Some(address.into()));
        }
    }
    Ok(None)
}

fn bindings(given: &[String], usual: &str) -> Result<Bindings, Failure> {
    let mut bindings = Bindings::new();
    for text in given {
        if text == "all" {
            return Err(Failure::refused(
                "Specifying \"all\" in published_ports is no longer allowed. Set publish_all_ports to \"true\" instead to \
                 randomly assign port mappings for those not specified by published_ports.",
            ));
        }
        for (port, address, host) in published(text, usual)? {
            let place = json!({"HostIp": address, "HostPort": host});
            bindings.entry(port).or_default().push(place);
        }
    }
    Ok(bindings)
}

/// The port of the container, the address and the port of the host (empty: any) of each port that a text names.
fn published(text: &str, usual: &str) -> Result<Vec<(String, String, String)>, Failure> {
    let parts = parts(text)?;
    let (address, host, inner) = match parts.as_slice() {
        [inner] => (usual, "", inner.as_str()),
        [host, inner] => (usual, host.as_str(), inner.as_str()),
        [address, host, inner] => (address.as_str(), host.as_str(), inner.as_str()),
        _ => {
            return Err(Failure::refused(format!(
                "Invalid port description \"{text}\" - expected 1 to 3 colon-separated parts, but got {}. Maybe you forgot to \
                 use square brackets ([...]) around an IPv6 address?",
                parts.len()
            )));
        }
    };
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let is_address = bare.parse::<Ipv4Addr>().is_ok()
        || bare
            .split('%')
            .next()
            .is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok());
    if parts.len() == 3 && !is_address {
        return Err(Failure::refused(format!(
            "Bind addresses for published ports must be IPv4 or IPv6 addresses, not hostnames. Use the dig lookup to resolve \
             hostnames. (Found hostname: {address})"
        )));
    }
    let inner = port_names(inner)?;
    let hosts: Vec<String> = match (host, inner.len()) {
        ("", count) => vec![String::new(); count],
        // A range of the host's ports, of which the engine takes a free one.
        (host, 1) => vec![host.into()],
        (host, _) => range(host)?
            .into_iter()
            .map(|port| port.to_string())
            .collect(),
    };
    let pairs = inner.into_iter().zip(hosts);
    Ok(pairs
        .map(|(inner, host)| (inner, bare.to_owned(), host))
        .collect())
}

/// Splits at colons that are not in brackets.
fn parts(text: &str) -> Result<Vec<String>, Failure> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for letter in text.trim().chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        match (letter, parts.last_mut()) {
            (':', _) if !inside => parts.push(String::new()),
            (letter, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    match inside {
        false => Ok(parts),
        true => Err(Failure::refused(format!(
            "Cannot find closing \"]\" in input \"{text}\"!"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let ports = published(text, EVERY).unwrap();
        ports
            .iter()
            .map(|(inner, address, host)| format!("{address}={host}={inner}"))
            .collect()
    }

    #[test]
    fn reads_ports_as_docker_does() {
        assert_eq!(shown("80"), ["0.0.0.0==80/tcp"]);
        assert_eq!(shown("8080:80/udp"), ["0.0.0.0=8080=80/udp"]);
        assert_eq!(shown("127.0.0.1::80"), ["127.0.0.1==80/tcp"]);
        assert_eq!(shown("[::1]:8080:80"), ["::1=8080=80/tcp"]);
        assert_eq!(
            shown("90-91:80-81"),
            ["0.0.0.0=90=80/tcp", "0.0.0.0=91=81/tcp"]
        );
        assert_eq!(shown("9000-9010:80"), ["0.0.0.0=9000-9010=80/tcp"]);
        assert!(
            published("host:1:2", EVERY)
                .unwrap_err()
                .to_string()
                .contains("hostnames")
        );
        assert!(published("1:2:3:4", EVERY).is_err() && published("9-8", EVERY).is_err());
    }
}
