use {super::page::Page, serde_json::Value};

/// A task for each module, with every argument and what it is for.
pub(super) fn tasks(pages: &[&Page]) -> String {
    let tasks: Vec<String> = pages.iter().map(|page| task(page)).collect();
    tasks.join("\n")
}

fn task(page: &Page) -> String {
    // JSON's quotes are YAML's.
    let name = Value::from(page.synopsis().trim_end_matches('.'));
    let mut text = format!("- name: {name}\n  {}:\n", page.full_name);
    let mut arguments: Vec<_> = page.schema.arguments.iter().collect();
    arguments.sort_by_key(|argument| !argument.required);
    for argument in arguments {
        let required = if argument.required { "(required) " } else { "" };
        let doc: Vec<_> = argument.doc.split_whitespace().collect();
        text += &format!("    {}:  # {required}{}\n", argument.name, doc.join(" "));
    }
    text
}
