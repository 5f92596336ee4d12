use {
    super::{modules, values},
    crate::playbook::{Key, On},
    serde_json::{Map, Value, json},
};

/// The parts of the language: plays, roles, blocks, tasks and lists of them.
pub(super) fn definitions() -> Map<String, Value> {
    let mut play = closed(properties(On::Play));
    play["required"] = json!(["hosts"]);
    play["properties"]["roles"] = json!({"anyOf": [
        {"type": "null"},
        {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/role"}]}},
    ]});
    play["properties"]["handlers"] = list_or_null("handlers");
    let mut block = closed(properties(On::Block));
    block["required"] = json!(["block"]);
    let mut handler_block = block.clone();
    for part in [Key::Block, Key::Rescue, Key::Always] {
        handler_block["properties"][part.name()] = list_or_null("handlers");
    }
    // What is no keyword is a parameter of the role.
    let role = json!({
        "type": "object",
        "anyOf": [{"required": ["role"]}, {"required": ["name"]}],
        "properties": properties(On::Role),
    });
    let parts = [
        ("play", play),
        ("role", role),
        ("block", block),
        ("handler_block", handler_block),
        ("task", task(On::Task)),
        ("handler", task(On::Handler)),
        ("tasks", list("task", "block")),
        ("handlers", list("handler", "handler_block")),
    ];
    parts
        .map(|(name, part)| (name.to_owned(), part))
        .into_iter()
        .collect()
}

/// The import of another playbook.
pub(super) fn import(names: &[&str]) -> Value {
    let mut properties = Map::new();
    for name in names {
        properties.insert((*name).to_owned(), json!({"type": "string"}));
    }
    for key in [Key::Name, Key::When, Key::Tags, Key::Vars] {
        properties.insert(key.name().to_owned(), values::keyword(key.shape()));
    }
    closed(properties)
}

fn properties(on: On) -> Map<String, Value> {
    let keys = Key::ALL.iter().filter(|key| key.on().contains(&on));
    keys.map(|key| (key.name().to_owned(), values::keyword(key.shape())))
        .collect()
}

fn task(on: On) -> Value {
    let mut properties = properties(on);
    properties.extend(modules::uses());
    let mut task = closed(properties);
    task["patternProperties"] = json!({
        "^with_[a-z_]+$": {},
        (modules::FOREIGN): {},
    });
    task
}

fn closed(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn list(item: &str, block: &str) -> Value {
    json!({"type": "array", "items": {
        "if": {"type": "object", "required": ["block"]},
        "then": {"$ref": format!("#/definitions/{block}")},
        "else": {"$ref": format!("#/definitions/{item}")},
    }})
}

fn list_or_null(list: &str) -> Value {
    json!({"anyOf": [{"type": "null"}, {"$ref": format!("#/definitions/{list}")}]})
}
