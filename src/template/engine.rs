use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::{self, Debug, Formatter},
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
};

use minijinja::{Environment, value::Value};
use tera::Tera;

use super::{
    ErrorKind, TemplateError, Variables, builtin,
    compile::{Sources, Spelling},
    condition,
    context::Context,
    failure::{self, Originals},
    file::{ended_alike, header, unended},
    filter,
    finish::{self, finished, silent},
    print,
    recursion::Guard,
    rewrite::Use,
    tera::Texts,
    test,
    variables::Nothing,
};

/// Decrypts a vault's envelope; the error says why it cannot.
pub type Decrypt = dyn Fn(&str) -> Result<String, String> + Send + Sync;

/// What templates may use of the world outside.
pub struct Settings {
    /// What `lookup('env', …)` sees.
    pub environment: BTreeMap<String, String>,
    /// What `lookup('config', …)` sees beside it.
    pub configuration: Configuration,
    /// Opens vaulted values.
    pub decrypt: Box<Decrypt>,
    /// A condition must be a boolean, as ansible-core 2.19 has it; else anything that is not empty is true, as before.
    pub strict_conditions: bool,
}

impl Debug for Settings {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        // The environment may hold secrets.
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}

/// What `ansible.cfg` says.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The file.
    pub path: Option<PathBuf>,
    /// `section.key` to value, as they stand there.
    pub values: BTreeMap<String, String>,
    /// Settings whose default is farcast's own: the name, as Ansible has it, and the default in JSON.
    pub own: BTreeMap<String, String>,
}

/// Renders Jinja2 as Ansible has it, and Tera. Cheap to clone; clones share what was compiled.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub environment: Environment<'static>,
    pub settings: Settings,
    pub sources: Arc<Sources>,
    /// Environments whose syntax is another one, by what the first line of a template asks for.
    pub dialects: Mutex<HashMap<String, Arc<Environment<'static>>>>,
    /// Tera's templates with all that they include, by their texts.
    pub teras: Mutex<HashMap<Texts, Arc<Tera>>>,
    globals: BTreeSet<String>,
}

impl Debug for Engine {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    pub fn new(settings: Settings) -> Self {
        let sources = Arc::new(Sources::default());
        let environment = builtin::environment(&sources);
        let globals = environment
            .globals()
            .map(|(name, _)| name.to_owned())
            .collect();
        Self {
            inner: Arc::new(Inner {
                environment,
                settings,
                sources,
                dialects: Mutex::default(),
                teras: Mutex::default(),
                globals,
            }),
        }
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// For what the engine itself keeps.
    pub(super) fn weak(&self) -> Weak<Inner> {
        Arc::downgrade(&self.inner)
    }

    /// Whether a name is a function that every template has.
    pub(super) fn is_global(&self, name: &str) -> bool {
        self.inner.globals.contains(name)
    }

    /// Whether a name is a function that only rewritten templates call.
    pub(super) fn is_own(&self, name: &str) -> bool {
        name.starts_with("__") && self.is_global(name)
    }

    /// Evaluates a bare expression, as in `debug: var=`.
    pub fn expression(
        &self,
        source: &str,
        vars: &Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let value = self.evaluate(&Spelling::expression(source), source, vars)?;
        finished(value)
    }

    /// Decides a condition. A text that is itself a template (`when: "{{ x }}"`) is rendered first and then read as a condition.
    ///
    /// # Errors
    /// Besides what evaluation gives: where [`Settings::strict_conditions`] asks for it, a result that is no boolean.
    pub fn truth(&self, source: &str, vars: &Arc<dyn Variables>) -> Result<bool, TemplateError> {
        let source = source.trim();
        if source.is_empty() {
            return self.decided(&Value::from(""), source);
        }
        if condition::is_template(source, self.inner.settings.strict_conditions) {
            let rendered = self.text(source, vars)?;
            return match rendered.as_str().map(str::trim) {
                Some(text) if !text.is_empty() => self.truth(text, vars),
                _ => self.decided(&rendered, source),
            };
        }
        let value = self.evaluate(&Spelling::condition(source), source, vars)?;
        self.decided(&finished(value)?, source)
    }

    fn decided(&self, value: &Value, source: &str) -> Result<bool, TemplateError> {
        condition::decided(value, source, self.inner.settings.strict_conditions)
    }

