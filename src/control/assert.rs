use {
    super::{Call, Control, Done, Prepared},
    crate::{
        source::{Fault, Kind, Node},
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

/// Fail unless all conditions hold.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assert {
    /// The conditions, one or a list.
    #[expect(
        dead_code,
        reason = "read as written, with the place of each condition"
    )]
    that: Value,
    /// What to say when one does not hold.
    #[serde(default)]
    #[schemars(extend("aliases" = ["msg"]))]
    fail_msg: Option<Value>,
    /// What to say when all hold.
    #[serde(default)]
    success_msg: Option<Value>,
    /// Say less when all hold.
    #[serde(default)]
    quiet: bool,
}

impl Control for Assert {
    const NAME: &'static str = "assert";
    const EARLY: bool = true;
    const RAW: &'static [&'static str] = &["that"];

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let that = call.step.task.action.arg("that");
        let conditions: &[Node] = match that {
            None => &[],
            Some(node) => node.as_list().unwrap_or(std::slice::from_ref(node)),
        };
        for condition in conditions {
            let (holds, text) = match &condition.kind {
                Kind::Bool(value) => (*value, condition.place.text()),
                Kind::String(text) => (call.truth(text, &condition.place)?, text.as_str()),
                _ => {
                    return Err(Fault::new(format!(
                        "a condition is a string, not {}",
                        condition.describe()
                    ))
                    .at(&condition.place));
                }
            };
            if !holds {
                return Ok(self.failed(text, condition).into());
            }
        }
        let said = self.success_msg.unwrap_or("All assertions passed".into());
        let done = Done::ok(Object::new());
        Ok(match self.quiet {
            true => done.into(),
            false => done.with_message(text(&said)).into(),
        })
    }
}

impl Assert {
    fn failed(self, condition: &str, node: &Node) -> Done {
        let said = self.fail_msg.unwrap_or("Assertion failed".into());
        let mut done = Done::failed(text(&said));
        done.outcome.data = Object::from_iter([
            ("assertion".to_owned(), condition.into()),
            ("evaluated_to".to_owned(), false.into()),
        ]);
        done.outcome
            .data
            .insert("place".to_owned(), node.place.to_string().into());
        done
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().map(text).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}
