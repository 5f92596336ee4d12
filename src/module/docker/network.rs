mod change;
mod pool;

use {
    super::{
        Differing,
        arguments::with_engine,
        foresight::Foreseen,
        text::{label_map, option_map, plain},
    },
    crate::{
        act::{Failure, Look, Probe},
        module::{Module, user::group::State},
        wire::Object,
    },
    change::NetworkChange,
    pool::Pool,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
};

with_engine! {
    /// Manage networks of containers.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerNetwork {
        /// The name.
        #[schemars(extend("aliases" = ["network_name"]))]
        name: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// The containers that are to be in it. Others have to leave; without any, all stay.
        #[serde(default)]
        #[schemars(extend("aliases" = ["containers"]))]
        connected: Vec<String>,
        /// Containers that are not in `connected` may stay.
        #[serde(default)]
        #[schemars(extend("aliases" = ["incremental"]))]
        appends: bool,
        /// Make it anew in any case.
        #[serde(default)]
        force: bool,
        /// The driver.
        #[serde(default = "bridge")]
        driver: String,
        /// Options of the driver.
        #[serde(default)]
        driver_options: Object,
        /// Labels.
        #[serde(default)]
        labels: Object,
        /// What gives out its addresses.
        ipam_driver: Option<String>,
        /// Options of the `ipam_driver`.
        ipam_driver_options: Option<Object>,
        /// Its addresses: maps of `subnet`, `iprange`, `gateway`, `aux_addresses`.
        ipam_config: Option<Vec<Object>>,
        /// It has IPv4 addresses.
        enable_ipv4: Option<bool>,
        /// It has IPv6 addresses.
        enable_ipv6: Option<bool>,
        /// It leads nowhere else.
        internal: Option<bool>,
        /// How far it reaches.
        scope: Option<Scope>,
        /// Containers outside a swarm's services may join it.
        attachable: Option<bool>,
        /// It is the one for a swarm's routing mesh.
        ingress: Option<bool>,
        /// It is only a configuration for others.
        config_only: Option<bool>,
        /// The network whose configuration it has.
        config_from: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Scope {
    Local,
    Global,
    Swarm,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Global => "global",
            Self::Swarm => "swarm",
        }
    }
}

fn bridge() -> String {
    "bridge".into()
}

impl Module for DockerNetwork {
    const NAME: &'static str = "docker_network";
    const COLLECTION: &'static str = "community.docker";
    type Delta = NetworkChange;

    fn look(&self, probe: &Probe) -> Result<Look<NetworkChange>, Failure> {
        let engine = self.engine(probe)?;
        let order = self.order()?;
        let foreseen = Foreseen::network(&self.name).there(probe);
        let found = engine.network(probe, &self.name)?;
        let found = found.filter(|_| foreseen != Some(false));
        let there = found.is_some() || foreseen == Some(true);
        let mut change = NetworkChange {
            name: self.name.clone(),
            members: found.as_ref().map(members).unwrap_or_default(),
            differing: Differing::default(),
            removes: false,
            makes: false,
            leaves: Vec::new(),
            joins: Vec::new(),
            engine,
            found,
            order,
        };
        match self.state {
            State::Absent => change.removes = there,
            State::Present => {
                if let Some(network) = &change.found {
                    change.differing = self.compare(network, &change.order);
                }
                change.removes = there && (self.force || !change.differing.is_empty());
                change.makes = change.removes || !there;
                self.move_members(probe, &mut change)?;
            }
        }
        Ok(match change.is_empty() {
            true => Look::same(change.values()),
            false => Look::Change(change),
        })
    }
}

impl DockerNetwork {
    fn driver(&self) -> &str {
        match self.config_only {
            Some(true) => "null",
            _ => &self.driver,
        }
    }

    fn pools(&self) -> Result<Vec<Pool>, Failure> {
        let pools = self.ipam_config.iter().flatten();
        pools.map(Pool::read).collect()
    }

