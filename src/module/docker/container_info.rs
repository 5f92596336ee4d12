use {
    super::arguments::with_engine,
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
};

with_engine! {
    /// Tell what is known of a container.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerContainerInfo {
        /// The container's name or number.
        name: String,
    }
}

impl Module for DockerContainerInfo {
    const NAME: &'static str = "docker_container_info";
    const COLLECTION: &'static str = "community.docker";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let engine = self.engine(probe)?;
        let foreseen = super::foresight::Foreseen::container(&self.name);
        if foreseen.there(probe).is_some() {
            let what = format!("what is known of container {}", self.name);
            return Err(Failure::Unforeseeable(what));
        }
        let container = engine.container(probe, &self.name)?;
        Ok(Look::same(Object::from_iter([
            ("exists".to_owned(), container.is_some().into()),
            ("container".to_owned(), container.into()),
        ])))
    }
}
