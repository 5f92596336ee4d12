use std::sync::Arc;

use minijinja::value::Value;

use super::{Engine, ErrorKind, TemplateError, Variables, is_omit, raw, variables::Nothing};
use crate::source::{Kind, Node};

impl Engine {
    /// The value of a node in which nothing is to be rendered: it is the same on every host and at every step. Nothing where a template
    /// stands in it, or a vault that cannot be opened. Vaults inside lists and dictionaries are opened when they are asked for.
    pub fn constant(&self, node: &Node) -> Option<Value> {
        if !is_constant(node) {
            return None;
        }
        let nothing: Arc<dyn Variables> = Arc::new(Nothing);
        match &node.kind {
            Kind::List(_) | Kind::Map(_) if holds_vault(node) => {
                Some(self.entry_by_entry(node, &nothing))
            }
            _ => self.node(node, &nothing).ok(),
        }
    }

    /// Renders a YAML node with all that is inside it, keys too. Entries whose value is `omit` are dropped.
    ///
    /// # Errors
    /// The first that rendering gives, with the place in the scalar.
    pub fn node(&self, node: &Node, vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        match &node.kind {
            Kind::String(text) => self.text(text, vars).map_err(|error| error.at(&node.place)),
            Kind::List(items) => self.list(items, vars),
            Kind::Map(entries) => self.map(entries, vars),
            Kind::Unsafe(inner) => Ok(raw(inner)),
            Kind::Vault(envelope) => self.decrypted(envelope, node),
            _ => Ok(raw(node)),
        }
    }

    fn list(&self, items: &[Node], vars: &Arc<dyn Variables>) -> Result<Value, TemplateError> {
        let mut rendered = Vec::with_capacity(items.len());
        for item in items {
            let value = self.node(item, vars)?;
            if !is_omit(&value) {
                rendered.push(value);
            }
        }
        Ok(rendered.into())
    }

    fn map(
        &self,
        entries: &[(Node, Node)],
        vars: &Arc<dyn Variables>,
    ) -> Result<Value, TemplateError> {
        let mut rendered = Vec::with_capacity(entries.len());
        for (key, item) in entries {
            let value = self.node(item, vars)?;
            if !is_omit(&value) {
                rendered.push((self.node(key, vars)?, value));
            }
        }
        Ok(Value::from_pairs(rendered))
    }

    fn decrypted(&self, envelope: &str, node: &Node) -> Result<Value, TemplateError> {
        match (self.inner().settings.decrypt)(envelope) {
            Ok(text) => Ok(text.into()),
            Err(reason) => {
                let message = format!("the vaulted value cannot be opened: {reason}");
                Err(TemplateError::new(ErrorKind::Failed, message).at(&node.place))
            }
        }
    }
}

/// Whether something within is to be opened.
fn holds_vault(node: &Node) -> bool {
    match &node.kind {
        Kind::Vault(_) => true,
        Kind::List(items) => items.iter().any(holds_vault),
        Kind::Map(entries) => {
            let mut entries = entries.iter();
            entries.any(|(key, value)| holds_vault(key) || holds_vault(value))
        }
        _ => false,
    }
}

/// Whether nothing within is a template.
fn is_constant(node: &Node) -> bool {
    match &node.kind {
        Kind::String(text) => !Engine::is_template(text),
        Kind::List(items) => items.iter().all(is_constant),
        Kind::Map(entries) => {
            let mut entries = entries.iter();
            entries.all(|(key, value)| is_constant(key) && is_constant(value))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        source::{SourceFile, yaml},
        template::{fixture, print},
    };

    fn rendered(text: &str) -> Result<Value, TemplateError> {
        let node = yaml::load_one(&SourceFile::new("a.yml", text)).unwrap();
        fixture::engine().node(&node, &fixture::vars())
    }

    #[test]
    fn everything_inside_is_rendered() {
        let text =
            "'{{ word }}': ['{{ web.port }}', {a: '{{ omit }}', b: 0644}]\nc: !unsafe '{{ x }}'\n";
        let value = rendered(text).unwrap();
        assert_eq!(
            print::repr(&value),
            "{'Hello': [80, {'b': 420}], 'c': '{{ x }}'}"
        );
    }

    #[test]
    fn vaulted_values_are_opened() {
        assert_eq!(
            rendered("a: !vault |\n  $ANSIBLE_VAULT;test\n  x\n")
                .unwrap()
                .to_string(),
            "{'a': 'x'}"
        );
        let error = rendered("a: !vault |\n  $ANSIBLE_VAULT;other\n  x\n").unwrap_err();
        assert!(error.message.contains("this is no vault"), "{error}");
    }

    #[test]
    fn an_error_points_at_the_very_name() {
        let error = rendered("a:\n  - b\n  - \"x {{ web.prot }}\"\n").unwrap_err();
        let place = error.place.unwrap();
        assert_eq!(
            (place.to_string().as_str(), place.text()),
            ("a.yml:3:11", "web.prot")
        );
    }
}
