//! Ansible's own settings, as `ansible.cfg`, the environment and playbooks give them.

use minijinja::{Error, value::Value};

use super::{Lookup, search};
use crate::template::{
    ErrorKind, TemplateError, call::Call, context::Context, engine::Configuration, failure, filter,
    from_json, print,
};

pub(super) const ALL: &[(&str, Lookup)] = &[("config", config)];

/// A setting a line, with its parts between bars.
const SETTINGS: &str = include_str!("setting.txt");

/// The setting that others' defaults begin with.
const HOME: &str = "ANSIBLE_HOME";

fn config(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let missing = call.text(99, "on_missing");
    let missing = missing.as_deref().unwrap_or("error");
    if !["error", "warn", "skip"].contains(&missing) {
        let message = format!("'on_missing' is one of error, warn, skip, not '{missing}'");
        return Err(failure::plain(message));
    }
    if call.text(99, "plugin_type").is_some() || call.text(99, "plugin_name").is_some() {
        return Err(failure::plain(
            "there are no plugins here whose settings could be looked up; leave plugin_type and plugin_name out",
        ));
    }
    let context = call.context()?;
    let with_origin = call.flag(99, "show_origin");
    let mut found = Vec::new();
    for term in terms {
        let Some(name) = term.as_str() else {
            let message = format!("{} is no name of a setting", print::repr(term));
            return Err(failure::plain(message));
        };
        match answer(&context, name)? {
            Some((value, origin)) if with_origin => found.push(vec![value, origin.into()].into()),
            Some((value, _)) => found.push(value),
            None if missing == "error" => return Err(unknown(name)),
            None => {}
        }
    }
    Ok(found)
}

fn unknown(name: &str) -> Error {
    let message = format!("Ansible has no setting '{name}' that could be looked up");
    let mut error = TemplateError::new(ErrorKind::Failed, message);
    error.help = failure::nearest(name, lines().filter_map(|line| line.split(" |").next()));
    failure::caused(error)
}

fn lines() -> impl Iterator<Item = &'static str> {
    SETTINGS.lines().filter(|line| !line.starts_with('#'))
}

/// A setting's value and where it comes from; nothing where there is no such setting.
fn answer(context: &Context, name: &str) -> Result<Option<(Value, String)>, Error> {
    let configuration = &context.engine.inner().settings.configuration;
    if name == "CONFIG_FILE" {
        let path = configuration.path.as_ref();
        let path = path.map(|path| Value::from(path.to_string_lossy().into_owned()));
        return Ok(Some((path.unwrap_or(().into()), String::new())));
    }
    let Some(setting) = Setting::find(name) else {
        return Ok(None);
    };
    let given = setting.given(context, configuration)?;
    if let Some((value, origin)) = given
        && let Some(typed) = setting.typed(context, &value, &origin)?
    {
        return Ok(Some((typed, origin.named())));
    }
    let default = setting.default(context, configuration)?;
    let typed = setting.typed(context, &default, &Origin::Default)?;
    Ok(Some((typed.unwrap_or(default), Origin::Default.named())))
}

/// What gave a setting.
enum Origin {
    Variable(String),
    Environment(String),
    File(std::path::PathBuf),
    Default,
}

impl Origin {
    /// As Ansible names it.
    fn named(&self) -> String {
        match self {
            Self::Variable(name) => format!("var: {name}"),
            Self::Environment(name) => format!("env: {name}"),
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Default => "default".to_owned(),
        }
    }
}

/// A line of the table.
struct Setting {
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    keys: &'static str,
    environment: &'static str,
    variables: &'static str,
}

impl Setting {
    fn find(name: &str) -> Option<Self> {
        let mut parts = lines()
            .map(|line| line.split(" | "))
            .find(|parts| parts.clone().next() == Some(name))?;
        let mut part = || {
            parts
                .next()
                .unwrap_or_default()
                .trim_end_matches([' ', '|'])
        };
        Some(Self {
            name: part(),
            kind: part(),
            default: part(),
            keys: part(),
            environment: part(),
            variables: part(),
        })
    }

    /// What was said about it.
    fn given(
        &self,
        context: &Context,
        configuration: &Configuration,
    ) -> Result<Option<(Value, Origin)>, Error> {
        for name in backwards(self.variables) {
            if let Some(value) = context.vars.get(name) {
                let value = value.map_err(failure::caused)?;
                return Ok(Some((value, Origin::Variable(name.to_owned()))));
            }
        }
        let environment = &context.engine.inner().settings.environment;
        for name in backwards(self.environment) {
            if let Some(value) = environment.get(name) {
                let origin = Origin::Environment(name.to_owned());
                return Ok(Some((value.as_str().into(), origin)));
            }
        }
        let path = configuration.path.clone().unwrap_or_default();
        let mut values = backwards(self.keys).filter_map(|key| configuration.values.get(key));
        let value = values.next().map(|value| Value::from(value.as_str()));
        Ok(value.map(|value| (value, Origin::File(path))))
    }

