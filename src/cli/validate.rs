use {
    super::{
        exit, findings,
        option::ValidateOptions,
        playbooks::{self, Loader},
        print::print,
        session::Session,
        strategy::strategy,
    },
    crate::{
        check::{self, Circumstances},
        variable::{Settings, World},
    },
    anyhow::Result,
    std::{io::IsTerminal, sync::Arc},
};

/// `farcast validate`.
pub(super) fn validate(options: &ValidateOptions) -> Result<u8> {
    let session = Session::begin(&options.vault)?;
    let dir = playbooks::dir(&options.playbooks);
    let inventory = session.inventory(&options.inventory, Some(&dir))?;
    let extra = session.extra_vars(&options.inventory)?;
    let settings = Settings {
        limit: options.inventory.limit.clone(),
        strategy: strategy(&session.config)?,
        ..Settings::default()
    };
    let store = Arc::clone(&session.store);
    let engine = session.engine();
    let world = Arc::new(World::new(engine, store, inventory, extra, settings));
    let loader = Loader {
        session: &session,
        world: &world,
    };
    let circumstances = Circumstances {
        whole: true,
        inventory: !session.sources(&options.inventory).is_empty(),
    };
    let found = match loader.programs(&options.playbooks) {
        Ok(programs) => check::examine(&programs, &world, circumstances),
        Err(fault) => vec![check::bad_input(fault)],
    };
    let colour = std::io::stdout().is_terminal() && !session.environment.no_colour;
    let text = findings::text(&found, options.format, colour);
    if !text.is_empty() {
        print(format!("{}\n", session.redactor.redact(&text)))?;
    }
    Ok(match findings::forbid(&found) {
        true => exit::BAD_INPUT,
        false => exit::FINE,
    })
}
