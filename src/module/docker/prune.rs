use {
    super::{
        Call, Control, Engine, LONG,
        arguments::with_engine,
        text::{plain, size},
    },
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        module::Module,
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

with_engine! {
    /// Remove what no container needs: stopped containers, images, networks, volumes, the cache of builds.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerPrune {
        /// Remove containers that do not run.
        #[serde(default)]
        containers: bool,
        /// Which of them: `until: 24h`, `label: [a=b]`.
        containers_filters: Option<Object>,
        /// Remove images.
        #[serde(default)]
        images: bool,
        /// Which of them; with `dangling: false`, also those that have a name.
        images_filters: Option<Object>,
        /// Remove networks without containers.
        #[serde(default)]
        networks: bool,
        /// Which of them.
        networks_filters: Option<Object>,
        /// Remove volumes that no container has.
        #[serde(default)]
        volumes: bool,
        /// Which of them.
        volumes_filters: Option<Object>,
        /// Remove the cache of builds.
        #[serde(default)]
        builder_cache: bool,
        /// All of it.
        #[serde(default)]
        builder_cache_all: bool,
        /// Which of it.
        builder_cache_filters: Option<Object>,
        /// So much of it may stay: `10G`.
        builder_cache_keep_storage: Option<String>,
    }
}

/// What can be pruned, and how the engine calls it.
struct Pruned {
    name: &'static str,
    /// The path at the engine.
    path: &'static str,
    /// What the engine calls that which is gone, and how it is told.
    gone: (&'static str, &'static str),
    call: Call,
}

impl Module for DockerPrune {
    const NAME: &'static str = "docker_prune";
    const COLLECTION: &'static str = "community.docker";
    type Delta = PruneChange;

    fn look(&self, probe: &Probe) -> Result<Look<PruneChange>, Failure> {
        let engine = self.engine(probe)?;
        let pruned = self.pruned()?;
        match pruned.is_empty() {
            true => Ok(Look::same(Object::new())),
            false => Ok(Look::Change(PruneChange { engine, pruned })),
        }
    }
}

impl DockerPrune {
    fn pruned(&self) -> Result<Vec<Pruned>, Failure> {
        let kinds = [
            (
                self.containers,
                "containers",
                ("ContainersDeleted", "containers"),
                &self.containers_filters,
            ),
            (
                self.images,
                "images",
                ("ImagesDeleted", "images"),
                &self.images_filters,
            ),
            (
                self.networks,
                "networks",
                ("NetworksDeleted", "networks"),
                &self.networks_filters,
            ),
            (
                self.volumes,
                "volumes",
                ("VolumesDeleted", "volumes"),
                &self.volumes_filters,
            ),
        ];
        let kinds = kinds.into_iter().filter(|(wanted, ..)| *wanted);
        let mut pruned: Vec<Pruned> = kinds
            .map(|(_, name, gone, given)| Pruned {
                name,
                path: name,
                gone,
                call: call(name, given.as_ref()),
            })
            .collect();
        if self.builder_cache {
            let mut call = call("build", self.builder_cache_filters.as_ref());
            if self.builder_cache_all {
                call = call.query("all", "true");
            }
            if let Some(text) = &self.builder_cache_keep_storage {
                let bytes = size("builder_cache_keep_storage", text)?;
                call = call.query("keep-storage", bytes.to_string());
            }
            pruned.push(Pruned {
                name: "builder_cache",
                path: "build",
                gone: ("CachesDeleted", "builder_cache_caches_deleted"),
                call,
            });
        }
        Ok(pruned)
    }
}

fn call(path: &str, given: Option<&Object>) -> Call {
    let call = Call::new(&[path, "prune"]).patience(LONG);
    match given {
        Some(given) => call.query("filters", filters(given).to_string()),
        None => call,
    }
}

/// Filters as the engine takes them: lists of text.
fn filters(given: &Object) -> Value {
    let pairs = given.iter().map(|(name, value)| {
        let values = match value {
            Value::Array(values) => values.iter().map(plain).collect(),
            one => vec![plain(one)],
        };
        (name.clone(), values.into())
    });
    Value::Object(pairs.collect())
}

/// What would be removed: only the engine knows.
pub struct PruneChange {
    engine: Engine,
    pruned: Vec<Pruned>,
}

impl Delta for PruneChange {
    fn diff(&self) -> Vec<Diff> {
        let side = |word: &str| Side::State([("pruned".to_owned(), word.to_owned())].into());
        let diffs = self.pruned.iter().map(|pruned| Diff {
            what: format!("unused {}", pruned.name.replace('_', " ")),
            before: side("no"),
            after: side("yes"),
        });
        diffs.collect()
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn unknown(&self) -> Option<String> {
        Some("what the container engine finds unused".into())
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let control = Control::new(&self.engine, host);
        let mut outcome = Outcome::default();
        for pruned in &self.pruned {
            let said = control.post(&pruned.call, None)?;
            let (key, name) = pruned.gone;
            let gone = said[key].as_array().cloned().unwrap_or_default();
            let space = said["SpaceReclaimed"].as_u64().unwrap_or(0);
            outcome.changed |= !gone.is_empty() || space > 0;
            outcome.data.insert(name.into(), gone.into());
            if pruned.path != "networks" {
                let name = format!("{}_space_reclaimed", pruned.name);
                outcome.data.insert(name, space.into());
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn filters_are_lists_of_text() {
        let Value::Object(given) =
            json!({"until": "24h", "dangling": false, "label": ["a=b", "c"]})
        else {
            unreachable!()
        };
        let wanted = json!({"until": ["24h"], "dangling": ["false"], "label": ["a=b", "c"]});
        assert_eq!(filters(&given), wanted);
    }
}
