use {
    crate::{
        cli::{config::Config, environment::Environment, option::VaultOptions, session, terminal},
        source::{
            Fault,
            vault::{DEFAULT_ID, Password, Secrets},
        },
    },
    anyhow::{Context, Result, bail},
    std::path::Path,
};

/// The passwords to open vaults with; asks for one where none is given.
pub(super) fn known(options: &VaultOptions, environment: &Environment) -> Result<Secrets> {
    let mut secrets = session::secrets(options, &Config::read(environment)?, environment)?;
    if secrets.is_empty() {
        let password = typed("Vault password: ")?;
        secrets.add(None, Password::new(password.into_bytes()))?;
    }
    Ok(secrets)
}

/// The passwords to encrypt with: one that is typed must be typed twice.
pub(super) fn fresh(options: &VaultOptions, environment: &Environment) -> Result<Secrets> {
    let (prompted, given): (Vec<_>, Vec<_>) =
        options.vault_id.iter().cloned().partition(|id| asks(id));
    let given = VaultOptions {
        ask_vault_pass: false,
        vault_id: given,
        ..options.clone()
    };
    let mut secrets = session::secrets(&given, &Config::read(environment)?, environment)?;
    for id in &prompted {
        let id = id.rsplit_once('@').map(|(id, _)| id);
        secrets.add(id, twice(id)?)?;
    }
    if options.ask_vault_pass || secrets.is_empty() {
        secrets.add(None, twice(None)?)?;
    }
    Ok(secrets)
}

/// The password for `rekey` with the id to write.
pub(super) fn new(
    file: Option<&Path>,
    given: Option<&str>,
    known: &Secrets,
    environment: &Environment,
) -> Result<(Option<String>, Password)> {
    if let Some(path) = file {
        let path = environment.expand(&path.to_string_lossy());
        return Ok((None, Password::from_file(&path, None, known)?));
    }
    let Some(given) = given else {
        return Ok((None, twice(None)?));
    };
    let (id, source) = match given.split_once('@') {
        Some((id, source)) => (Some(id), source),
        None => (None, given),
    };
    let password = match asks(given) {
        true => twice(id)?,
        false => Password::from_file(&environment.expand(source), id, known)?,
    };
    Ok((id.map(str::to_owned), password))
}

/// The one password to encrypt with, and its id.
pub(super) fn chosen<'a>(
    secrets: &'a Secrets,
    wanted: Option<&str>,
) -> Result<(&'a str, &'a Password)> {
    let ids = secrets.ids();
    if wanted.is_none() && ids.len() > 1 {
        let ids = ids.join("`, `");
        let fault = Fault::new(format!("there are passwords of several ids: `{ids}`"))
            .help("say which one to encrypt with: --encrypt-vault-id ID");
        return Err(fault.into());
    }
    Ok(secrets.password(wanted).map_err(Fault::from)?)
}

fn asks(id: &str) -> bool {
    let source = id.split_once('@').map_or(id, |(_, source)| source);
    matches!(source, "prompt" | "prompt_ask_vault_pass")
}

fn twice(id: Option<&str>) -> Result<Password> {
    let name = id
        .filter(|id| *id != DEFAULT_ID)
        .map(|id| format!(" ({id})"))
        .unwrap_or_default();
    let first = typed(&format!("New vault password{name}: "))?;
    if first != typed(&format!("Confirm new vault password{name}: "))? {
        bail!("the two passwords differ");
    }
    Ok(Password::new(first.into_bytes()))
}

fn typed(prompt: &str) -> Result<String> {
    let password = terminal::ask(prompt, false);
    Some(password)
        .filter(|password| !password.is_empty())
        .context(
            "no vault password: give --vault-password-file or --vault-id, or type one at a terminal",
        )
}
