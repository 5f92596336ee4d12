use {
    super::{
        arguments::{CreateOptions, DecryptOptions, EncryptOptions, FileOptions, RekeyOptions},
        password,
    },
    crate::{
        cli::{
            environment::Environment,
            exit,
            print::{print, tell},
        },
        source::{
            Fault, VaultError,
            vault::{self, Secrets},
        },
    },
    anyhow::{Context, Result, bail},
    std::{
        fs,
        io::{self, IsTerminal, Read},
        path::{Path, PathBuf},
    },
    zeroize::Zeroizing,
};

/// `vault encrypt`.
pub(super) fn encrypt(options: &EncryptOptions, environment: &Environment) -> Result<u8> {
    let targets = targets(&options.files, options.output.as_deref())?;
    let secrets = password::fresh(&options.vault, environment)?;
    let (id, password) = password::chosen(&secrets, options.encrypt_vault_id.as_deref())?;
    for target in targets {
        match target {
            Target::File { path, output } => {
                vault::encrypt_file(path, output, password, Some(id)).map_err(Fault::from)?;
            }
            Target::Stream { input, output } => {
                let plain = read(input)?;
                if vault::is_vault(&plain) {
                    let path = input.unwrap_or(Path::new("standard input")).to_owned();
                    return Err(Fault::from(VaultError::AlreadyVault { path }).into());
                }
                let text = vault::encrypt(&plain, password, Some(id)).map_err(Fault::from)?;
                write(output, text.as_bytes())?;
            }
        }
    }
    said("Encryption successful");
    Ok(exit::FINE)
}

/// `vault decrypt`.
pub(super) fn decrypt(options: &DecryptOptions, environment: &Environment) -> Result<u8> {
    let targets = targets(&options.files, options.output.as_deref())?;
    let secrets = password::known(&options.vault, environment)?;
    for target in targets {
        match target {
            Target::File { path, output } => {
                vault::decrypt_file(path, output, &secrets).map_err(Fault::from)?;
            }
            Target::Stream { input, output } => write(output, &opened(input, &secrets)?)?,
        }
    }
    said("Decryption successful");
    Ok(exit::FINE)
}

/// `vault view`.
pub(super) fn view(options: &FileOptions, environment: &Environment) -> Result<u8> {
    let secrets = password::known(&options.vault, environment)?;
    for path in &options.files {
        print(opened(Some(path).filter(is_named), &secrets)?)?;
    }
    Ok(exit::FINE)
}

/// `vault edit`.
pub(super) fn edit(options: &FileOptions, environment: &Environment) -> Result<u8> {
    let secrets = password::known(&options.vault, environment)?;
    let editor = environment.editor()?;
    for path in &options.files {
        vault::edit(path, &secrets, &editor, &environment.scratch).map_err(Fault::from)?;
    }
    Ok(exit::FINE)
}

/// `vault create`.
pub(super) fn create(options: &CreateOptions, environment: &Environment) -> Result<u8> {
    if options.file.exists() {
        let fault = Fault::new(format!("{} exists", options.file.display()))
            .help("use `edit` to change it, or `encrypt` where it is plain text");
        return Err(fault.into());
    }
    let secrets = password::fresh(&options.vault, environment)?;
    let (id, password) = password::chosen(&secrets, options.encrypt_vault_id.as_deref())?;
    let editor = environment.editor()?;
    vault::create(
        &options.file,
        password,
        Some(id),
        &editor,
        &environment.scratch,
    )
    .map_err(Fault::from)?;
    Ok(exit::FINE)
}

/// `vault rekey`.
pub(super) fn rekey(options: &RekeyOptions, environment: &Environment) -> Result<u8> {
    let secrets = password::known(&options.vault, environment)?;
    for path in &options.files {
        vault::view(path, &secrets).map_err(Fault::from)?;
    }
    let (id, password) = password::new(
        options.new_vault_password_file.as_deref(),
        options.new_vault_id.as_deref(),
        &secrets,
        environment,
    )?;
    let id = options.encrypt_vault_id.as_deref().or(id.as_deref());
    for path in &options.files {
        vault::rekey(path, &secrets, &password, id).map_err(Fault::from)?;
    }
    said("Rekey successful");
    Ok(exit::FINE)
}

/// What is read and where the result goes.
enum Target<'a> {
    /// A file, in place or into another file.
    File {
        path: &'a Path,
        output: Option<&'a Path>,
    },
    /// Standard input or output takes part; none means that.
    Stream {
        input: Option<&'a Path>,
        output: Option<&'a Path>,
    },
}

fn targets<'a>(files: &'a [PathBuf], output: Option<&'a Path>) -> Result<Vec<Target<'a>>> {
    if output.is_some() && files.len() > 1 {
        bail!(
            "--output takes the result of one file, and here are {}",
            files.len()
        );
    }
    let to_stdout = output == Some(Path::new("-"));
    let named = output.filter(|path| *path != Path::new("-"));
    if files.is_empty() {
        return Ok(vec![Target::Stream {
            input: None,
            output: named,
        }]);
    }
    let target = |path: &'a PathBuf| match Some(path).filter(is_named) {
        Some(path) if !to_stdout => Target::File {
            path,
            output: named,
        },
        input => Target::Stream {
            input: input.map(PathBuf::as_path),
            output: named,
        },
    };
    Ok(files.iter().map(target).collect())
}

fn is_named(path: &&PathBuf) -> bool {
    path.as_os_str() != "-"
}

fn opened(input: Option<impl AsRef<Path>>, secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>> {
    match input {
        Some(path) => Ok(vault::view(path.as_ref(), secrets).map_err(Fault::from)?),
        None => Ok(secrets.open(&read(None)?).map_err(Fault::from)?.plain),
    }
}

fn read(input: Option<&Path>) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::new());
    match input {
        Some(path) => {
            *text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        }
        None => {
            io::stdin()
                .read_to_end(&mut text)
                .context("cannot read standard input")?;
        }
    }
    Ok(text)
}

/// Writes the result; a file is readable by its owner only.
pub(super) fn write(output: Option<&Path>, content: &[u8]) -> Result<()> {
    match output {
        Some(path) if path != Path::new("-") => {
            Ok(vault::write(path, content).map_err(Fault::from)?)
        }
        _ => print(content),
    }
}

/// Tells a person, and nobody else, that it is done.
fn said(text: &str) {
    if io::stdout().is_terminal() {
        tell(text);
    }
}
