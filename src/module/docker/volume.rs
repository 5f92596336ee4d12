use {
    super::{
        Call, Control, Differing, Engine, arguments::with_engine, foresight::Foreseen,
        text::label_map,
    },
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        module::{Module, user::group::State},
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
};

with_engine! {
    /// Manage volumes of containers.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerVolume {
        /// The name.
        #[schemars(extend("aliases" = ["name"]))]
        volume_name: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// The driver.
        #[serde(default = "local")]
        driver: String,
        /// Options of the driver.
        #[serde(default)]
        driver_options: Object,
        /// Labels.
        labels: Option<Object>,
        /// When to make it anew, which loses all that is in it.
        #[serde(default)]
        recreate: Recreate,
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Recreate {
    Always,
    #[default]
    Never,
    OptionsChanged,
}

fn local() -> String {
    "local".into()
}

impl Module for DockerVolume {
    const NAME: &'static str = "docker_volume";
    const COLLECTION: &'static str = "community.docker";
    type Delta = VolumeChange;

    fn look(&self, probe: &Probe) -> Result<Look<VolumeChange>, Failure> {
        let engine = self.engine(probe)?;
        let order = self.order()?;
        let call = Call::new(&["volumes", &self.volume_name]);
        let mut found = engine.get(probe, &call)?;
        let foreseen = Foreseen::volume(&self.volume_name).there(probe);
        found = found.filter(|_| foreseen != Some(false));
        let there = found.is_some() || foreseen == Some(true);
        let mut differing = Differing::default();
        if let Some(volume) = &found {
            differing = compare(volume, &order);
        }
        let anew = match self.recreate {
            Recreate::Always => there,
            Recreate::Never => false,
            Recreate::OptionsChanged => !differing.is_empty(),
        };
        let (removes, makes) = match self.state {
            State::Absent => (there, false),
            State::Present => (anew, anew || !there),
        };
        if removes || makes {
            return Ok(Look::Change(VolumeChange {
                name: self.volume_name.clone(),
                engine,
                found,
                order,
                differing,
                removes,
                makes,
            }));
        }
        let volume = found.map(|volume| ("volume".to_owned(), volume));
        Ok(Look::same(volume.into_iter().collect()))
    }
}

impl DockerVolume {
    /// What the engine is told to make it.
    fn order(&self) -> Result<Value, Failure> {
        let mut order = json!({
            "Name": self.volume_name,
            "Driver": self.driver,
            "DriverOpts": super::text::option_map(&self.driver_options),
        });
        if let Some(labels) = &self.labels {
            order["Labels"] = label_map(labels)?.into();
        }
        Ok(order)
    }
}

fn compare(volume: &Value, order: &Value) -> Differing {
    let mut differing = Differing::default();
    differing.compare("driver", &volume["Driver"], &order["Driver"]);
    for (name, found, wanted) in [
        ("driver_options", "Options", "DriverOpts"),
        ("labels", "Labels", "Labels"),
    ] {
        if let Some(wanted) = order[wanted].as_object() {
            differing.within(name, &volume[found], wanted);
        }
    }
    differing
}

/// What would change: a volume.
pub struct VolumeChange {
    name: String,
    engine: Engine,
    found: Option<Value>,
    order: Value,
    differing: Differing,
    removes: bool,
    makes: bool,
}

impl Delta for VolumeChange {
    fn diff(&self) -> Vec<Diff> {
        let what = format!("container volume {}", self.name);
        let state = |volume: &Value| {
            let driver = volume["Driver"].as_str().unwrap_or_default();
            Side::State([("driver".to_owned(), driver.to_owned())].into())
        };
        let before = self.found.as_ref().map_or(Side::Absent, state);
        if self.makes && self.removes && !self.differing.is_empty() {
            return vec![self.differing.diff(what, false)];
        }
        let after = match (self.makes, self.removes) {
            (true, true) => Side::State([("driver".to_owned(), "made anew".to_owned())].into()),
            (true, false) => state(&self.order),
            (false, _) => Side::Absent,
        };
        vec![Diff {
            what,
            before,
            after,
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Foreseen::volume(&self.name).effect(self.makes, self.makes)]
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let control = Control::new(&self.engine, host);
        let call = Call::new(&["volumes", &self.name]);
        if self.removes {
            control.delete(&call)?;
        }
        if self.makes {
            control.post(&Call::new(&["volumes", "create"]), Some(&self.order))?;
        }
        let volume = control.engine.get(control.probe(), &call)?;
        let volume = volume.map(|volume| ("volume".to_owned(), volume));
        Ok(Outcome {
            changed: true,
            data: volume.into_iter().collect(),
            ..Outcome::default()
        })
    }
}
