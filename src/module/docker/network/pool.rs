use {
    crate::{act::Failure, module::docker::Part, wire::Object},
    serde_json::{Value, json},
    std::net::IpAddr,
};

/// Addresses of a network.
pub(super) struct Pool {
    subnet: String,
    range: Option<String>,
    gateway: Option<String>,
    others: Option<Object>,
}

impl Pool {
    pub(super) fn read(map: &Object) -> Result<Self, Failure> {
        let keys = ["subnet", "iprange", "gateway", "aux_addresses"];
        let part = Part::new("ipam_config", map, &keys)?;
        let subnet = part.required("subnet")?;
        let (address, length) = subnet.split_once('/').unwrap_or((&subnet, ""));
        let bits = match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => 0,
        };
        if bits == 0 || !length.parse::<u32>().is_ok_and(|length| length <= bits) {
            return Err(Failure::refused(format!(
                "\"{subnet}\" is not a valid CIDR"
            )));
        }
        Ok(Self {
            range: part.text("iprange")?,
            gateway: part.text("gateway")?,
            others: part.map("aux_addresses")?,
            subnet,
        })
    }

    /// As the engine takes it.
    pub(super) fn order(&self) -> Value {
        let mut order = json!({ "Subnet": self.subnet });
        for (key, value) in [("IPRange", &self.range), ("Gateway", &self.gateway)] {
            if let Some(value) = value {
                order[key] = value.as_str().into();
            }
        }
        if let Some(others) = &self.others {
            order["AuxiliaryAddresses"] = others.clone().into();
        }
        order
    }

    /// Whether what the engine has is this: all that is given is the same.
    pub(super) fn is(&self, known: &Value) -> bool {
        let text = |key: &str| known[key].as_str().map(normal);
        let same = |wanted: &Option<String>, key: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| text(key) == Some(normal(wanted)))
        };
        let others = self.others.iter().flatten();
        text("Subnet") == Some(normal(&self.subnet))
            && same(&self.range, "IPRange")
            && same(&self.gateway, "Gateway")
            && others.into_iter().all(|(name, address)| {
                let found = known["AuxiliaryAddresses"][name.as_str()].as_str();
                found.map(normal) == address.as_str().map(normal)
            })
    }
}

/// Addresses that are written otherwise may be the same.
fn normal(text: &str) -> String {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let address = address.parse::<IpAddr>();
    let address = address.map_or_else(|_| text.to_owned(), |address| address.to_string());
    format!("{address}/{length}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(value: Value) -> Result<Pool, Failure> {
        let Value::Object(map) = value else {
            unreachable!()
        };
        Pool::read(&map)
    }

    #[test]
    fn compares_what_is_given() {
        let wanted = pool(json!({"subnet": "fd00:0::/64", "gateway": "fd00::1"})).unwrap();
        assert!(wanted.is(&json!({"Subnet": "fd00::/64", "Gateway": "fd00::1", "IPRange": "x"})));
        assert!(!wanted.is(&json!({"Subnet": "fd00::/64"})));
        for wrong in ["10.0.0.0", "10.0.0.0/33", "net/8"] {
            let error = pool(json!({ "subnet": wrong })).err().unwrap();
            assert_eq!(
                error.to_string(),
                format!("\"{wrong}\" is not a valid CIDR")
            );
        }
    }
}