    /// Renders a string that may contain templates. One `{{ }}` and nothing else gives the value itself, anything else a string.
    pub fn text(&self, source: &str, vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        if !Self::is_template(source) {
            return Ok(Value::from(source));
        }
        if source.starts_with("#jinja2:") {
            return self.headed(source, vars);
        }
        // The line end that a block of YAML has is none of the value's; a text gets it back.
        let body = source.strip_suffix('\n').unwrap_or(source);
        let value = self.native(body, vars)?;
        Ok(match value.as_str() {
            Some(text) if body.len() < source.len() => ended_alike(source, text.to_owned()).into(),
            _ => value,
        })
    }

    /// A string whose first line sets options.
    fn headed(&self, source: &str, vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        let (header, body) = header(source)?;
        let environment = self.environment_for(header.unwrap_or_default())?;
        let spelling = Spelling::text(unended(body, header.unwrap_or_default()));
        let (text, _) = self.render_in(&environment, &spelling, body, vars, None)?;
        Ok(ended_alike(body, text).into())
    }

    fn native(&self, source: &str, vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        if let Some(whole) = self.inner.sources.whole(source) {
            return finished(self.evaluate(&whole, source, vars)?);
        }
        let (text, context) = self.render(&Spelling::text(source), source, vars, None)?;
        match context.only() {
            Some(value) if printed(&value) == text => finished(value),
            None if text.is_empty() && context.is_silent() => Ok(Value::from(())),
            _ => Ok(Value::from(text)),
        }
    }

    pub(super) fn evaluate(
        &self,
        spelling: &Spelling,
        source: &str,
        vars: &Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let (_, context) = self.render(spelling, source, vars, None)?;
        let value = context.only().unwrap_or(Value::UNDEFINED);
        if context.misses().is_empty() && !value.is_undefined() || !silent(&value) {
            return Ok(value);
        }
        let error = failure::undefined();
        let mut error = failure::explain(&error, &context, &*self.inner.sources);
        if error.range.is_none()
            && let Some(name) = &error.name
        {
            error.range = source.find(&**name).map(|at| at..at + name.len());
        }
        Err(error)
    }

    /// Renders and gives the text with the run's context.
    pub(super) fn render(
        &self,
        spelling: &Spelling,
        source: &str,
        vars: &Arc<dyn Variables>,
        directory: Option<PathBuf>,
    ) -> Result<(String, Arc<Context>), TemplateError> {
        self.render_in(&self.inner.environment, spelling, source, vars, directory)
    }

    /// Renders by an environment that differs in its syntax.
    pub(super) fn render_in(
        &self,
        environment: &Environment<'static>,
        spelling: &Spelling,
        source: &str,
        vars: &Arc<dyn Variables>,
        directory: Option<PathBuf>,
    ) -> Result<(String, Arc<Context>), TemplateError> {
        let _guard = Guard::enter(source, vars)?;
        let context = Arc::new(Context::new(self, vars, directory));
        let rendered = environment
            .get_template(spelling.name())
            .and_then(|template| template.render(Value::from_dyn_object(Arc::clone(&context))));
        match rendered {
            Ok(text) => Ok((text, context)),
            Err(error) => Err(failure::explain(&error, &context, &*self.inner.sources)),
        }
    }

    /// Whether a text has anything to render.
    pub fn is_template(source: &str) -> bool {
        ["{{", "{%", "{#"].iter().any(|mark| source.contains(mark))
            || source.starts_with("#jinja2:")
    }

    /// The variables that a text (or, where it has no braces, an expression) can read.
    pub fn names_used(&self, source: &str) -> BTreeSet<String> {
        let environment = &self.inner.environment;
        let names = if Self::is_template(source) {
            environment
                .template_from_str(source)
                .map(|template| template.undeclared_variables(false))
        } else {
            environment
                .compile_expression(source)
                .map(|expression| expression.undeclared_variables(false))
        };
        names
            .unwrap_or_default()
            .into_iter()
            .filter(|name| !self.is_global(name))
            .collect()
    }

    /// Says whether a text can be compiled: syntax, and the names of filters and tests.
    ///
    /// # Errors
    /// The first mistake, with its bytes in the source.
    pub fn check(&self, source: &str) -> Result<(), TemplateError> {
        let spelling = match Spelling::whole(source) {
            Some(whole) => whole,
            None if Self::is_template(source) => Spelling::text(source),
            None => Spelling::expression(source),
        };
        self.compile(&self.inner.environment, &spelling)
    }

