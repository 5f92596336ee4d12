use {
    super::item::Item,
    crate::{
        module::Schema,
        playbook::Key,
        source::{Fault, Node},
        template::{self, Engine, Value},
        variable::Values,
        wire::Object,
    },
};

/// A step's arguments on their way from the file to the module.
pub(super) struct Arguments<'a> {
    pub(super) item: &'a Item<'a>,
    pub(super) schema: &'a Schema,
    pub(super) raw: &'a [&'a str],
    pub(super) open: bool,
    pub(super) free_form: Option<&'a str>,
}

impl Arguments<'_> {
    /// The arguments as values, and as JSON that the schema has accepted.
    pub(super) fn render(&self) -> Result<(Values, Object), Fault> {
        let action = &self.item.step.task.action;
        let mut values = self.defaults()?;
        if let Some(node) = &action.template {
            self.spread(node, &mut values)?;
        }
        if let Some(free) = &action.free {
            let Some(name) = self.free_form else {
                return Err(Fault::new(format!(
                    "`{}` takes named arguments, not free text",
                    action.short_name()
                ))
                .at(&free.place));
            };
            values.insert(name.to_owned(), self.value(name, free)?);
        }
        for (name, node) in &action.args {
            let value = self.value(name, node)?;
            values.insert(self.name(name, node)?, value);
        }
        values.retain(|_, value| !template::is_omit(value));
        let object = values
            .iter()
            .map(|(name, value)| (name.clone(), template::to_json(value)))
            .collect();
        let object = self.accept(object)?;
        let canonical = values
            .into_iter()
            .map(|(name, value)| {
                (
                    self.schema
                        .argument(&name)
                        .map_or(name.clone(), |argument| argument.name.clone()),
                    value,
                )
            })
            .collect();
        Ok((canonical, object))
    }

    /// A name as written, save where a step that takes any name takes a template for it.
    fn name(&self, name: &str, node: &Node) -> Result<String, Fault> {
        if !self.open || !Engine::is_template(name) {
            return Ok(name.to_owned());
        }
        let scope = &self.item.scope;
        let engine = &scope.world().engine;
        let rendered = engine.text(name, &scope.variables());
        rendered
            .map(|value| value.to_string())
            .map_err(|error| crate::control::fault(error, &node.place))
    }

    fn accept(&self, object: Object) -> Result<Object, Fault> {
        let action = &self.item.step.task.action;
        let accepted = if self.open {
            self.schema.accept_open(object)
        } else {
            self.schema.accept(object)
        };
        accepted.map_err(|errors| crate::check::bad_arguments(action, &errors))
    }

    fn value(&self, name: &str, node: &Node) -> Result<Value, Fault> {
        if self.raw.contains(&name) {
            return Ok(template::raw(node));
        }
        self.item.node(node)
    }

    /// `args: "{{ options }}"`.
    fn spread(&self, node: &Node, values: &mut Values) -> Result<(), Fault> {
        let map = self.item.node(node)?;
        if map.is_none() || template::is_omit(&map) {
            return Ok(());
        }
        let names = map
            .try_iter()
            .map_err(|_| Fault::new("the arguments must be a map").at(&node.place))?;
        for name in names {
            let value = map.get_item(&name).unwrap_or_default();
            values.insert(name.to_string(), value);
        }
        Ok(())
    }

    /// `module_defaults` around the step: those of groups first, then the module's own. Of two that are called alike, only the inner
    /// one counts.
    fn defaults(&self) -> Result<Values, Fault> {
        let mut named: Vec<(&str, &Node)> = Vec::new();
        for node in self.item.step.frame.gather(Key::ModuleDefaults) {
            for (name, node) in node.as_map().unwrap_or_default() {
                let name = short(name.as_str().unwrap_or_default());
                named.retain(|(other, _)| *other != name);
                named.push((name, node));
            }
        }
        let module = self.item.module();
        let mut values = Values::new();
        for (name, node) in &named {
            if let Some(group) = name.strip_prefix("group/")
                && self.is_in_group(module, group)
            {
                self.spread(node, &mut values)?;
            }
        }
        for (name, node) in named {
            if is_called(module, name) {
                self.spread(node, &mut values)?;
            }
        }
        Ok(values)
    }

    fn is_in_group(&self, module: &str, group: &str) -> bool {
        let play = self.item.scope.around().play.as_deref();
        let library = play.and_then(|play| play.library.as_deref());
        let members = library.map(|library| library.action_group(group));
        members
            .unwrap_or_default()
            .iter()
            .any(|member| is_called(module, short(member)))
    }
}

/// A name without the collection that need not be said.
fn short(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name)
}

fn is_called(module: &str, name: &str) -> bool {
    name == module || name.rsplit('.').next() == Some(module)
}
