//! Lookups: values from the controller's own files, environment and commands, one file a family.

mod config;
mod file;
mod host;
mod list;
mod scope;
mod search;
mod table;
mod url;
mod world;

use minijinja::{Error, value::Value};

use super::{ErrorKind, Reach, TemplateError, call::Call, collection, failure};
pub(super) use file::matching;
pub(super) use list::one_or_more;
pub(super) use scope::with;
pub(super) use search::{candidates, expanded, find as found, template_path};

/// A lookup takes its terms and gives a list of results.
pub(super) type Lookup = fn(&mut Call, &[Value]) -> Result<Vec<Value>, Error>;

fn all() -> impl Iterator<Item = (&'static str, Lookup)> {
    [
        config::ALL,
        file::ALL,
        host::ALL,
        list::ALL,
        table::ALL,
        url::ALL,
        world::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(collection::lookups())
}

/// `lookup('name', …)`: one value, or several joined by commas.
pub(super) fn lookup(call: &mut Call) -> Result<Value, Error> {
    let wants_list = call.named("wantlist").is_some_and(|value| value.is_true());
    let Some(found) = run(call)? else {
        return Ok(if wants_list {
            Value::from(Vec::<Value>::new())
        } else {
            Value::from(())
        });
    };
    if wants_list {
        return Ok(found.into());
    }
    Ok(match found.as_slice() {
        [] => Value::from(Vec::<Value>::new()),
        [one] => one.clone(),
        many if many.iter().all(|item| item.as_str().is_some()) => {
            let texts: Vec<&str> = many.iter().filter_map(Value::as_str).collect();
            texts.join(",").into()
        }
        many => many.to_vec().into(),
    })
}

/// `query('name', …)`: always a list.
pub(super) fn query(call: &mut Call) -> Result<Value, Error> {
    Ok(run(call)?.unwrap_or_default().into())
}

/// Lookups that reach nothing but variables and what was set before the run.
const WITHIN: &[&str] = &["vars", "varnames", "env", "random_choice", "config"];

/// Lookups that start programs, ask servers or write files.
const WORLD: &[&str] = &["pipe", "lines", "password", "url"];

/// Refuses what is not to be reached yet, where an expression is evaluated before its turn.
fn may_reach(call: &Call, name: &str) -> Result<(), Error> {
    let lists = list::ALL.iter().map(|(known, _)| known);
    let reach = match name {
        _ if lists.chain(WITHIN).any(|known| *known == name) => return Ok(()),
        _ if WORLD.contains(&name) => Reach::World,
        _ => Reach::Files,
    };
    match call.context()?.vars.may_reach(reach) {
        true => Ok(()),
        false => Err(failure::plain(format!("lookup '{name}' before its turn"))),
    }
}

/// The results; nothing where the lookup failed and that is to be ignored.
fn run(call: &mut Call) -> Result<Option<Vec<Value>>, Error> {
    let name = call.need_text(0, "name")?;
    let short = name.strip_prefix("ansible.builtin.").unwrap_or(&name);
    let Some((_, lookup)) = all().find(|(known, _)| *known == short) else {
        let message = format!("there is no lookup '{name}'");
        let mut unknown = TemplateError::new(ErrorKind::Unknown, message);
        unknown.help = failure::nearest(short, all().map(|(known, _)| known));
        return Err(failure::caused(unknown));
    };
    may_reach(call, short)?;
    let errors = call.named("errors");
    let errors = errors.as_ref().and_then(Value::as_str).unwrap_or("strict");
    let terms: Vec<Value> = call.args.iter().skip(1).cloned().collect();
    match lookup(call, &terms) {
        Err(_) if errors == "ignore" || errors == "warn" => Ok(None),
        Err(error) if std::error::Error::source(&error).is_none() => {
            let detail = error.detail().unwrap_or_default();
            Err(failure::plain(format!("lookup '{short}': {detail}")))
        }
        result => result.map(Some),
    }
}
