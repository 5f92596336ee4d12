//! The environment that every template runs in: ours alone, so that nothing behaves as minijinja does where Ansible differs.

use std::sync::Arc;

use minijinja::{
    Environment, Error, ErrorKind, Output, State, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Rest, Value, ValueKind, ValueOrKwargs},
};

use super::{
    access, bound, call::Call, call::describe, compile::Sources, context::Context, failure, filter,
    finish, function, growing, is_omit, lookup, moment, omit, operator, percent, print, test,
};

/// A filter, test or function.
pub(super) type Run = fn(&mut Call) -> Result<Value, Error>;

/// Filters and tests that may be given something undefined.
const LENIENT: &[&str] = &[
    "default",
    "d",
    "mandatory",
    "defined",
    "undefined",
    "type_debug",
    "list",
    "length",
    "count",
    "ternary",
];

/// Builds the environment for Ansible's own syntax.
pub(super) fn environment(sources: &Arc<Sources>) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(bound::FUEL));
    environment.set_formatter(emit);
    environment.add_filter("__get", access::get);
    environment.add_filter("__call", access::call);
    environment.add_filter("__mod", percent::remainder);
    environment.add_filter("__sub", moment::minus);
    environment.add_filter("__cat", operator::concatenated);
    environment.add_filter("__lt", operator::less);
    environment.add_filter("__le", operator::at_most);
    environment.add_filter("__gt", operator::greater);
    environment.add_filter("__ge", operator::at_least);
    environment.add_filter("__each", operator::each);
    environment.add_filter("__slice", operator::slice);
    environment.add_function("__render", render);
    environment.add_function("__growing", growing::growing);
    environment.add_function("__give", give);
    environment.add_function("__path", lookup::template_path);
    environment.add_function("namespace", minijinja::functions::namespace);
    environment.add_global("omit", omit());
    filter::all().for_each(|(name, run)| add_filter(&mut environment, name, run));
    test::all().for_each(|(name, run)| add_test(&mut environment, name, run));
    function::all().for_each(|(name, run)| add_function(&mut environment, name, run));
    adopt(&mut environment, sources, syntax());
    environment
}

/// Ansible's way to treat line ends: the one behind a block goes, the last one of the text stays.
pub(super) fn syntax() -> SyntaxConfig {
    let mut builder = SyntaxConfig::builder();
    builder.trim_blocks(true).keep_trailing_newline(true);
    // The delimiters are minijinja's own, which it accepts.
    builder.build().unwrap_or_default()
}

/// Gives the environment a syntax.
pub(super) fn adopt(
    environment: &mut Environment<'static>,
    sources: &Arc<Sources>,
    syntax: SyntaxConfig,
) {
    environment.set_syntax(syntax.clone());
    let sources = Arc::clone(sources);
    environment.set_loader(move |name| sources.load(name, &syntax));
}

fn give(state: &mut State, value: Value) -> Result<Value, Error> {
    Context::of(state)?.emit(&value);
    Ok(Value::UNDEFINED)
}

/// Renders a string that stands in an expression and is itself a template.
fn render(state: &mut State, text: &str) -> Result<Value, Error> {
    let context = Context::of(state)?;
    context
        .engine
        .text(text, &context.vars)
        .map_err(failure::caused)
}

/// Prints a value as Ansible does: nothing for null, lists for tuples.
fn emit(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    Context::of(state)?.emit(value);
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => Ok(()),
        ValueKind::String => Ok(out.write_str(value.as_str().unwrap_or_default())?),
        _ if is_omit(value) => Ok(()),
        _ => Ok(out.write_str(&print::text(&finish::plain(value)))?),
    }
}

fn add_filter(environment: &mut Environment<'static>, name: &'static str, run: Run) {
    let lenient = LENIENT.contains(&name);
    let filter = move |state: &mut State, args: Rest<ValueOrKwargs>| {
        let args = args.into_values();
        if !lenient && let Some(undefined) = args.iter().find(|value| value.is_undefined()) {
            return Ok(undefined.clone());
        }
        let mut call = Call::new(state, &args);
        let value = call.value();
        run(&mut call).map_err(|error| told(error, "filter", name, Some(&value)))
    };
    environment.add_filter(full(name), filter);
    environment.add_filter(format!("ansible.legacy.{name}"), filter);
    environment.add_filter(name, filter);
}

fn add_test(environment: &mut Environment<'static>, name: &'static str, run: Run) {
    let lenient = LENIENT.contains(&name);
    let test = move |state: &mut State, args: Rest<ValueOrKwargs>| {
        let args = args.into_values();
        if !lenient && args.iter().any(Value::is_undefined) {
            return Err(failure::undefined());
        }
        let mut call = Call::new(state, &args);
        let value = call.value();
        run(&mut call).map_err(|error| told(error, "test", name, Some(&value)))
    };
    environment.add_test(full(name), test);
    environment.add_test(format!("ansible.legacy.{name}"), test);
    environment.add_test(name, test);
}

/// A name with its collection's, which is ansible.builtin's where it has none.
fn full(name: &str) -> String {
    match name.contains('.') {
        true => name.to_owned(),
        false => format!("ansible.builtin.{name}"),
    }
}

fn add_function(environment: &mut Environment<'static>, name: &'static str, run: Run) {
    let function = move |state: &mut State, args: Rest<ValueOrKwargs>| {
        let args = args.into_values();
        if let Some(undefined) = args.iter().find(|value| value.is_undefined()) {
            return Ok(undefined.clone());
        }
        let mut call = Call::new(state, &args);
        run(&mut call).map_err(|error| told(error, "function", name, None))
    };
    environment.add_function(name, function);
}

/// Says which filter failed and what it was given.
fn told(error: Error, what: &str, name: &str, value: Option<&Value>) -> Error {
    let ours = std::error::Error::source(&error).is_some();
    let named = matches!(
        error.kind(),
        ErrorKind::UndefinedError | ErrorKind::UnknownFilter | ErrorKind::UnknownTest
    );
    if ours || named || error.line().is_some() {
        return error;
    }
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let given = value.map_or_else(String::new, |value| format!(" (given {})", describe(value)));
    Error::new(error.kind(), format!("{what} '{name}'{given}: {detail}"))
}
