use {
    super::page::Page,
    crate::{
        inventory::listing,
        module::argument::{Argument, Shape},
    },
    serde_json::{Map, Value, json},
};

/// Names and synopses.
pub(super) fn list(pages: &[&Page]) -> String {
    let entries: Map<String, Value> = pages
        .iter()
        .map(|page| (page.full_name.clone(), Value::from(page.synopsis())))
        .collect();
    written(entries)
}

/// Everything about each module, under the keys that ansible-doc uses.
pub(super) fn pages(pages: &[&Page]) -> String {
    let entries: Map<String, Value> = pages
        .iter()
        .map(|page| (page.full_name.clone(), json!({ "doc": described(page) })))
        .collect();
    written(entries)
}

fn described(page: &Page) -> Value {
    let collection = page.full_name.rsplit_once('.');
    let options: Map<String, Value> = page
        .schema
        .arguments
        .iter()
        .map(|argument| (argument.name.clone(), option(argument)))
        .collect();
    json!({
        "module": page.name,
        "collection": collection.map(|(collection, _)| collection),
        "short_description": page.synopsis(),
        "description": paragraphs(&page.schema.doc),
        "options": options,
    })
}

fn option(argument: &Argument) -> Value {
    let mut option = Map::new();
    let mut put = |key: &str, value: Value| option.insert(key.to_owned(), value);
    put("description", paragraphs(&argument.doc));
    match &argument.shape {
        Shape::List(items) => {
            put("type", "list".into());
            put("elements", items.name().into());
        }
        shape => {
            put("type", shape.name().into());
        }
    }
    if argument.required {
        put("required", true.into());
    }
    if let Some(default) = &argument.default {
        put("default", default.clone());
    }
    if !argument.shape.choices().is_empty() {
        put("choices", argument.shape.choices().into());
    }
    if !argument.aliases.is_empty() {
        put("aliases", argument.aliases.clone().into());
    }
    if argument.secret {
        put("no_log", true.into());
    }
    Value::Object(option)
}

fn paragraphs(doc: &str) -> Value {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let paragraphs = doc.split("\n\n").map(line);
    paragraphs.filter(|text| !text.is_empty()).collect()
}

fn written(entries: Map<String, Value>) -> String {
    listing::to_json(&Value::Object(entries)) + "\n"
}