    fn default(&self, context: &Context, configuration: &Configuration) -> Result<Value, Error> {
        let own = configuration.own.get(self.name).map(String::as_str);
        let json = own.unwrap_or(self.default);
        let value = serde_json::from_str(json)
            .map_err(|error| failure::plain(format!("the default of {}: {error}", self.name)))?;
        let value = from_json(&value);
        match value.as_str().and_then(|text| text.strip_prefix("{home}")) {
            Some(rest) => {
                let (home, _) = answer(context, HOME)?.unwrap_or_default();
                Ok(format!("{home}{rest}").into())
            }
            None => Ok(value),
        }
    }

    /// The value as its kind has it; nothing where the environment gives an empty text for what cannot be empty.
    fn typed(
        &self,
        context: &Context,
        value: &Value,
        origin: &Origin,
    ) -> Result<Option<Value>, Error> {
        let Some(text) = value.as_str() else {
            return Ok(Some(value.clone()));
        };
        let in_file = matches!(origin, Origin::File(_));
        let own = |text: &str| match in_file {
            true => Value::from(unquoted(text)),
            false => Value::from(text),
        };
        let located = |path: &str| located(context, path, origin);
        let number = match self.kind {
            "bool" => return Ok(Some(filter::truth(value).unwrap_or(false).into())),
            "list" => {
                return Ok(Some(
                    parts(text, ',').map(unquoted).map(Value::from).collect(),
                ));
            }
            "paths" => return Ok(Some(text.split(':').map(located).collect())),
            "places" => return Ok(Some(parts(text, ',').map(located).collect())),
            "path" => return Ok(Some(own(&located(text)))),
            "int" => whole(text).map(Value::from),
            "float" => text.trim().parse::<f64>().ok().map(Value::from),
            _ => return Ok(Some(own(text))),
        };
        match number {
            Some(number) => Ok(Some(number)),
            None if text.is_empty() && matches!(origin, Origin::Environment(_)) => Ok(None),
            None => Err(failure::plain(format!(
                "{} must be a number, not '{text}' ({})",
                self.name,
                origin.named()
            ))),
        }
    }
}

/// Names, the last one first: it counts.
fn backwards(names: &'static str) -> impl Iterator<Item = &'static str> {
    names.rsplit(',').filter(|name| !name.is_empty())
}

fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).map(str::trim)
}

fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let float = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.fract() == 0.0)
    };
    text.parse()
        .ok()
        .or_else(|| float().map(|number| number as i64))
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// A path as the file that names it has it, else from the working directory.
fn located(context: &Context, path: &str, origin: &Origin) -> String {
    let path = filter::filled(path, &context.engine.inner().settings.environment);
    let path = search::expanded(context, &path);
    let beside = match origin {
        Origin::File(file) => file.parent().map(|beside| beside.join(&path)),
        _ => None,
    };
    let path = std::path::absolute(beside.unwrap_or(path)).unwrap_or_default();
    let path = filter::normal(&path.to_string_lossy());
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fixture::shown;

    #[test]
    fn settings_have_their_defaults_and_types() {
        assert_eq!(shown("{{ lookup('config', 'DEFAULT_TIMEOUT') }}"), "10");
        assert_eq!(
            shown("{{ lookup('config', 'DEFAULT_ROLES_PATH') }}"),
            "['/home/ada/.ansible/roles', '/usr/share/ansible/roles', '/etc/ansible/roles']"
        );
        assert_eq!(
            shown("{{ lookup('config', 'DEFAULT_FORKS', show_origin=true) }}"),
            "[5, 'default']"
        );
        assert_eq!(
            shown("{{ query('config', 'NO', on_missing='skip') }}"),
            "[]"
        );
        let error = shown("{{ lookup('config', 'DEFAULT_FORK') }}");
        assert!(error.contains("no setting 'DEFAULT_FORK'"), "{error}");
        let error = shown("{{ lookup('config', 'x', plugin_type='shell', plugin_name='sh') }}");
        assert!(error.contains("no plugins"), "{error}");
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        for line in lines() {
            let name = line.split(" |").next().unwrap_or_default();
            let setting = Setting::find(name).unwrap();
            let json = serde_json::from_str::<serde_json::Value>(setting.default);
            assert!(json.is_ok(), "{line}");
            let kinds = [
                "raw", "bool", "int", "float", "text", "list", "path", "paths", "places",
            ];
            assert!(kinds.contains(&setting.kind), "{line}");
        }
    }
}
