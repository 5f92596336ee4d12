//! `farcast why`: where a variable of a host comes from.

mod told;

use {
    super::{
        exit,
        option::{InventoryOptions, VaultOptions},
        playbooks::{self, Loader},
        print::print,
        session::Session,
    },
    crate::{
        check,
        inventory::Inventory,
        module::argument::nearest,
        source::Fault,
        variable::{Settings, World},
    },
    anyhow::Result,
    clap::{Args, ValueEnum},
    std::{
        path::PathBuf,
        sync::{Arc, PoisonError},
    },
    told::Question,
};

#[derive(Debug, Args)]
pub(super) struct WhyArguments {
    /// The variable's name.
    #[arg(value_name = "VAR")]
    variable: String,
    /// Playbooks in whose plays the variable is looked at; without one, the inventory alone.
    #[arg(value_name = "PLAYBOOK")]
    playbooks: Vec<PathBuf>,
    /// The host whose variable it is.
    #[arg(long, value_name = "HOST")]
    host: String,
    #[command(flatten)]
    inventory: InventoryOptions,
    #[command(flatten)]
    vault: VaultOptions,
    /// What the output is.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line: values, definitions, readers.
    Jsonl,
}

/// `farcast why`.
pub(super) fn why(arguments: &WhyArguments) -> Result<u8> {
    let session = Session::begin(&arguments.vault)?;
    let dir = playbooks::dir(&arguments.playbooks);
    let beside = (!arguments.playbooks.is_empty()).then_some(dir.as_path());
    let inventory = session.inventory(&arguments.inventory, beside)?;
    let settings = Settings {
        limit: arguments.inventory.limit.clone(),
        ..Settings::default()
    };
    let world = Arc::new(World::new(
        session.engine(),
        Arc::clone(&session.store),
        inventory,
        session.extra_vars(&arguments.inventory)?,
        settings,
    ));
    known(&world, &arguments.host)?;
    let loader = Loader {
        session: &session,
        world: &world,
    };
    let programs = loader.programs(&arguments.playbooks)?;
    let traces = check::trace(&programs, &world, &arguments.host, &arguments.variable)?;
    if traces.is_empty() {
        let fault = Fault::new(format!("no play is for the host `{}`", arguments.host));
        return Err(fault
            .help("`farcast apply --list-hosts` says who the plays are for")
            .into());
    }
    let question = Question {
        variable: &arguments.variable,
        host: &arguments.host,
        traces: &traces,
    };
    let text = match arguments.format {
        Format::Human => question.human(),
        Format::Jsonl => question.jsonl(),
    };
    print(session.redactor.redact(&text).into_owned())?;
    Ok(exit::FINE)
}

fn known(world: &World, host: &str) -> Result<(), Fault> {
    let inventory = world.inventory.read();
    let inventory: &Inventory = &inventory.unwrap_or_else(PoisonError::into_inner);
    if inventory.host(host).is_some() {
        return Ok(());
    }
    let fault = Fault::new(format!("the inventory has no host `{host}`"));
    Err(
        match nearest(host, inventory.hosts().map(|host| host.name())) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("`farcast inventory --graph` shows the hosts"),
        },
    )
}
