use {
    super::{PlayContext, Scope, Surroundings, World},
    crate::{
        inventory::Host,
        template::{Value, Variables},
    },
    minijinja::{
        Error, ErrorKind,
        value::{Enumerator, Object},
    },
    std::sync::{Arc, PoisonError},
};

/// `hostvars`: every host's variables, as seen from outside a step.
#[derive(Debug)]
pub(super) struct HostVars {
    world: Arc<World>,
    around: Surroundings,
}

impl HostVars {
    pub(super) fn new(world: &Arc<World>, around: &Surroundings) -> Self {
        // What a play sets is seen within it only; where it stands is known to all.
        let play = around.play.as_deref().map(|play| PlayContext {
            dir: play.dir.clone(),
            library: play.library.clone(),
            ..PlayContext::default()
        });
        let around = Surroundings {
            play: play.map(Arc::new),
            ..Surroundings::default()
        };
        Self {
            world: Arc::clone(world),
            around,
        }
    }
}

impl Object for HostVars {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let inventory = self
            .world
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        inventory.host(name)?;
        drop(inventory);
        let scope = Scope::new(&self.world, name, self.around.clone());
        Some(Value::from_object(OwnVars(scope.variables())))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let inventory = self
            .world
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let names = inventory.hosts().map(Host::name).map(Value::from);
        Enumerator::Values(names.collect())
    }
}

/// All variables of a scope as one map, each rendered when it is asked for.
#[derive(Debug)]
pub(super) struct OwnVars(pub(super) Arc<dyn Variables>);

impl Object for OwnVars {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.0.get(key.as_str()?)? {
            Ok(value) => Some(value),
            Err(error) => Some(Value::from(Error::new(
                ErrorKind::InvalidOperation,
                error.message,
            ))),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.names().into_iter().map(Value::from).collect())
    }
}
