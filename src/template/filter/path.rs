//! Paths and addresses.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use crate::template::{builtin::Run, call::Call, call::items, failure, lookup, print};

pub(super) const ALL: &[(&str, Run)] = &[
    ("basename", |call| {
        let path = call.subject();
        Ok(path.rsplit('/').next().unwrap_or_default().into())
    }),
    ("dirname", |call| Ok(dirname(&call.subject()).into())),
    ("splitext", splitext),
    ("expanduser", |call| {
        let path = lookup::expanded(&*call.context()?, &call.subject());
        Ok(path.to_string_lossy().into_owned().into())
    }),
    ("expandvars", expandvars),
    ("realpath", |call| {
        let path = real(&call.file());
        Ok(path.to_string_lossy().into_owned().into())
    }),
    ("relpath", relpath),
    ("commonpath", common),
    (
        "fileglob",
        |call| Ok(lookup::matching(&call.file())?.into()),
    ),
    ("path_join", path_join),
    ("normpath", |call| {
        let path = call.subject();
        let text = normal(&path).to_string_lossy().into_owned();
        // POSIX lets two slashes mean something else than one.
        let double = path.starts_with("//") && !path.starts_with("///");
        Ok(if double { format!("/{text}") } else { text }.into())
    }),
    ("urlsplit", urlsplit),
];

fn dirname(path: &str) -> &str {
    let Some(at) = path.rfind('/') else { return "" };
    let head = &path[..=at];
    match head.trim_end_matches('/') {
        "" => head,
        head => head,
    }
}

fn splitext(call: &mut Call) -> Result<Value, Error> {
    let path = call.subject();
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let leading = path[name..].len() - path[name..].trim_start_matches('.').len();
    let at = path[name + leading..]
        .rfind('.')
        .map_or(path.len(), |at| at + name + leading);
    let parts = [&path[..at], &path[at..]];
    Ok(parts.into_iter().map(Value::from).collect())
}

fn expandvars(call: &mut Call) -> Result<Value, Error> {
    let context = call.context()?;
    let environment = &context.engine.inner().settings.environment;
    Ok(filled(&call.subject(), environment).into())
}

/// A text in which variables of the environment stand for `$NAME` and `${NAME}`.
pub(in crate::template) fn filled(text: &str, environment: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, whole) = match after
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
        {
            Some((name, _)) => (name, name.len() + 3),
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                (&after[..end], end + 1)
            }
        };
        match environment.get(name) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[at..at + whole]),
        }
        rest = &rest[at + whole..];
    }
    out.push_str(rest);
    out
}

/// A path without `.` and `..`, as far as that can be said without looking.
pub(in crate::template) fn normal(path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => _ = out.pop(),
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// A path with its links followed as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    let mut known = absolute.as_path();
    loop {
        if let Ok(found) = known.canonicalize() {
            let whole = missing
                .iter()
                .rev()
                .fold(found, |path, part| path.join(part));
            return normal(&whole.to_string_lossy());
        }
        match (known.parent(), known.components().next_back()) {
            (Some(parent), Some(part)) => {
                missing.push(part.as_os_str().to_owned());
                known = parent;
            }
            _ => return normal(&absolute.to_string_lossy()),
        }
    }
}

fn relpath(call: &mut Call) -> Result<Value, Error> {
    let absolute = |path: &str| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
        normal(&path.to_string_lossy())
    };
    let path = absolute(&call.subject());
    let start = absolute(&call.text(1, "start").unwrap_or_else(|| ".".into()));
    let (to, from): (Vec<_>, Vec<_>) = (path.components().collect(), start.components().collect());
    let shared = to
        .iter()
        .zip(&from)
        .take_while(|(left, right)| left == right)
        .count();
    let mut out = PathBuf::new();
    (shared..from.len()).for_each(|_| out.push(".."));
    to[shared..].iter().for_each(|part| out.push(part));
    let out = out.to_string_lossy().into_owned();
    Ok(if out.is_empty() {
        ".".into()
    } else {
        out.into()
    })
}

/// The directory that several paths share.
fn common(call: &mut Call) -> Result<Value, Error> {
    let texts: Vec<String> = call.items()?.iter().map(print::text).collect();
    let split = |text: &String| -> Vec<String> {
        let parts = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".");
        parts.map(str::to_owned).collect()
    };
    let absolute = texts.iter().filter(|text| text.starts_with('/')).count();
    if texts.is_empty() || (absolute > 0 && absolute < texts.len()) {
        return Err(failure::plain(
            "needs paths, all of them absolute or all of them not",
        ));
    }
    let mut shared = split(&texts[0]);
    for other in texts.iter().skip(1).map(split) {
        let same = shared
            .iter()
            .zip(&other)
            .take_while(|(one, two)| one == two);
        let count = same.count();
        shared.truncate(count);
    }
    let root = if absolute > 0 { "/" } else { "" };
    Ok(format!("{root}{}", shared.join("/")).into())
}

fn path_join(call: &mut Call) -> Result<Value, Error> {
    let parts = match call.value().kind() {
        ValueKind::String => vec![call.value()],
        _ => items(&call.value())?,
    };
    if parts.is_empty() {
        return Err(failure::plain("there is no part to join"));
    }
    let mut out = String::new();
    for part in &parts {
        let part = print::text(part);
        if part.starts_with('/') || out.is_empty() {
            out = part;
        } else {
            if !out.ends_with('/') {
                out.push('/');
            }
            out.push_str(&part);
        }
    }
    Ok(out.into())
}

fn urlsplit(call: &mut Call) -> Result<Value, Error> {
    let url = call.subject();
    let (rest, fragment) = url.split_once('#').unwrap_or((&url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest),
        _ => ("", rest),
    };
    let (netloc, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (login, host) = netloc.rsplit_once('@').unwrap_or(("", netloc));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, port)) => (address, port.trim_start_matches(':')),
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let wanted = call.text(1, "query").filter(|part| !part.is_empty());
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Err(failure::plain(format!("'{port}' is no port")));
    }
    let given = |text: &str, is: bool| {
        if is {
            Value::from(text)
        } else {
            Value::from(())
        }
    };
    let parts = [
        ("fragment", Value::from(fragment)),
        ("hostname", given(&host.to_lowercase(), !host.is_empty())),
        ("netloc", netloc.into()),
        ("password", given(password, login.contains(':'))),
        ("path", path.into()),
        (
            "port",
            port.parse::<u16>().map_or(Value::from(()), Value::from),
        ),
        ("query", query.into()),
        ("scheme", scheme.to_lowercase().into()),
        ("username", given(user, netloc.contains('@'))),
    ];
    match wanted {
        None => Ok(Value::from_pairs(parts)),
        Some(wanted) => parts
            .into_iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, part)| part)
            .ok_or_else(|| failure::plain(format!("an address has no part '{wanted}'"))),
    }
}

/// Whether a text can be the scheme of an address.
pub(in crate::template) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(
            shown("{{ '/a/b.tar.gz' | basename | splitext }}"),
            "['b.tar', '.gz']"
        );
        assert_eq!(shown("{{ '/a/b/' | dirname }}"), "'/a/b'");
        assert_eq!(shown("{{ ['/a', 'b', '/c'] | path_join }}"), "'/c'");
        assert_eq!(shown("{{ '/a/b' | relpath('/a/c/d') }}"), "'../../b'");
    }

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(
            shown("{{ 'https://u:p@Ex.org:80/x?q#f' | urlsplit('hostname') }}"),
            "'ex.org'"
        );
        assert_eq!(
            shown("{{ 'https://ex.org:80/x' | urlsplit('port') }}"),
            "80"
        );
    }
}
