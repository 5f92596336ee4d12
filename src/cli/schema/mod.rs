//! `farcast schema`: JSON Schema for editors, made from the table of keywords and the registries of modules.

mod keywords;
mod modules;
mod values;

use {
    super::{exit, print::print},
    anyhow::Result,
    clap::Args,
    serde_json::{Value, json},
};

/// What editors understand best.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// For a file of tasks (`tasks/*.yml`, `handlers/*.yml`) instead of a playbook.
    #[arg(long, conflicts_with = "inventory")]
    tasks: bool,
    /// For an inventory in YAML instead of a playbook.
    #[arg(long)]
    inventory: bool,
}

/// `farcast schema`.
pub(super) fn schema(arguments: &SchemaArguments) -> Result<u8> {
    let schema = match (arguments.tasks, arguments.inventory) {
        (true, _) => tasks(),
        (_, true) => inventory(),
        _ => playbook(),
    };
    print(format!("{schema:#}\n"))?;
    Ok(exit::FINE)
}

fn playbook() -> Value {
    let import = ["import_playbook", "ansible.builtin.import_playbook"];
    let imports: Vec<Value> = import.map(|name| json!({"required": [name]})).to_vec();
    json!({
        "$schema": DIALECT,
        "title": "Playbook",
        "description": "A list of plays, and of playbooks to import.",
        "type": "array",
        "items": {
            "if": {"type": "object", "anyOf": imports},
            "then": keywords::import(&import),
            "else": {"$ref": "#/definitions/play"},
        },
        "definitions": definitions(),
    })
}

fn tasks() -> Value {
    json!({
        "$schema": DIALECT,
        "title": "Tasks",
        "description": "A list of tasks and blocks.",
        "anyOf": [{"type": "null"}, {"$ref": "#/definitions/handlers"}],
        "definitions": definitions(),
    })
}

fn definitions() -> Value {
    let mut definitions = keywords::definitions();
    for (name, schema) in modules::definitions() {
        definitions.insert(name, schema);
    }
    Value::Object(definitions)
}

/// The groups of an inventory, or the configuration of a plugin that makes groups.
fn inventory() -> Value {
    let nothing_or = |schema: Value| json!({"anyOf": [{"type": ["null", "string"]}, schema]});
    let named =
        |schema: Value| nothing_or(json!({"type": "object", "additionalProperties": schema}));
    let variables = json!({"type": ["object", "null"]});
    json!({
        "$schema": DIALECT,
        "title": "Inventory",
        "description": "Groups by their names; or `plugin` and its options.",
        "type": "object",
        "if": {"required": ["plugin"]},
        "then": {"properties": {
            "plugin": {"type": "string"},
            "strict": {"$ref": "#/definitions/bool"},
            "compose": {"type": ["object", "null"], "description": "Variables by expressions."},
            "groups": {"type": ["object", "null"], "description": "Groups by conditions."},
            "keyed_groups": {"type": ["array", "null"], "items": {
                "type": "object",
                "required": ["key"],
                "additionalProperties": false,
                "properties": {
                    "key": {"type": "string", "description": "An expression whose value names the group."},
                    "prefix": {"type": ["string", "number"]},
                    "separator": {"type": "string"},
                    "parent_group": {"type": ["string", "null"]},
                    "default_value": {"type": ["string", "number", "null"]},
                    "trailing_separator": {"type": ["boolean", "null"]},
                },
            }},
        }},
        "else": {"additionalProperties": {"$ref": "#/definitions/group"}},
        "definitions": {
            "bool": values::boolean(),
            "group": {
                "type": ["object", "null"],
                "additionalProperties": false,
                "properties": {
                    "hosts": named(variables.clone()),
                    "vars": variables,
                    "children": named(json!({"$ref": "#/definitions/group"})),
                },
            },
        },
    })
}
