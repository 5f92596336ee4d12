use {
    super::object,
    crate::{
        act::{Failure, Probe, Question},
        wire::Object,
    },
    serde_json::Value,
    std::path::Path,
};

const DIRECTORY: &str = "/etc/ansible/facts.d";

/// Facts that the host's administrator laid down where they belong.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    read_from(probe, Path::new(DIRECTORY), &mut Vec::new())
}

/// Facts that the host's administrator laid down in a directory: JSON, INI, or programs that print one of them. A program that
/// is given up leaves a warning, and what it says in place of the fact.
pub fn read_from(
    probe: &Probe,
    directory: &Path,
    warnings: &mut Vec<String>,
) -> Result<Object, Failure> {
    let names = match probe.exists(directory)? {
        true => probe.list(directory)?,
        false => Vec::new(),
    };
    let mut local = Object::new();
    for name in names {
        let name = name.to_string_lossy();
        let Some(fact) = name.strip_suffix(".fact") else {
            continue;
        };
        let path = directory.join(&*name);
        let is_program = probe
            .follow(&path)?
            .is_some_and(|inode| inode.is_file() && inode.mode & 0o111 != 0);
        let text = match is_program {
            true => probe
                .ask(&Question::LocalFact(path.display().to_string()))
                .map(|finished| finished.text()),
            false => probe
                .read(&path)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        };
        let value = match text {
            Ok(text) => parse(&text),
            Err(failure @ Failure::Unanswered { .. }) => {
                warnings.push(format!("no local fact `{fact}`: {failure}"));
                failure.to_string().into()
            }
            Err(failure) => failure.to_string().into(),
        };
        local.insert(fact.into(), value);
    }
    Ok(object([("local", Value::Object(local))]))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| ini(text))
}

/// Sections of `name = value`; names are in lower case.
fn ini(text: &str) -> Value {
    let mut sections = Object::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.into();
            sections.insert(section.clone(), Value::Object(Object::new()));
        } else if !line.starts_with(['#', ';'])
            && let Some((name, value)) = line.split_once(['=', ':'])
            && let Some(Value::Object(values)) = sections.get_mut(&section)
        {
            values.insert(name.trim().to_lowercase(), value.trim().into());
        }
    }
    Value::Object(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json_and_ini() {
        assert_eq!(parse("{\"a\": 1}")["a"], 1);
        assert_eq!(parse("; x\n[web]\nPort = 80\n")["web"]["port"], "80");
    }
}
