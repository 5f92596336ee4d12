//! `farcast doc`: what the registries of modules and control steps know, as text or JSON.

mod json;
pub(super) mod page;
mod snippet;
mod text;
mod wrap;

use {
    super::{environment::Environment, exit, print::print},
    crate::{module, source::Fault},
    anyhow::Result,
    clap::{ArgAction, Args},
    page::Page,
    std::path::PathBuf,
};

#[derive(Debug, Args)]
pub(super) struct DocArguments {
    /// Modules to describe; another word searches all descriptions. None lists all modules.
    #[arg(value_name = "MODULE")]
    names: Vec<String>,
    /// List the modules (of which the name or synopsis holds the words given).
    #[arg(short, long)]
    list: bool,
    /// JSON, as ansible-doc prints it.
    #[arg(short, long)]
    json: bool,
    /// Show a task to copy and fill in.
    #[arg(short, long, conflicts_with_all = ["list", "json"])]
    snippet: bool,
    /// What to describe; there are modules only.
    #[arg(short = 't', long = "type", value_parser = ["module"], default_value = "module", hide = true)]
    kind: String,
    /// Taken as ansible-doc takes it; modules are built in.
    #[arg(short = 'M', long, hide = true)]
    module_path: Vec<PathBuf>,
    /// Taken as ansible-doc takes it; there is no more to say.
    #[arg(short, long, action = ArgAction::Count, hide = true)]
    verbose: u8,
}

/// `farcast doc`.
pub(super) fn doc(arguments: &DocArguments) -> Result<u8> {
    let pages = page::all();
    let width = Environment::read().width().min(MOST_COLUMNS);
    let text = if arguments.list || arguments.names.is_empty() {
        let found = search(&pages, &arguments.names);
        match arguments.json {
            true => json::list(&found),
            false => text::list(&found, width),
        }
    } else {
        match named(&pages, &arguments.names)? {
            Found::Pages(found) if arguments.json => json::pages(&found),
            Found::Pages(found) if arguments.snippet => snippet::tasks(&found),
            Found::Pages(found) => text::pages(&found, width),
            Found::Mentions(found) if arguments.json => json::list(&found),
            Found::Mentions(found) => text::list(&found, width),
        }
    };
    print(text)?;
    Ok(exit::FINE)
}

/// Longer lines are hard to read.
const MOST_COLUMNS: usize = 80;

/// What the words of the command line led to.
enum Found<'a> {
    /// Each word is the name of a module.
    Pages(Vec<&'a Page>),
    /// The one word stands in these descriptions.
    Mentions(Vec<&'a Page>),
}

fn named<'a>(pages: &'a [Page], names: &[String]) -> Result<Found<'a>, Fault> {
    let mut found = Vec::new();
    for name in names {
        match pages.iter().find(|page| page.is(name)) {
            Some(page) => found.push(page),
            None => {
                let mentions = search(pages, names);
                return match mentions.is_empty() {
                    true => Err(unknown(pages, name)),
                    false => Ok(Found::Mentions(mentions)),
                };
            }
        }
    }
    Ok(Found::Pages(found))
}

/// The pages whose name, synopsis or aliases hold every word.
fn search<'a>(pages: &'a [Page], words: &[String]) -> Vec<&'a Page> {
    let mentions = |page: &&Page| words.iter().all(|word| page.mentions(word));
    pages.iter().filter(mentions).collect()
}

fn unknown(pages: &[Page], name: &str) -> Fault {
    let short = name.rsplit('.').next().unwrap_or(name);
    let names = pages.iter().map(|page| page.name);
    let fault = Fault::new(format!("there is no module `{name}`"));
    match module::argument::nearest(short, names) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("`farcast doc --list` lists the modules"),
    }
}
