use {
    super::{page::Page, wrap::wrapped},
    crate::module::argument::Argument,
    serde_json::Value,
    unicode_width::UnicodeWidthStr,
};

/// One line a module: its name and synopsis.
pub(super) fn list(pages: &[&Page], width: usize) -> String {
    let longest = pages
        .iter()
        .map(|page| page.name.width())
        .max()
        .unwrap_or(0);
    pages
        .iter()
        .map(|page| {
            let line = format!("{:longest$}  {}", page.name, page.synopsis());
            cut(line.trim_end(), width) + "\n"
        })
        .collect()
}

/// Everything about each module.
pub(super) fn pages(pages: &[&Page], width: usize) -> String {
    let pages: Vec<String> = pages.iter().map(|page| whole(page, width)).collect();
    pages.join("\n")
}

fn whole(page: &Page, width: usize) -> String {
    let mut text = format!("{}\n", page.full_name);
    if !page.aliases.is_empty() {
        text += &wrapped(
            &format!("also called {}", page.aliases.join(", ")),
            2,
            width,
        );
    }
    text.push('\n');
    text += &wrapped(&page.schema.doc, 2, width);
    if let Some(argument) = page.free_form {
        let note = format!(
            "Free text behind `{}:` fills the argument `{argument}`.",
            page.name
        );
        text += &format!("\n{}", wrapped(&note, 2, width));
    }
    if page.open {
        text += "\n  It takes arguments of any name.\n";
    }
    let arguments = &page.schema.arguments;
    let (required, optional): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.required);
    for (title, arguments) in [
        ("Required arguments", required),
        ("Optional arguments", optional),
    ] {
        if !arguments.is_empty() {
            text += &format!("\n{title}\n");
        }
        for argument in arguments {
            text += &described(argument, width);
        }
    }
    text
}

fn described(argument: &Argument, width: usize) -> String {
    let mut text = format!("\n  {} ({})\n", argument.name, argument.shape.name());
    text += &wrapped(&argument.doc, 6, width);
    let choices = argument.shape.choices();
    let mut notes = Vec::new();
    if !choices.is_empty() {
        notes.push(format!("Choices: {}.", choices.join(", ")));
    }
    if let Some(default) = &argument.default {
        notes.push(format!("Default: {}.", plain(default)));
    }
    if !argument.aliases.is_empty() {
        notes.push(format!("Also called: {}.", argument.aliases.join(", ")));
    }
    if argument.secret {
        notes.push("Never shown.".to_owned());
    }
    text += &wrapped(&notes.join(" "), 6, width);
    text
}

/// A default as a playbook would write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

/// The text within the width; what is cut off is marked.
fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut kept = String::new();
    for character in line.chars() {
        if kept.width() + 2 > width {
            break;
        }
        kept.push(character);
    }
    kept.trim_end().to_owned() + "…"
}
