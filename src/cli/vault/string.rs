use {
    super::{arguments::StringOptions, file, password},
    crate::{
        cli::{environment::Environment, exit, print::tell, terminal},
        source::{Fault, vault},
    },
    anyhow::{Context, Result, bail},
    std::io::{self, IsTerminal, Read},
    zeroize::Zeroizing,
};

/// A text with the name of its variable.
struct Named {
    name: Option<String>,
    text: Zeroizing<String>,
}

/// `vault encrypt-string`.
pub(super) fn encrypt(options: &StringOptions, environment: &Environment) -> Result<u8> {
    let secrets = password::fresh(&options.vault, environment)?;
    let (id, password) = password::chosen(&secrets, options.encrypt_vault_id.as_deref())?;
    let mut output = String::new();
    for Named { name, text } in texts(options)? {
        let value = vault::encrypt_string(&text, name.as_deref(), password, Some(id))
            .map_err(Fault::from)?;
        output += &value;
        output.push('\n');
    }
    file::write(options.output.as_deref(), output.as_bytes())?;
    Ok(exit::FINE)
}

/// What is typed first, then standard input, then the arguments.
fn texts(options: &StringOptions) -> Result<Vec<Named>> {
    let mut texts = Vec::new();
    let arguments = options.texts.iter().filter(|text| *text != "-");
    let stdin = options.stdin_name.is_some() || options.texts.iter().any(|text| text == "-");
    if options.prompt || (options.texts.is_empty() && !stdin && io::stdin().is_terminal()) {
        texts.push(prompted(options)?);
    }
    if stdin || (texts.is_empty() && options.texts.is_empty()) {
        texts.push(Named {
            name: options.stdin_name.clone(),
            text: from_stdin()?,
        });
    }
    let mut names = options.name.iter().cloned();
    for text in texts.iter_mut().filter(|text| text.name.is_none()) {
        // A name fits a text that was typed or read only where no argument needs it.
        if options.texts.is_empty() {
            text.name = names.next();
        }
    }
    for text in arguments {
        texts.push(Named {
            name: names.next(),
            text: Zeroizing::new(text.clone()),
        });
    }
    if let Some(name) = names.next() {
        bail!("--name {name}: there is no text for it");
    }
    if texts.iter().any(|named| named.text.is_empty()) {
        bail!("a text to encrypt is empty");
    }
    Ok(texts)
}

fn prompted(options: &StringOptions) -> Result<Named> {
    let name = match options.name.is_empty() && options.texts.is_empty() {
        true => Some(terminal::ask("Variable name (enter for no name): ", true)),
        false => None,
    };
    let first = Zeroizing::new(terminal::ask("String to encrypt: ", options.show_input));
    if !options.show_input && *first != terminal::ask("Confirm string to encrypt: ", false) {
        bail!("the two texts differ");
    }
    Ok(Named {
        name: name.filter(|name| !name.is_empty()),
        text: first,
    })
}

fn from_stdin() -> Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        tell(
            "Reading the text from standard input (ctrl-d ends it, twice where the line is not ended)",
        );
    }
    let mut text = Zeroizing::new(String::new());
    io::stdin()
        .read_to_string(&mut text)
        .context("cannot read standard input as text")?;
    Ok(text)
}
