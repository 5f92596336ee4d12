use {
    super::{Call, Control, Prepared},
    crate::{module::Schema, source::Fault, wire::Object},
};

/// A control step as the rest of the program sees it.
pub struct Entry {
    pub name: &'static str,
    pub free_form: Option<&'static str>,
    pub open: bool,
    pub raw: &'static [&'static str],
    pub schema: fn() -> Schema,
    pub prepare: fn(Object, &Call<'_>) -> Result<Prepared, Fault>,
}

const fn entry<C: Control>() -> Entry {
    Entry {
        name: C::NAME,
        free_form: C::FREE_FORM,
        open: C::OPEN,
        raw: C::RAW,
        schema: Schema::of::<C>,
        prepare: prepare::<C>,
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
    entry::<super::debug::Debug>(),
    entry::<super::fail::Fail>(),
    entry::<super::group_by::GroupBy>(),
    entry::<super::include_role::IncludeRole>(),
    entry::<super::include_tasks::IncludeTasks>(),
    entry::<super::include_vars::IncludeVars>(),
    entry::<super::meta::MetaStep>(),
    entry::<super::pause::Pause>(),
    entry::<super::set_fact::SetFact>(),
    entry::<super::set_stats::SetStats>(),
    entry::<super::wait_for_connection::WaitForConnection>(),
];

pub fn all() -> &'static [Entry] {
    ALL
}

/// The control step of a name, with or without `ansible.builtin.`.
pub fn find(name: &str) -> Option<&'static Entry> {
    let short = name
        .strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name);
    ALL.iter().find(|entry| entry.name == short)
}
