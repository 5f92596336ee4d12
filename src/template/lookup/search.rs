use std::path::{Path, PathBuf};

use minijinja::{
    Error, State,
    value::{Rest, Value, ValueKind},
};

use crate::template::{context::Context, failure, print};

/// Finds a file where Ansible looks for it: an absolute path, else the directories of its kind, nearest first.
pub(in crate::template) fn find(
    context: &Context,
    kind: &str,
    name: &str,
) -> Result<PathBuf, Error> {
    let mut tried = Vec::new();
    for path in candidates(context, kind, name) {
        if path.exists() {
            return Ok(path);
        }
        tried.push(path.display().to_string());
    }
    Err(failure::plain(format!(
        "there is no file '{name}'; looked for {}",
        tried.join(", ")
    )))
}

/// Every place where a file of this name could stand.
pub(in crate::template) fn candidates(context: &Context, kind: &str, name: &str) -> Vec<PathBuf> {
    let name = expanded(context, name);
    if name.is_absolute() {
        return vec![name];
    }
    let own = context.directory.iter().cloned();
    own.chain(context.vars.search_path(kind))
        .map(|directory| directory.join(&name))
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .collect()
}

/// A path with `~` replaced by the home directory.
pub(in crate::template) fn expanded(context: &Context, name: &str) -> PathBuf {
    let home = context.engine.inner().settings.environment.get("HOME");
    match (name.strip_prefix('~'), home) {
        (Some(""), Some(home)) => PathBuf::from(home),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            Path::new(home).join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(name),
    }
}

/// `__path(name)`: turns the name that a template includes into the path that is loaded.
pub(in crate::template) fn template_path(
    state: &mut State,
    args: Rest<Value>,
) -> Result<Value, Error> {
    let name = args.first().cloned().unwrap_or_default();
    if name.is_undefined() {
        return Err(failure::undefined());
    }
    let context = Context::of(state)?;
    let beside = Path::new(state.name()).parent().map(Path::to_path_buf);
    let resolve = |name: &Value| {
        let name = print::text(name);
        let near = beside
            .iter()
            .filter(|beside| beside.is_absolute())
            .map(|beside| beside.join(&name));
        near.chain(candidates(&context, "templates", &name))
            .find(|path| path.is_file())
            .map_or(Value::from(name), |path| {
                Value::from(path.to_string_lossy().into_owned())
            })
    };
    match name.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            Ok(name.try_iter()?.map(|name| resolve(&name)).collect())
        }
        _ => Ok(resolve(&name)),
    }
}
