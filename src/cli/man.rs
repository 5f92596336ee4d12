use {
    super::{args::Arguments, exit, print::print},
    anyhow::{Context, Result},
    clap::{Args, CommandFactory},
    clap_mangen::Man,
    std::{fs, path::PathBuf},
};

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Write one page for farcast and one for each verb into this directory.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// `farcast man`.
pub(super) fn man(arguments: &ManArguments) -> Result<u8> {
    let command = Arguments::command();
    match &arguments.dir {
        Some(dir) => fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(command, dir))
            .with_context(|| format!("cannot write the pages into {}", dir.display()))?,
        None => {
            let mut page = Vec::new();
            Man::new(command).render(&mut page)?;
            print(page)?;
        }
    }
    Ok(exit::FINE)
}
