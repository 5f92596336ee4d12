use {
    super::{
        DockerContainer,
        comparison::Comparison,
        options::Surroundings,
        setting::{Difference, Kind, agree, text},
    },
    crate::{
        act::Failure,
        module::docker::{Part, foresight::Foreseen},
        wire::Object,
    },
    serde_json::{Value, json},
    std::net::IpAddr,
};

/// A network that a container shall be in.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub name: String,
    ipv4: Option<String>,
    ipv6: Option<String>,
    aliases: Option<Vec<String>>,
    links: Option<Vec<String>>,
    mac: Option<String>,
}

/// Reads the argument `networks`.
///
/// # Errors
/// There is no such network.
pub(super) fn joined(
    request: &DockerContainer,
    around: &Surroundings,
) -> Result<Vec<Joined>, Failure> {
    let given = request.networks.iter().flatten();
    given.map(|map| Joined::read(map, around)).collect()
}

impl Joined {
    fn read(map: &Object, around: &Surroundings) -> Result<Self, Failure> {
        let keys = [
            "name",
            "ipv4_address",
            "ipv6_address",
            "aliases",
            "links",
            "mac_address",
        ];
        let part = Part::new("networks", map, &keys)?;
        let name = part.required("name")?;
        let foreseen = Foreseen::network(&name).there(around.probe);
        if foreseen != Some(true) && around.engine.network(around.probe, &name)?.is_none() {
            return Err(Failure::refused(format!(
                "Parameter error: network named {name} could not be found. Does it exist?"
            )));
        }
        let links = part.texts("links")?.map(|links| {
            let pairs = links.iter().map(|link| match link.split_once(':') {
                Some(_) => link.clone(),
                None => format!("{link}:{link}"),
            });
            pairs.collect()
        });
        Ok(Self {
            name,
            ipv4: part.text("ipv4_address")?,
            ipv6: part.text("ipv6_address")?,
            aliases: part.texts("aliases")?,
            links,
            mac: part.text("mac_address")?.map(|mac| mac.replace('-', ":")),
        })
    }

    /// As the engine takes it.
    pub(super) fn config(&self) -> Value {
        let mut config = Object::new();
        let mut addresses = Object::new();
        for (key, address) in [("IPv4Address", &self.ipv4), ("IPv6Address", &self.ipv6)] {
            addresses.extend(
                address
                    .as_ref()
                    .map(|it| (key.to_owned(), it.as_str().into())),
            );
        }
        if !addresses.is_empty() {
            config.insert("IPAMConfig".into(), addresses.into());
        }
        for (key, list) in [("Aliases", &self.aliases), ("Links", &self.links)] {
            config.extend(list.as_ref().map(|list| (key.to_owned(), json!(list))));
        }
        config.extend(
            self.mac
                .as_ref()
                .map(|mac| ("MacAddress".to_owned(), json!(mac))),
        );
        config.into()
    }

    /// Where the container's place in the network is another one.
    fn differences(&self, found: &Value) -> Vec<Difference> {
        let own = &found["IPAMConfig"];
        let name = |what: &str| format!("networks.{}.{what}", self.name);
        let mut differences = Vec::new();
        let mut differ = |what: &str, before: &Value, after: &Value| {
            differences.push(Difference {
                name: name(what),
                before: text(before),
                after: text(after),
            });
        };
        for (what, key, now, wanted) in [
            ("ipv4_address", "IPv4Address", "IPAddress", &self.ipv4),
            (
                "ipv6_address",
                "IPv6Address",
                "GlobalIPv6Address",
                &self.ipv6,
            ),
        ] {
            let Some(wanted) = wanted else {
                continue;
            };
            // Podman tells only the one that it has now.
            let found = match own[key].as_str() {
                Some(_) => &own[key],
                None => &found[now],
            };
            if address(wanted) != found.as_str().and_then(address) {
                differ(what, found, &wanted.as_str().into());
            }
        }
        for (what, key, wanted) in [
            ("aliases", "Aliases", &self.aliases),
            ("links", "Links", &self.links),
        ] {
            let wanted = json!(wanted);
            if !agree(
                &wanted,
                &found[key],
                Comparison::AllowMorePresent,
                Kind::Set,
            ) {
                differ(what, &found[key], &wanted);
            }
        }
        if let Some(mac) = self
            .mac
            .as_ref()
            .filter(|mac| found["MacAddress"] != mac.as_str())
        {
            differ("mac_address", &found["MacAddress"], &json!(mac));
        }
        differences
    }
}

/// An address in the form in which it is compared.
fn address(text: &str) -> Option<String> {
    Some(
        text.parse::<IpAddr>()
            .map_or_else(|_| text.into(), |ip| ip.to_string()),
    )
}

/// What has to be done to the networks of a container that is there.
#[derive(Default)]
pub(super) struct Moves {
    /// Networks to leave, by name.
    pub leaves: Vec<String>,
    pub joins: Vec<Joined>,
    pub differences: Vec<Difference>,
}

impl Moves {
    pub(super) fn plan(wanted: &[Joined], container: &Value, mode: Comparison) -> Self {
        let mut moves = Self::default();
        let found = &container["NetworkSettings"]["Networks"];
        if mode == Comparison::Ignore {
            return moves;
        }
        for network in wanted {
            let Some(place) = found.get(&network.name) else {
                moves.differ(&network.name, "not joined", "joined");
                moves.joins.push(network.clone());
                continue;
            };
            let differences = network.differences(place);
            if !differences.is_empty() {
                moves.differences.extend(differences);
                moves.leaves.push(network.name.clone());
                moves.joins.push(network.clone());
            }
        }
        if mode == Comparison::Strict {
            let names = found
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name);
            for name in names.filter(|name| wanted.iter().all(|network| network.name != **name)) {
                moves.differ(name, "joined", "not joined");
                moves.leaves.push(name.clone());
            }
        }
        moves
    }

    fn differ(&mut self, name: &str, before: &str, after: &str) {
        self.differences.push(Difference {
            name: format!("networks.{name}"),
            before: before.into(),
            after: after.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str, ipv4: Option<&str>) -> Joined {
        Joined {
            name: name.into(),
            ipv4: ipv4.map(Into::into),
            ipv6: None,
            aliases: Some(vec!["a".into()]),
            links: None,
            mac: None,
        }
    }

    #[test]
    fn leaves_and_joins_what_differs() {
        let found = json!({"NetworkSettings": {"Networks": {
            "web": {"Aliases": ["a", "b"], "IPAMConfig": {"IPv4Address": "10.0.0.2"}},
            "old": {"Aliases": null}}}});
        let wanted = [network("web", Some("10.0.0.2")), network("new", None)];
        let moves = Moves::plan(&wanted, &found, Comparison::AllowMorePresent);
        assert!(moves.leaves.is_empty());
        assert_eq!(moves.joins[0].name, "new");
        let moves = Moves::plan(
            &[network("web", Some("10.0.0.3"))],
            &found,
            Comparison::Strict,
        );
        assert_eq!(moves.leaves, ["web", "old"]);
        assert_eq!(moves.differences[0].name, "networks.web.ipv4_address");
    }
}
