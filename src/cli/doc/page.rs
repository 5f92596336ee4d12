use crate::{
    control,
    module::{self, Schema},
};

/// What is known about one module or control step.
pub(in crate::cli) struct Page {
    pub(in crate::cli) name: &'static str,
    pub(in crate::cli) full_name: String,
    pub(in crate::cli) aliases: &'static [&'static str],
    /// The argument that free text fills.
    pub(in crate::cli) free_form: Option<&'static str>,
    /// It takes arguments of any name besides those described.
    pub(in crate::cli) open: bool,
    pub(in crate::cli) schema: Schema,
}

/// All of them by name.
pub(in crate::cli) fn all() -> Vec<Page> {
    let modules = module::all().map(|entry| Page {
        name: entry.name,
        full_name: entry.full_name(),
        aliases: entry.aliases,
        free_form: entry.free_form,
        open: false,
        schema: entry.schema(),
    });
    // The controller's part of a module is described with the module.
    let steps = control::all().iter();
    let steps = steps.filter(|entry| module::find(entry.name).is_none());
    let steps = steps.map(|entry| Page {
        name: entry.name,
        full_name: format!("ansible.builtin.{}", entry.name),
        aliases: &[],
        free_form: entry.free_form,
        open: entry.open,
        schema: entry.schema(),
    });
    let mut pages: Vec<Page> = modules.chain(steps).collect();
    // A part of a module that is not there.
    pages.retain(|page| !page.schema.doc.is_empty());
    pages.sort_by_key(|page| page.name);
    pages
}

impl Page {
    /// Whether a person means this by `name`.
    pub(in crate::cli) fn is(&self, name: &str) -> bool {
        let module = || module::find(name).is_some_and(|entry| entry.name == self.name);
        name == self.full_name
            || module()
            || control::find(name).is_some_and(|entry| entry.name == self.name)
    }

    /// The first paragraph of the description, in one line.
    pub(in crate::cli) fn synopsis(&self) -> String {
        let first = self.schema.doc.split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether a word stands in the name, the aliases or the synopsis.
    pub(in crate::cli) fn mentions(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let texts = [self.full_name.clone(), self.synopsis()];
        texts
            .iter()
            .map(String::as_str)
            .chain(self.aliases.iter().copied())
            .any(|text| text.to_lowercase().contains(&word))
    }
}