    pub(super) fn compile(
        &self,
        environment: &Environment<'static>,
        spelling: &Spelling,
    ) -> Result<(), TemplateError> {
        let context = Context::new(self, &(Arc::new(Nothing) as Arc<dyn Variables>), None);
        let sources = &*self.inner.sources;
        environment
            .get_template(spelling.name())
            .map_err(|error| failure::explain(&error, &context, sources))?;
        match sources.original(spelling.name()) {
            Some(text) => text.uses.iter().try_for_each(known),
            None => Ok(()),
        }
    }
}

/// Whether a filter or test exists.
fn known(used: &Use) -> Result<(), TemplateError> {
    let names: Vec<&str> = match used.what {
        "filter" => filter::all().map(|(name, _)| name).collect(),
        _ => test::all().map(|(name, _)| name).collect(),
    };
    let short = used
        .name
        .strip_prefix("ansible.builtin.")
        .unwrap_or(&used.name);
    if names.contains(&short) {
        return Ok(());
    }
    let message = format!("there is no {} '{}'", used.what, used.name);
    let mut error = TemplateError::new(ErrorKind::Unknown, message);
    error.range = Some(used.range.clone());
    error.help = failure::nearest(short, names.into_iter());
    Err(error)
}

/// A value as it stands in a text.
pub(super) fn printed(value: &Value) -> String {
    if value.is_none() {
        return String::new();
    }
    print::text(&finish::plain(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fixture;

    fn text(source: &str) -> Result<Value, TemplateError> {
        fixture::engine().text(source, &fixture::vars())
    }

    #[test]
    fn one_expression_keeps_its_type_and_more_make_a_string() {
        assert_eq!(text("{{ web.port }}").unwrap(), Value::from(80));
        assert_eq!(text("{{ web.port }} ").unwrap(), Value::from("80 "));
        assert_eq!(text("{{ none }}").unwrap(), Value::from(()));
        assert_eq!(
            text("a{{ none }}b{{ true }}").unwrap(),
            Value::from("abTrue")
        );
    }

    #[test]
    fn a_missing_link_is_lenient_until_it_is_used() {
        assert_eq!(
            text("{{ no.a.b['c'] | default('x') }}").unwrap(),
            Value::from("x")
        );
        assert_eq!(
            text("{{ web.a.b | lower | default('x') }}").unwrap(),
            Value::from("x")
        );
        assert_eq!(
            text("{{ no.split(',')[0] is defined }}").unwrap(),
            Value::from(false)
        );
    }

    #[test]
    fn an_undefined_value_is_named_with_its_place() {
        let error = text("port {{ web.prot + 1 }}").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Undefined);
        assert_eq!(error.name.as_deref(), Some("web.prot"));
        assert_eq!(error.range, Some(8..16));
        assert_eq!(error.help.as_deref(), Some("did you mean 'port'?"));
        let error = text("{{ [weeb] }}").unwrap_err();
        assert_eq!(error.name.as_deref(), Some("weeb"));
        assert_eq!(error.range, Some(4..8));
        let error = fixture::engine()
            .truth("web.port == 80 and weeb.x", &fixture::vars())
            .unwrap_err();
        assert_eq!(
            (error.name.as_deref(), error.range),
            (Some("weeb"), Some(19..23))
        );
    }

    #[test]
    fn conditions_are_bare_or_templates() {
        let truth = |source: &str| fixture::engine().truth(source, &fixture::vars());
        assert!(truth("web.port == 80 and word is match('^H')").unwrap());
        assert!(truth("{{ web.port }} == 80").unwrap());
        assert!(!truth("no.such is defined").unwrap());
        assert!(!truth("{{ 'false' }}").unwrap());
        assert!(truth("web.name").unwrap());
        assert!(!truth("").unwrap());
        assert_eq!(truth("word is nope").unwrap_err().kind, ErrorKind::Unknown);
    }

    #[test]
    fn undefined_items_can_be_left_out() {
        assert_eq!(
            fixture::shown("{{ [{'a': 1}, {}] | map(attribute='a') | select('defined') | list }}"),
            "[1]"
        );
    }

    #[test]
    fn a_template_that_needs_itself_is_an_error() {
        let error = text("{{ loops }}").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Recursion, "{error}");
    }

    #[test]
    fn syntax_errors_have_their_bytes() {
        let error = fixture::engine().check("{{ a | }}").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Syntax);
        assert!(error.range.is_some(), "{error:?}");
        assert!(
            fixture::engine()
                .check("{{ a | lower is defined }}")
                .is_ok()
        );
        let error = fixture::engine().check("{{ a | lowr }}").unwrap_err();
        assert_eq!((error.kind, error.range), (ErrorKind::Unknown, Some(7..11)));
        assert_eq!(error.help.as_deref(), Some("did you mean 'lower'?"));
    }

    #[test]
    fn names_used_are_the_variables() {
        let names = fixture::engine().names_used("{{ a.b | default(c) }}{{ lookup('env', d) }}");
        assert_eq!(Vec::from_iter(names), ["a", "c", "d"]);
    }
}
