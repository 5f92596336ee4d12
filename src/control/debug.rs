use {
    super::{Call, Control, Done, Prepared},
    crate::{source::Fault, wire::Object},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Show a message or the value of a variable while a play runs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Debug {
    /// What to show.
    #[serde(default)]
    msg: Option<Value>,
    /// The variable or expression whose value to show.
    #[serde(default)]
    var: Option<Value>,
    /// Show it only from this many `-v` on.
    #[serde(default)]
    verbosity: u8,
}

impl Control for Debug {
    const NAME: &'static str = "debug";
    const EARLY: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        if self.verbosity > call.scope.world().settings.verbosity {
            let mut done = Done::ok(Object::new()).with_message("Verbosity threshold not met.");
            done.outcome.skipped = true;
            return Ok(done.into());
        }
        let mut data = Object::new();
        match (self.var, self.msg) {
            (Some(_), Some(_)) => {
                return Err(Fault::new("`debug` takes `msg` or `var`, not both").at(call.place()));
            }
            (Some(Value::String(var)), None) => {
                let place = call.place_of("var");
                let value = call.expression(&var, place)?;
                let shown = match value.is_undefined() {
                    true => Value::from("VARIABLE IS NOT DEFINED!"),
                    false => crate::template::to_json(&value),
                };
                data.insert(var, shown);
            }
            (Some(value), None) => {
                let text = call.place_of("var").text();
                data.insert(text.to_owned(), value);
            }
            (None, msg) => {
                let hello = || Value::String("Hello world!".to_owned());
                data.insert("msg".to_owned(), msg.unwrap_or_else(hello));
            }
        }
        Ok(Done::ok(data).into())
    }
}
