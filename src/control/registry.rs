use {
    super::{Call, Control, Prepared},
    crate::{
        module::{self, Schema},
        source::Fault,
        wire::Object,
    },
};

type Prepare = fn(Object, &Call<'_>) -> Result<Prepared, Fault>;

/// A control step as the rest of the program sees it.
pub struct Entry {
    pub name: &'static str,
    pub free_form: Option<&'static str>,
    pub open: bool,
    /// Runs on one host for the whole batch.
    pub once: bool,
    /// May be made ready before its turn.
    pub early: bool,
    pub raw: &'static [&'static str],
    pub prepare: Prepare,
    arguments: Arguments,
}

/// Where a step's arguments are declared.
enum Arguments {
    Own(fn() -> Schema),
    /// The module of the same name on the host.
    Module,
}

impl Entry {
    /// The step's arguments. Made anew with each call.
    pub fn schema(&self) -> Schema {
        match self.arguments {
            Arguments::Own(schema) => schema(),
            Arguments::Module => {
                module::find(self.name).map_or_else(Schema::default, module::Entry::schema)
            }
        }
    }
}

const fn entry<C: Control>() -> Entry {
    Entry {
        name: C::NAME,
        free_form: C::FREE_FORM,
        open: C::OPEN,
        once: C::ONCE,
        early: C::EARLY,
        raw: C::RAW,
        prepare: prepare::<C>,
        arguments: Arguments::Own(Schema::of::<C>),
    }
}

/// The controller's part of a module.
const fn part_of(module: &'static str, free_form: Option<&'static str>, prepare: Prepare) -> Entry {
    Entry {
        name: module,
        free_form,
        open: false,
        once: false,
        early: true,
        raw: &[],
        prepare,
        arguments: Arguments::Module,
    }
}

fn prepare<C: Control>(args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let step: C = serde_json::from_value(serde_json::Value::Object(args))
        .map_err(|error| Fault::new(format!("`{}`: {error}", C::NAME)).at(call.place()))?;
    step.prepare(call)
}

/// The one list of control steps.
static ALL: &[Entry] = &[
    entry::<super::add_host::AddHost>(),
    entry::<super::assert::Assert>(),
    part_of("async_status", None, super::async_status::prepare),
    part_of("copy", None, super::copy::prepare),
    entry::<super::debug::Debug>(),
    entry::<super::fail::Fail>(),
    part_of("fetch", None, super::fetch::prepare),
    entry::<super::group_by::GroupBy>(),
    entry::<super::include_role::IncludeRole>(),
    entry::<super::include_tasks::IncludeTasks>(),
    entry::<super::include_vars::IncludeVars>(),
    entry::<super::meta::MetaStep>(),
    entry::<super::pause::Pause>(),
    part_of("script", Some("cmd"), super::script::prepare),
    entry::<super::set_fact::SetFact>(),
    entry::<super::set_stats::SetStats>(),
    entry::<super::template::Template>(),
    part_of("unarchive", None, super::unarchive::prepare),
    part_of("uri", None, super::uri::prepare),
    entry::<super::validate_argument_spec::ValidateArgumentSpec>(),
    entry::<super::wait_for_connection::WaitForConnection>(),
];

pub fn all() -> &'static [Entry] {
    ALL
}

/// Whether `async` makes a job of the step of this name: all of its work is done on the host, or it brings in steps that
/// may be jobs.
pub fn runs_as_job(name: &str) -> bool {
    find(name)
        .is_none_or(|entry| ["include_role", "include_tasks", "meta", "uri"].contains(&entry.name))
}

/// The control step of a name, with or without `ansible.builtin.`.
pub fn find(name: &str) -> Option<&'static Entry> {
    let short = name
        .strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name);
    ALL.iter().find(|entry| entry.name == short)
}
