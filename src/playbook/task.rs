use {
    super::{Action, Key, Keywords, On, reader, reader::Reader},
    crate::{
        control, module,
        source::{Fault, Kind, Node, Place},
    },
};

/// One task or handler.
#[derive(Clone, Debug)]
pub struct Task {
    pub place: Place,
    pub keywords: Keywords,
    pub action: Action,
    pub looping: Option<Loop>,
}

/// What a task loops over.
#[derive(Clone, Debug)]
pub struct Loop {
    /// `None` for `loop`, otherwise the lookup's name behind `with_`.
    pub lookup: Option<String>,
    pub value: Node,
}

/// Names that a command line gives as `name=value` before the command itself.
const COMMAND_OPTIONS: &[&str] = &[
    "creates",
    "removes",
    "chdir",
    "executable",
    "warn",
    "stdin",
    "stdin_add_newline",
    "strip_empty_ends",
    "expand_argument_vars",
];

impl Task {
    pub(super) fn read(node: &Node, on: On) -> Result<Self, Fault> {
        let mut reader = Reader::new(node, on, "a task")?;
        let looping = looping(&mut reader)?;
        let mut action = pick_action(&reader, node, on)?;
        if let Some(control) = reader
            .keywords
            .get(Key::LoopControl)
            .filter(|map| !map.is_null())
        {
            Keywords::read(control, On::LoopControl, "loop_control")?;
        }
        forbid_lost(&reader.keywords, &action)?;
        if let Some(args) = reader.keywords.get(Key::Args) {
            action.add_args(args)?;
        }
        Ok(Self {
            place: node.place.clone(),
            keywords: reader.keywords,
            action,
            looping,
        })
    }

    /// A task that nobody wrote, such as the gathering of facts.
    pub fn implied(module: &str, name: &str, place: Place) -> Self {
        let text = |text: &str| Node::new(place.clone(), Kind::String(text.to_owned()));
        let mut keywords = Keywords::default();
        // A string fits the shape of `name`.
        let _ = keywords.put(Key::Name, text(name));
        Self {
            action: Action {
                name: text(module),
                args: Vec::new(),
                free: None,
                template: None,
            },
            place,
            keywords,
            looping: None,
        }
    }

    /// The name as written (it may be a template), or the module's.
    pub fn name(&self) -> &str {
        self.keywords
            .text(Key::Name)
            .or_else(|| self.action.name.as_str())
            .unwrap_or_default()
    }
}

/// Keywords that a dynamic include itself heeds; others would be lost on it.
const OF_INCLUDES: &[Key] = &[
    Key::Action,
    Key::Args,
    Key::Collections,
    Key::Debugger,
    Key::IgnoreErrors,
    Key::Listen,
    Key::Loop,
    Key::LoopControl,
    Key::Name,
    Key::NoLog,
    Key::Register,
    Key::RunOnce,
    Key::Tags,
    Key::Timeout,
    Key::Vars,
    Key::When,
];

/// As Ansible, refuses keywords that do nothing on an include.
fn forbid_lost(keywords: &Keywords, action: &Action) -> Result<(), Fault> {
    let name = action.short_name();
    if !matches!(name, "include_tasks" | "include_role") {
        return Ok(());
    }
    let lost = keywords.iter().find(|(key, _)| !OF_INCLUDES.contains(key));
    lost.map_or(Ok(()), |(key, node)| {
        let key = key.name();
        Err(Fault::new(format!("`{key}` does nothing on `{name}`"))
            .at(&node.place)
            .help(format!(
                "for the tasks that it brings in, write `apply: {{{key}: …}}`"
            )))
    })
}

fn looping(reader: &mut Reader) -> Result<Option<Loop>, Fault> {
    let plain = reader.keywords.get(Key::Loop).cloned();
    match (plain, reader.with.take()) {
        (Some(_), Some((name, _))) => Err(Fault::new(format!(
            "a task has one loop: `loop` stands beside `{}`",
            name.as_str().unwrap_or_default()
        ))
        .at(&name.place)),
        (Some(value), None) => Ok(Some(Loop {
            lookup: None,
            value,
        })),
        (None, Some((name, value))) => Ok(Some(Loop {
            lookup: name
                .as_str()
                .and_then(|name| name.strip_prefix("with_"))
                .map(str::to_owned),
            value,
        })),
        (None, None) => Ok(None),
    }
}

/// The one entry that names what to do; everything else must have been a keyword.
fn pick_action(reader: &Reader, node: &Node, on: On) -> Result<Action, Fault> {
    if let Some(value) = reader.keywords.get(Key::Action) {
        forbid_others(reader, on)?;
        return action_keyword(value);
    }
    if let Some(value) = reader.keywords.get(Key::LocalAction) {
        forbid_others(reader, on)?;
        return action_keyword(value);
    }
    let (known, unknown): (Vec<_>, Vec<_>) =
        reader.others.iter().partition(|(name, _)| is_known(name));
    match (known.as_slice(), unknown.as_slice()) {
        ([(name, value)], []) | ([], [(name, value)]) => named(name, value),
        ([_, ..], [(name, _), ..]) => Err(reader::unknown(name, on, "a task")),
        ([(first, _), (second, _), ..], []) => Err(Fault::new(format!(
            "a task does one thing: `{}` stands beside `{}`",
            second.as_str().unwrap_or_default(),
            first.as_str().unwrap_or_default()
        ))
        .at(&second.place)
        .help("make two tasks of it")),
        ([], [(first, _), ..]) => {
            Err(reader::unknown(first, on, "a task")
                .help("only one name in a task may be a module"))
        }
        ([], []) => Err(Fault::new("the task names no module")
            .at(&node.place)
            .help("add the module that does the work, such as `ansible.builtin.copy:`")),
    }
}

fn forbid_others(reader: &Reader, on: On) -> Result<(), Fault> {
    match reader.others.first() {
        None => Ok(()),
        Some((name, _)) => Err(reader::unknown(name, on, "a task")),
    }
}

/// `action: copy src=a dest=b`, or `action: {module: copy, src: a}`.
fn action_keyword(value: &Node) -> Result<Action, Fault> {
    let missing = || Fault::new("`action` needs the name of a module").at(&value.place);
    match &value.kind {
        Kind::String(text) => {
            let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            let name = Node::new(value.place.clone(), Kind::String(name.to_owned()));
            let rest = Node::new(value.place.clone(), Kind::String(rest.trim().to_owned()));
            named(&name, &rest)
        }
        Kind::Map(entries) => {
            let name = value.get("module").ok_or_else(missing)?;
            let rest = entries
                .iter()
                .filter(|(key, _)| key.as_str() != Some("module"))
                .cloned()
                .collect();
            named(name, &Node::new(value.place.clone(), Kind::Map(rest)))
        }
        _ => Err(missing()),
    }
}

fn named(name: &Node, value: &Node) -> Result<Action, Fault> {
    Action::read(name, value, free_form(name.as_str().unwrap_or_default()))
}

/// Whether a name is a module or a control step.
fn is_known(name: &Node) -> bool {
    name.as_str()
        .is_some_and(|name| module::find(name).is_some() || control::find(name).is_some())
}

/// The `name=value` pairs that are read before free text, where the module takes free text.
fn free_form(name: &str) -> Option<&'static [&'static str]> {
    let module = module::find(name).is_some_and(|entry| entry.free_form.is_some());
    let step = control::find(name).is_some_and(|step| step.free_form.is_some());
    let import = matches!(name, "import_tasks" | "ansible.builtin.import_tasks");
    (module || step || import).then_some(COMMAND_OPTIONS)
}
