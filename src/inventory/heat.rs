use super::{Inventory, Mistake, outputs};
use crate::source::{Fault, Place, SourceFile};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Reads the outputs of an OpenStack HEAT stack, as `openstack stack output show --all STACK -f json` or
/// `openstack stack show STACK -f json` print them. The content decides; gives false where the file is neither.
///
/// # Errors
/// Outputs that name no host.
pub(super) fn read(file: &Arc<SourceFile>, inventory: &mut Inventory) -> Result<bool, Fault> {
    if !file.text().contains("\"output_key") && !file.text().contains("\\\"output_key") {
        return Ok(false);
    }
    let Ok(document) = serde_json::from_str::<Value>(file.text()) else {
        return Ok(false);
    };
    let Some(found) = found(&document) else {
        return Ok(false);
    };
    if outputs::add(&found, &Place::new(file, 0, 0), inventory)? > 0 {
        return Ok(true);
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let valueless = found.iter().all(|(_, value)| value.is_null());
    let reason = match valueless {
        true => "no output has a value; print them with `openstack stack output show --all STACK -f json`".to_owned(),
        false => format!("looked for {}; found {}", outputs::WANTED, names.join(", ")),
    };
    Err(Mistake::NoMachine {
        path: file.path().to_owned(),
        what: "outputs of a HEAT stack",
        reason,
    }
    .into())
}

/// The outputs by their names; none where the document is something else.
fn found(document: &Value) -> Option<Vec<(String, Value)>> {
    match document {
        // `stack output list`.
        Value::Array(outputs) => all(outputs.iter()),
        Value::Object(stack) => match stack.get("outputs") {
            Some(outputs) if stack.contains_key("stack_name") => {
                let opened = opened(outputs);
                all(opened.as_array()?.iter())
            }
            _ if stack.contains_key("output_key") => Some(vec![output(stack)?]),
            _ => all(stack.values()),
        },
        _ => None,
    }
}

fn all<'a>(outputs: impl Iterator<Item = &'a Value>) -> Option<Vec<(String, Value)>> {
    outputs
        .map(|entry| output(opened(entry).as_object()?))
        .collect()
}

fn output(entry: &Map<String, Value>) -> Option<(String, Value)> {
    let key = entry.get("output_key")?.as_str()?.to_owned();
    let value = entry.get("output_value").cloned().unwrap_or_default();
    Some((key, value))
}

/// The client prints parts of its answer as JSON inside of strings.
fn opened(value: &Value) -> Value {
    let text = value.as_str().map(serde_json::from_str);
    match text {
        Some(Ok(inner)) => inner,
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Host;
    use serde_json::json;

    fn load(text: &Value) -> Result<Option<Vec<String>>, Fault> {
        let mut inventory = Inventory::default();
        let read = read(
            &SourceFile::new("stack.json", text.to_string()),
            &mut inventory,
        )?;
        let names = inventory
            .hosts()
            .map(Host::name)
            .map(str::to_owned)
            .collect();
        Ok(read.then_some(names))
    }

    #[test]
    fn takes_both_ways_of_printing_outputs() {
        let outputs = json!([
            {"output_key": "web", "output_value": ["192.0.2.1"]},
            {"output_key": "gate", "output_value": "192.0.2.9", "description": "the way in"},
        ]);
        let hosts = Some(vec!["192.0.2.1".to_owned(), "gate".to_owned()]);
        let shown = json!({"stack_name": "s", "id": "1", "outputs": outputs});
        assert_eq!(load(&shown).unwrap(), hosts);
        let shown = json!({"stack_name": "s", "outputs": outputs.to_string()});
        assert_eq!(load(&shown).unwrap(), hosts);
        let all = json!({"web": outputs[0].to_string(), "gate": outputs[1].to_string()});
        assert_eq!(load(&all).unwrap(), hosts);
        let one = json!({"output_key": "web", "output_value": {"a": "192.0.2.7"}});
        assert_eq!(load(&one).unwrap(), Some(vec!["a".to_owned()]));
        assert_eq!(load(&json!({"web": {"hosts": {"a": {}}}})).unwrap(), None);
    }

    #[test]
    fn outputs_without_hosts_are_an_error() {
        let listed = json!([{"output_key": "web", "description": "x"}]);
        let fault = load(&listed).unwrap_err();
        assert!(fault.message().contains("no output has a value"), "{fault}");
        let fault = load(&json!({"output_key": "id", "output_value": "x"})).unwrap_err();
        assert!(fault.message().ends_with("found id"), "{fault}");
    }
}
