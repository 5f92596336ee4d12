use {
    super::{Call, Control, Done, Prepared, argument_spec::violations, fault},
    crate::{source::Fault, template, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Hold arguments against a specification, as roles have it in their `meta`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ValidateArgumentSpec {
    /// The specification: names of arguments with their type, choices, default and so on.
    argument_spec: Object,
    /// The arguments; variables of the names in the specification are taken where they are not among these.
    #[serde(default)]
    provided_arguments: Object,
    /// Anything that says what is validated; it becomes part of the result.
    #[serde(default)]
    validate_args_context: Object,
}

impl Control for ValidateArgumentSpec {
    const NAME: &'static str = "validate_argument_spec";
    const EARLY: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let mut given = Object::new();
        for name in self.argument_spec.keys() {
            let found = call.scope.value(name);
            if let Some(value) = found.map_err(|error| fault(error, call.place()))? {
                given.insert(name.clone(), template::to_json(&value));
            }
        }
        given.extend(self.provided_arguments);
        let errors = violations(&self.argument_spec, given);
        let mut done = match errors.is_empty() {
            true => Done::ok(Object::new()).with_message("The arg spec validation passed"),
            false => Done::failed(format!(
                "Validation of arguments failed:\n{}",
                errors.join("\n")
            )),
        };
        let data = &mut done.outcome.data;
        data.insert(
            "validate_args_context".to_owned(),
            self.validate_args_context.into(),
        );
        if !errors.is_empty() {
            let errors = errors.into_iter().map(Value::from).collect();
            data.insert("argument_errors".to_owned(), errors);
            data.insert("argument_spec_data".to_owned(), self.argument_spec.into());
        }
        Ok(done.into())
    }
}
