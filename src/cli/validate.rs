use {
    super::{
        exit,
        option::ValidateOptions,
        playbooks::{self, Loader},
        session::Session,
    },
    crate::variable::{Settings, World},
    anyhow::Result,
    std::sync::Arc,
};

/// `farcast validate`.
pub(super) fn validate(options: &ValidateOptions) -> Result<u8> {
    let session = Session::begin(&options.vault)?;
    let dir = playbooks::dir(&options.playbooks);
    let inventory = session.inventory(&options.inventory, Some(&dir))?;
    let extra = session.extra_vars(&options.inventory)?;
    let store = Arc::clone(&session.store);
    let world = Arc::new(World::new(
        session.engine(),
        store,
        inventory,
        extra,
        Settings::default(),
    ));
    let loader = Loader {
        session: &session,
        world: &world,
    };
    loader.programs(&options.playbooks)?;
    Ok(exit::FINE)
}
