use {
    crate::{
        act::{Delta, Failure, Host},
        module::docker::{Call, Control, Differing, Engine, foresight::Foreseen, text::plain},
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    serde_json::{Value, json},
    std::collections::BTreeMap,
};

/// What would change: a network, and which containers are in it.
pub struct NetworkChange {
    pub(super) name: String,
    pub(super) engine: Engine,
    /// As it is now.
    pub(super) found: Option<Value>,
    /// What the engine is told to make it.
    pub(super) order: Value,
    pub(super) differing: Differing,
    pub(super) members: Vec<String>,
    pub(super) removes: bool,
    pub(super) makes: bool,
    pub(super) leaves: Vec<String>,
    pub(super) joins: Vec<String>,
}

impl NetworkChange {
    pub(super) fn is_empty(&self) -> bool {
        !self.removes && !self.makes && self.leaves.is_empty() && self.joins.is_empty()
    }

    pub(super) fn values(&self) -> Object {
        let network = self.found.iter();
        network
            .map(|found| ("network".to_owned(), found.clone()))
            .collect()
    }

    /// What a network has, for people.
    fn state(network: &Value) -> BTreeMap<String, String> {
        let mut state = BTreeMap::from([("driver".to_owned(), plain(&network["Driver"]))]);
        let pools = network["IPAM"]["Config"].as_array().into_iter().flatten();
        let subnets: Vec<String> = pools.map(|pool| plain(&pool["Subnet"])).collect();
        if !subnets.is_empty() {
            state.insert("subnet".into(), subnets.join(", "));
        }
        state
    }
}

impl Delta for NetworkChange {
    fn diff(&self) -> Vec<Diff> {
        let what = format!("container network {}", self.name);
        let mut diffs = Vec::new();
        let state = |network: Option<&Value>| match network {
            Some(network) => Side::State(Self::state(network)),
            None => Side::Absent,
        };
        match (self.removes, self.makes) {
            (true, true) if !self.differing.is_empty() => {
                diffs.push(self.differing.diff(what.clone(), false));
            }
            (true, true) => {
                let side = |word: &str| Side::State([("made".to_owned(), word.to_owned())].into());
                diffs.push(Diff {
                    what: what.clone(),
                    before: side("before"),
                    after: side("anew"),
                });
            }
            (false, false) => {}
            (removes, _) => diffs.push(Diff {
                what: what.clone(),
                before: state(self.found.as_ref()),
                after: state((!removes).then_some(&self.order)),
            }),
        }
        let mut members = Differing::default();
        let word = |joined: bool| Value::from(if joined { "connected" } else { "not connected" });
        for (names, joins) in [(&self.joins, true), (&self.leaves, false)] {
            for name in names {
                members.add(name, &word(!joins), &word(joins));
            }
        }
        if !members.is_empty() {
            diffs.push(members.diff(format!("containers in network {}", self.name), false));
        }
        diffs
    }

    fn effects(&self) -> Vec<Effect> {
        let there = self.makes || !self.removes;
        vec![Foreseen::network(&self.name).effect(there, there)]
    }

    fn predicted(&self) -> Object {
        self.values()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let control = Control::new(&self.engine, host);
        let mut warnings = Vec::new();
        let leaves = if self.removes {
            &self.members
        } else {
            &self.leaves
        };
        for name in leaves {
            let call = Call::new(&["networks", &self.name, "disconnect"]);
            control.post(&call, Some(&json!({"Container": name, "Force": true})))?;
        }
        if self.removes {
            control.delete(&Call::new(&["networks", &self.name]))?;
        }
        if self.makes {
            let call = Call::new(&["networks", "create"]);
            let said = control.post(&call, Some(&self.order))?;
            let warning = said["Warning"]
                .as_str()
                .filter(|warning| !warning.is_empty());
            warnings.extend(warning.map(|warning| format!("Docker warning: {warning}")));
        }
        for name in &self.joins {
            let call = Call::new(&["networks", &self.name, "connect"]);
            control.post(&call, Some(&json!({ "Container": name })))?;
        }
        let network = control.engine.network(control.probe(), &self.name)?;
        let network = network.map(|network| ("network".to_owned(), network));
        Ok(Outcome {
            changed: true,
            data: network.into_iter().collect(),
            warnings,
            ..Outcome::default()
        })
    }
}