    /// What the engine is told to make it.
    fn order(&self) -> Result<Value, Failure> {
        let mut order = json!({
            "Name": self.name,
            "Driver": self.driver(),
            "Options": option_map(&self.driver_options),
            "Labels": label_map(&self.labels)?,
        });
        for (key, value) in [
            ("EnableIPv4", self.enable_ipv4),
            ("EnableIPv6", self.enable_ipv6),
            ("Internal", self.internal),
            ("Attachable", self.attachable),
            ("Ingress", self.ingress),
            ("ConfigOnly", self.config_only),
        ] {
            if let Some(value) = value {
                order[key] = value.into();
            }
        }
        if let Some(scope) = self.scope {
            order["Scope"] = scope.name().into();
        }
        if let Some(from) = &self.config_from {
            order["ConfigFrom"] = json!({ "Network": from });
        }
        let pools: Vec<Value> = self.pools()?.iter().map(Pool::order).collect();
        if self.ipam_driver.is_some() || self.ipam_driver_options.is_some() || !pools.is_empty() {
            order["IPAM"] = json!({
                "Driver": self.ipam_driver.as_deref().unwrap_or("default"),
                "Config": pools,
                "Options": self.ipam_driver_options.as_ref().map(option_map).unwrap_or_default(),
            });
        }
        Ok(order)
    }

    fn compare(&self, network: &Value, order: &Value) -> Differing {
        let mut differing = Differing::default();
        differing.compare("driver", &network["Driver"], &order["Driver"]);
        for (name, key) in [
            ("enable_ipv4", "EnableIPv4"),
            ("enable_ipv6", "EnableIPv6"),
            ("internal", "Internal"),
            ("attachable", "Attachable"),
            ("ingress", "Ingress"),
            ("config_only", "ConfigOnly"),
        ] {
            if let Some(wanted) = order[key].as_bool() {
                let found = network[key].as_bool().unwrap_or(false);
                differing.compare(name, &found.into(), &wanted.into());
            }
        }
        if !order["Scope"].is_null() {
            differing.compare("scope", &network["Scope"], &order["Scope"]);
        }
        if let Some(from) = &self.config_from {
            let found = &network["ConfigFrom"]["Network"];
            differing.compare("config_from", found, &from.as_str().into());
        }
        for (name, key) in [("driver_options", "Options"), ("labels", "Labels")] {
            if let Some(wanted) = order[key].as_object() {
                differing.within(name, &network[key], wanted);
            }
        }
        self.compare_addresses(&network["IPAM"], &order["IPAM"], &mut differing);
        differing
    }

    fn compare_addresses(&self, found: &Value, wanted: &Value, differing: &mut Differing) {
        if self.ipam_driver.is_some() {
            differing.compare("ipam_driver", &found["Driver"], &wanted["Driver"]);
        }
        if self.ipam_driver_options.is_some() {
            let options = match &found["Options"] {
                Value::Null => &json!({}),
                options => options,
            };
            differing.compare("ipam_driver_options", options, &wanted["Options"]);
        }
        let pools = self.pools().unwrap_or_default();
        let known = found["Config"].as_array();
        for (index, pool) in pools.iter().enumerate() {
            let mut known = known.into_iter().flatten();
            if !known.any(|known| pool.is(known)) {
                let name = format!("ipam_config[{index}]");
                differing.add(&name, &found["Config"], &pool.order());
            }
        }
    }

    /// Which containers join it, and which leave.
    fn move_members(&self, probe: &Probe, change: &mut NetworkChange) -> Result<(), Failure> {
        let wanted = match self.connected.is_empty() {
            true => change.members.clone(),
            false => self.connected.clone(),
        };
        let stays = |name: &String| !change.makes && change.members.contains(name);
        for name in wanted.iter().filter(|name| !stays(name)) {
            let foreseen = Foreseen::container(name).there(probe);
            let known = change.engine.container(probe, name)?.is_some();
            if foreseen.unwrap_or(known) {
                change.joins.push(name.clone());
            }
        }
        if !change.makes && !self.appends {
            let others = change.members.iter().filter(|name| !wanted.contains(name));
            change.leaves = others.cloned().collect();
        }
        Ok(())
    }
}

/// The names of the containers in a network.
fn members(network: &Value) -> Vec<String> {
    let members = network["Containers"].as_object().into_iter().flatten();
    members.map(|(_, member)| plain(&member["Name"])).collect()
}
