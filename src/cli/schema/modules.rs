use {
    super::{
        super::doc::page::{self, Page},
        values,
    },
    crate::module::argument::Argument,
    serde_json::{Map, Value, json},
};

/// Modules of collections that farcast does not have itself; those of `ansible.builtin` are all listed.
pub(super) const FOREIGN: &str =
    r"^(?!ansible\.(builtin|legacy)\.)[A-Za-z0-9_]+\.[A-Za-z0-9_]+\.[A-Za-z0-9_.]+$";

/// What a playbook is compiled from: no module, but a task may name it.
const IMPORTS: [&str; 2] = ["import_role", "import_tasks"];

/// The arguments of each module.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let modules = page::all();
    let described = modules
        .iter()
        .map(|page| (definition(page.name), arguments(page)));
    described.collect()
}

/// Every name that a task may call a module by.
pub(super) fn uses() -> Vec<(String, Value)> {
    let mut uses = Vec::new();
    for page in page::all() {
        let collection = page.full_name.rsplit_once('.');
        let collection = collection.map_or("ansible.builtin", |(collection, _)| collection);
        let builtin = collection == "ansible.builtin";
        for name in [&page.name].into_iter().chain(page.aliases) {
            let named = json!({"$ref": format!("#/definitions/{}", definition(page.name))});
            uses.push(((*name).to_owned(), named.clone()));
            uses.push((format!("{collection}.{name}"), named.clone()));
            if builtin {
                uses.push((format!("ansible.legacy.{name}"), named));
            }
        }
    }
    for name in IMPORTS {
        uses.push((name.to_owned(), json!({})));
        uses.push((format!("ansible.builtin.{name}"), json!({})));
    }
    uses
}

fn definition(name: &str) -> String {
    format!("module {name}").replace(' ', "-")
}

/// A map of arguments, or text: free, or as `name=value`. What is missing may come from `args` or `module_defaults`.
fn arguments(page: &Page) -> Value {
    let mut properties = Map::new();
    for argument in &page.schema.arguments {
        let mut schema = values::argument(&argument.shape);
        schema["description"] = description(argument).into();
        if let Some(default) = &argument.default {
            schema["default"] = default.clone();
        }
        for name in [&argument.name].into_iter().chain(&argument.aliases) {
            properties.insert(name.clone(), schema.clone());
        }
    }
    if page.free_form.is_some() {
        properties.insert("_raw_params".to_owned(), json!({"type": "string"}));
    }
    let map = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": page.open,
    });
    let mut text = vec!["string", "null"];
    if page.free_form.is_some() {
        text.extend(["number", "boolean"]);
    }
    let mut shape = json!({"anyOf": [{"type": text}, map], "description": page.synopsis()});
    if page.schema.arguments.is_empty() || page.name == "meta" {
        shape = json!({"description": page.synopsis()});
    }
    shape
}

fn description(argument: &Argument) -> String {
    let doc = argument.doc.trim();
    match argument.required {
        true => format!("Required. {doc}"),
        false => doc.to_owned(),
    }
}
