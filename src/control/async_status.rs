use {
    super::{Call, Prepared, Remote, fault},
    crate::{source::Fault, template::TemplateError, variable::Scope, wire::Object},
};

/// The controller's part of `async_status`: says where jobs leave what they came to.
pub(super) fn prepare(mut args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let directory = async_dir(call.scope).map_err(|error| fault(error, call.place()))?;
    args.insert("_async_dir".to_owned(), directory.into());
    Ok(Prepared::Remote(Remote {
        module: "async_status",
        args,
        keep: None,
        data: Object::new(),
    }))
}

/// The directory on a host where jobs leave what they came to: `ansible_async_dir`, the configuration's, or Ansible's own.
pub fn async_dir(scope: &Scope) -> Result<String, TemplateError> {
    let own = scope.value("ansible_async_dir")?;
    let own = own.filter(|value| !value.is_none() && !value.is_undefined());
    let configured = || scope.world().settings.async_dir.clone();
    Ok(own
        .map(|value| value.to_string())
        .or_else(configured)
        .unwrap_or_else(|| "~/.ansible_async".to_owned()))
}
