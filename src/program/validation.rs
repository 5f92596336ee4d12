use {
    super::{Element, Frame, Role, compile::Compiler},
    crate::{
        playbook::{Key, RoleUse, Task},
        source::{Fault, Kind, Node, Place},
    },
    std::sync::Arc,
};

const MODULE: &str = "ansible.builtin.validate_argument_spec";

impl Compiler<'_> {
    /// The step that holds a role's arguments against what its `meta` says of them, where it says anything of this entry point.
    pub(super) fn validation(
        &self,
        role: &Role,
        used: Option<&RoleUse>,
        frame: &Arc<Frame>,
    ) -> Result<Option<Element>, Fault> {
        let entry = &role.parts.tasks;
        let Some(spec) = role
            .argument_specs
            .as_ref()
            .and_then(|specs| specs.get(entry))
        else {
            return Ok(None);
        };
        if spec.as_map().is_none_or(<[_]>::is_empty) {
            return Ok(None);
        }
        let mut task = Task::implied(MODULE, &title(entry, spec), spec.place.clone());
        let always = text(&spec.place, "always");
        task.keywords.extend_list(Key::Tags, &[always]);
        task.action.args = arguments(role, used, spec);
        self.step(task, frame, false).map(Some)
    }
}

fn title(entry: &str, spec: &Node) -> String {
    let title = format!("Validating arguments against arg spec '{entry}'");
    match spec.get("short_description").and_then(Node::as_str) {
        Some(more) => format!("{title} - {more}"),
        None => title,
    }
}

fn arguments(role: &Role, used: Option<&RoleUse>, spec: &Node) -> Vec<(String, Node)> {
    let place = &spec.place;
    let map = |entries: Vec<(Node, Node)>| Node::new(place.clone(), Kind::Map(entries));
    let options = spec
        .get("options")
        .cloned()
        .unwrap_or_else(|| map(Vec::new()));
    // A specification holds no templates.
    let options = Node::new(options.place.clone(), Kind::Unsafe(Box::new(options)));
    let given = used.map_or(&[][..], |used| used.params.as_slice());
    let given = given
        .iter()
        .map(|(name, value)| (text(place, name), value.clone()));
    let context = [
        ("type", "role"),
        ("name", role.short_name()),
        ("argument_spec_name", &role.parts.tasks),
        ("path", &role.path.to_string_lossy()),
    ];
    let context = context.map(|(name, value)| {
        let value = text(place, value);
        (
            text(place, name),
            Node::new(place.clone(), Kind::Unsafe(Box::new(value))),
        )
    });
    vec![
        ("argument_spec".to_owned(), options),
        ("provided_arguments".to_owned(), map(given.collect())),
        ("validate_args_context".to_owned(), map(context.to_vec())),
    ]
}

fn text(place: &Place, text: &str) -> Node {
    Node::new(place.clone(), Kind::String(text.to_owned()))
}
