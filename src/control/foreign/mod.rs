//! Modules that are not farcast's own: what is sent of them, and how their answers are read.

mod answer;
mod arguments;
mod half;
mod notice;

pub use answer::{read, read_job};

use {
    super::{Call, Prepared, Remote},
    crate::{
        module::{Module, foreign::Foreign as Agents},
        program::foreign::{Foreign, Kind, Search, interpreter},
        source::Fault,
        variable::Scope,
        wire::{Content, Object},
    },
    serde_json::Value,
    std::{fs, path::Path, sync::Arc},
};

/// What the agent calls all of them.
pub const MODULE: &str = Agents::NAME;

/// What the step says besides its arguments.
pub struct Wish<'a> {
    /// The host that it runs on.
    pub host: &'a Arc<Scope>,
    pub diff: bool,
    pub no_log: bool,
}

/// Prepares a module that is not farcast's own to be sent with its arguments.
///
/// # Errors
/// It cannot be read or packed, names no interpreter, or is only one half of what Ansible would run.
pub fn prepare(
    foreign: &Foreign,
    search: &Search<'_>,
    args: &Object,
    wish: &Wish<'_>,
    call: &Call<'_>,
) -> Result<Prepared, Fault> {
    half::forbid(foreign, args, call)?;
    let (name, path) = (&foreign.name, &foreign.path);
    let failed = |why: String| {
        refused(
            format!("the module `{name}` ({}): {why}", path.display()),
            call,
        )
    };
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    let kind = Kind::of(&bytes);
    let mut arguments = args.clone();
    arguments.extend(arguments::of_ansible(wish, call));
    let (content, foresees) = match kind {
        Kind::PowerShell => return Err(failed("it is for Windows".to_owned())),
        Kind::Python => {
            let payload = search.payload(foreign);
            let payload = payload.map_err(|error| failed(error.to_string()))?;
            (
                call.contents.hold(payload.program.clone()),
                payload.foresees,
            )
        }
        Kind::Within => (
            call.contents.hold(arguments::within(&bytes, &arguments)),
            false,
        ),
        Kind::Binary | Kind::WantJson | Kind::Words => (held(path, call)?, false),
    };
    let interpreter = match kind {
        Kind::Binary => Vec::new(),
        _ => runs(kind, interpreter(&bytes), search, wish.host, call)?,
    };
    let args = object([
        (
            "name",
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into(),
        ),
        (
            "content",
            serde_json::to_value(content).map_err(|error| failed(error.to_string()))?,
        ),
        ("style", style(kind).into()),
        ("interpreter", interpreter.into()),
        (
            "words",
            match kind {
                Kind::Words => arguments::words(&arguments).into(),
                _ => "".into(),
            },
        ),
        ("arguments", arguments.into()),
        ("foresees", foresees.into()),
    ]);
    Ok(Prepared::Remote(Remote {
        module: MODULE,
        args,
        keep: None,
        data: Object::new(),
    }))
}

fn refused(why: String, call: &Call<'_>) -> Fault {
    Fault::new(why).at(&call.step.task.action.name.place)
}

fn held(path: &Path, call: &Call<'_>) -> Result<Content, Fault> {
    call.contents
        .hold_file(path)
        .map_err(|error| call.unreadable(path, &error, ""))
}

fn style(kind: Kind) -> &'static str {
    match kind {
        Kind::Binary | Kind::WantJson => "json",
        Kind::Words => "words",
        Kind::Within | Kind::PowerShell => "within",
        Kind::Python => "python",
    }
}

/// What runs it on the host: what its first line names, unless a variable `ansible_NAME_interpreter` names another. A plain
/// `python` is the first that the host has, unless the configuration says which.
fn runs(
    kind: Kind,
    named: Option<Vec<String>>,
    search: &Search<'_>,
    host: &Arc<Scope>,
    call: &Call<'_>,
) -> Result<Vec<String>, Fault> {
    let place = &call.step.task.action.name.place;
    let mut words = match (kind, named) {
        (_, Some(words)) => words,
        (Kind::Python, None) => vec!["/usr/bin/python".to_owned()],
        (_, None) => {
            return Err(Fault::new("the module does not say what runs it")
                .at(place)
                .help("begin its file with a line such as `#!/bin/sh`"));
        }
    };
    let program = words.first().map(Path::new).and_then(Path::file_name);
    let program = program.unwrap_or_default().to_string_lossy().into_owned();
    let variable = host
        .value(&format!("ansible_{program}_interpreter"))
        .map_err(|error| super::fault(error, place))?;
    let given = variable
        .filter(|value| !value.is_none() && !value.is_undefined())
        .map(|value| value.to_string().trim().to_owned());
    let is_python = program == "python";
    let given = given.or_else(|| search.shelves.places.python.clone().filter(|_| is_python));
    let is_open = |given: &String| given.is_empty() || is_python && given.starts_with("auto");
    let given = given.filter(|given| !is_open(given));
    let first = match given {
        Some(given) => shlex::split(&given).unwrap_or_else(|| vec![given]),
        None if is_python => vec![program],
        None => return Ok(words),
    };
    words.splice(..1, first);
    Ok(words)
}

/// Values by their names.
fn object<const N: usize>(values: [(&str, Value); N]) -> Object {
    let named = values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    named.collect()
}
