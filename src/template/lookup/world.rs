//! What is around: the environment, variables, commands, passwords.

use std::process::{Command, Stdio};

use minijinja::{Error, value::Value};

use super::{Lookup, search};
use crate::template::{call::Call, context::Context, failure, filter, print};

pub(super) const ALL: &[(&str, Lookup)] = &[
    ("env", env),
    ("vars", vars),
    ("varnames", varnames),
    ("pipe", pipe),
    ("lines", lines),
    ("password", password),
    ("random_choice", random_choice),
];

fn env(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let environment = &context.engine.inner().settings.environment;
    let default = call.named("default").unwrap_or_else(|| Value::from(""));
    let value = |term: &Value| {
        let name = print::text(term);
        match environment.get(&name) {
            Some(value) => Ok(value.as_str().into()),
            None => Ok(default.clone()),
        }
    };
    terms.iter().map(value).collect()
}

fn vars(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let default = call.named("default").filter(|default| !default.is_none());
    let value = |term: &Value| {
        let name = print::text(term);
        match (context.vars.get(&name), &default) {
            (Some(found), _) => found.map_err(failure::caused),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => {
                let message = format!("there is no variable '{name}'");
                Err(failure::plain(message))
            }
        }
    };
    terms.iter().map(value).collect()
}

fn varnames(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let mut found = Vec::new();
    for term in terms {
        let regex = filter::compile(&print::text(term), false, false)?;
        let mut names = context.vars.names();
        names.sort();
        for name in names {
            if filter::found(&regex, &name, false)? {
                found.push(name.into());
            }
        }
    }
    Ok(found)
}

/// The directory of the playbook: what is searched last.
fn base(context: &Context) -> Option<std::path::PathBuf> {
    context.vars.search_path("").pop()
}

/// Runs a command line as the user wrote it; that is what these two lookups are for.
fn output(call: &Call, term: &Value) -> Result<String, Error> {
    let context = call.context()?;
    let line = print::text(term);
    let directory = base(&context).filter(|path| path.is_dir());
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(&line).stdin(Stdio::null());
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    let done = command
        .output()
        .map_err(|error| failure::plain(format!("'{line}' cannot be started: {error}")))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(failure::plain(format!(
            "'{line}' failed ({}): {}",
            done.status,
            said.trim()
        )));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn pipe(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    terms
        .iter()
        .map(|term| Ok(output(call, term)?.trim_end().into()))
        .collect()
}

fn lines(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for term in terms {
        found.extend(output(call, term)?.lines().map(Value::from));
    }
    Ok(found)
}

fn random_choice(_call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let mut random = filter::Random::fresh()?;
    match terms.len() {
        0 => Ok(Vec::new()),
        count => Ok(vec![terms[random.below(count)].clone()]),
    }
}

/// `PATH length=20 chars=ascii_letters,digits encrypt=… seed=…`: a password that is made once and kept in a file.
fn password(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let context = call.context()?;
    let mut found = Vec::new();
    for term in terms {
        let wish = Wish::read(call, &print::text(term))?;
        let path = search::expanded(&context, &wish.path);
        let path = match (path.is_absolute(), base(&context)) {
            (false, Some(base)) => base.join(path),
            _ => path,
        };
        let keeps = path != std::path::Path::new("/dev/null");
        let known = std::fs::read_to_string(&path)
            .ok()
            .filter(|text| keeps && !text.is_empty());
        let (word, salt) = match &known {
            Some(text) => {
                let text = text.trim_end();
                let (word, salt) = text.split_once(" salt=").unwrap_or((text, ""));
                (
                    word.to_owned(),
                    Some(salt.to_owned()).filter(|salt| !salt.is_empty()),
                )
            }
            None => (wish.word()?, None),
        };
        let salt = match (salt, &wish.encrypt) {
            (None, Some(_)) => Some(filter::word(16, &format!("{LETTERS}{DIGITS}"))?),
            (salt, _) => salt,
        };
        if keeps
            && (known.is_none()
                || (known.as_ref().is_some_and(|text| !text.contains(" salt=")) && salt.is_some()))
        {
            keep(&path, &word, salt.as_deref())?;
        }
        found.push(match (&wish.encrypt, salt) {
            (Some(kind), Some(salt)) => filter::crypt(&word, kind, &salt, None)?.into(),
            _ => word.into(),
        });
    }
    Ok(found)
}

/// Writes the password where only its owner reads it; the file is whole or not there.
fn keep(path: &std::path::Path, word: &str, salt: Option<&str>) -> Result<(), Error> {
    let salt = salt.map_or_else(String::new, |salt| format!(" salt={salt}"));
    let directory = path.parent().unwrap_or(std::path::Path::new("."));
    let fail = |error: std::io::Error| {
        failure::plain(format!(
            "cannot keep the password in {}: {error}",
            path.display()
        ))
    };
    std::fs::create_dir_all(directory).map_err(fail)?;
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(fail)?;
    std::io::Write::write_all(&mut file, format!("{word}{salt}\n").as_bytes()).map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// What a password is to be like.
struct Wish {
    path: String,
    length: usize,
    characters: String,
    encrypt: Option<String>,
    seed: Option<Value>,
}

impl Wish {
    fn read(call: &Call, term: &str) -> Result<Self, Error> {
        let mut words = term.split_whitespace();
        let mut wish = Self {
            path: words.next().unwrap_or_default().to_owned(),
            length: 20,
            characters: format!("{LETTERS}{DIGITS}.,:-_"),
            encrypt: None,
            seed: None,
        };
        for word in words {
            match word.split_once('=') {
                Some((name, value)) => wish.option(name, &Value::from(value))?,
                None => wish.path = format!("{} {word}", wish.path),
            }
        }
        for (name, value) in &call.kwargs {
            wish.option(name, value)?;
        }
        Ok(wish)
    }

    fn option(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        match name {
            "length" => {
                self.length = print::text(value)
                    .parse()
                    .map_err(|_| failure::plain("'length' must be a number"))?;
            }
            "chars" => self.characters = characters(value)?,
            "encrypt" => self.encrypt = Some(print::text(value)).filter(|kind| !kind.is_empty()),
            "seed" => self.seed = Some(value.clone()),
            _ => {}
        }
        Ok(())
    }

    fn word(&self) -> Result<String, Error> {
        let Some(seed) = &self.seed else {
            return filter::word(self.length, &self.characters);
        };
        let characters: Vec<char> = self.characters.chars().collect();
        let mut random = filter::Random::seeded(seed);
        Ok((0..self.length)
            .map(|_| characters[random.below(characters.len())])
            .collect())
    }
}

/// Names of sets of characters, or characters.
fn characters(value: &Value) -> Result<String, Error> {
    let names = match value.as_str() {
        Some(text) => text.split(',').map(str::to_owned).collect::<Vec<_>>(),
        None => value.try_iter()?.map(|name| print::text(&name)).collect(),
    };
    let mut out = String::new();
    for name in names {
        match name.as_str() {
            "ascii_letters" => out.push_str(LETTERS),
            "ascii_lowercase" => out.push_str(&LETTERS[..26]),
            "ascii_uppercase" => out.push_str(&LETTERS[26..]),
            "digits" => out.push_str(DIGITS),
            "hexdigits" => out.push_str("0123456789abcdefABCDEF"),
            "punctuation" => out.push_str("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
            other => out.push_str(other),
        }
    }
    if out.is_empty() {
        return Err(failure::plain("'chars' names no characters"));
    }
    Ok(out)
}
