use {
    super::{
        exit,
        option::{InventoryOptions, VaultOptions},
        print::{print, tell},
        session::Session,
    },
    crate::{
        inventory::{
            Inventory,
            listing::{self, Listing},
        },
        source::{Fault, Node},
    },
    anyhow::{Context, Result},
    clap::{ArgAction, ArgGroup, Args},
    serde_json::Value,
    std::{fs, path::PathBuf},
};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["list", "graph", "host"]).required(true))]
pub(super) struct InventoryArguments {
    /// The group to begin the graph at.
    #[arg(value_name = "GROUP", default_value = "all")]
    group: String,
    /// All groups and hosts with their variables, as an inventory script prints them.
    #[arg(long)]
    list: bool,
    /// The groups and hosts as a tree.
    #[arg(long)]
    graph: bool,
    /// The variables of one host.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// YAML instead of JSON.
    #[arg(short, long, conflicts_with = "graph")]
    yaml: bool,
    /// TOML instead of JSON.
    #[arg(long, conflicts_with_all = ["graph", "yaml"])]
    toml: bool,
    /// Show variables in the graph.
    #[arg(long)]
    vars: bool,
    /// List the variables of groups at the groups: to be read as an inventory again.
    #[arg(long)]
    export: bool,
    /// Write the list here instead of to standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "graph")]
    output: Option<PathBuf>,
    #[command(flatten)]
    inventory: InventoryOptions,
    #[command(flatten)]
    vault: VaultOptions,
    /// Taken as ansible-inventory takes it; there is no more to say.
    #[arg(short, long, action = ArgAction::Count, hide = true)]
    verbose: u8,
    /// Taken as ansible-inventory takes it; inventories are read anew in every run.
    #[arg(long, hide = true)]
    flush_cache: bool,
}

/// `farcast inventory`.
pub(super) fn inventory(arguments: &InventoryArguments) -> Result<u8> {
    let session = Session::begin(&arguments.vault)?;
    let inventory = session.inventory(&arguments.inventory, None)?;
    for warning in inventory.warnings() {
        tell(&format!("[WARNING]: {warning}"));
    }
    let limit = limit(&inventory, arguments)?;
    let extra: Vec<(String, Node)> = session
        .extra_vars(&arguments.inventory)?
        .iter()
        .map(|(name, node)| (name.clone(), node.clone()))
        .collect();
    let listing = Listing {
        inventory: &inventory,
        store: &session.store,
        limit: limit.as_deref(),
        export: arguments.export || session.config.bool("inventory.export") == Some(true),
        extra: &extra,
    };
    let mut text = shown(&listing, arguments)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match &arguments.output {
        Some(path) => {
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?
        }
        None => print(text)?,
    }
    Ok(exit::FINE)
}

fn shown(listing: &Listing, arguments: &InventoryArguments) -> Result<String, Fault> {
    if arguments.graph {
        return listing::graph(listing, &arguments.group, arguments.vars);
    }
    let value = match &arguments.host {
        Some(host) => listing::host(listing, host)?,
        None if arguments.yaml => listing::tree(listing)?,
        None if arguments.toml => listing::tables(listing)?,
        None => listing::list(listing)?,
    };
    let write: fn(&Value) -> String = match (arguments.yaml, arguments.toml) {
        (true, _) => listing::to_yaml,
        (_, true) => listing::to_toml,
        _ => listing::to_json,
    };
    Ok(write(&value))
}

/// The hosts that the limit leaves.
fn limit(
    inventory: &Inventory,
    arguments: &InventoryArguments,
) -> Result<Option<Vec<String>>, Fault> {
    let Some(limit) = &arguments.inventory.limit else {
        return Ok(None);
    };
    let selection = inventory.select("all", Some(limit))?;
    for term in &selection.unmatched {
        tell(&format!("[WARNING]: {term}"));
    }
    Ok(Some(selection.hosts))
}
