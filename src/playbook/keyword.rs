//! The one table of keywords: what they are called, where they may stand, and what shape their value has.
//! Specified by Ansible's "Playbook Keywords" page; parser, check and docs come from here.

use crate::source::{Fault, Kind, Node};

/// Where a keyword may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Play,
    Role,
    Block,
    Task,
    Handler,
    /// The map of `loop_control`.
    LoopControl,
    /// An `import_playbook`.
    Import,
}

impl On {
    pub const ALL: &[On] = &[
        On::Play,
        On::Role,
        On::Block,
        On::Task,
        On::Handler,
        On::LoopControl,
        On::Import,
    ];
}

/// What a keyword's value may be. A string that is a template fits every shape but `Tasks` and `Map`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Bool,
    Number,
    Text,
    /// A list, or one scalar that stands for a list of one.
    List,
    /// One condition, or a list of them.
    Condition,
    Map,
    /// A map, or a list of maps that are merged.
    Maps,
    Tasks,
    Any,
}

macro_rules! keywords {
    ($($key:ident $name:literal $shape:ident [$($on:ident)*])*) => {
        /// A keyword of the playbook language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Key { $($key),* }

        impl Key {
            pub const ALL: &[Key] = &[$(Key::$key),*];

            pub fn name(self) -> &'static str {
                match self { $(Key::$key => $name),* }
            }

            pub fn shape(self) -> Shape {
                match self { $(Key::$key => Shape::$shape),* }
            }

            pub fn on(self) -> &'static [On] {
                match self { $(Key::$key => &[$(On::$on),*]),* }
            }
        }
    };
}

keywords! {
    Action            "action"              Any       [Task Handler]
    Always            "always"              Tasks     [Block]
    AnyErrorsFatal    "any_errors_fatal"    Bool      [Play Role Block Task Handler Import]
    Args              "args"                Any       [Task Handler]
    Async             "async"               Number    [Task Handler]
    Become            "become"              Bool      [Play Role Block Task Handler Import]
    BecomeExe         "become_exe"          Text      [Play Role Block Task Handler Import]
    BecomeFlags       "become_flags"        Text      [Play Role Block Task Handler Import]
    BecomeMethod      "become_method"       Text      [Play Role Block Task Handler Import]
    BecomeUser        "become_user"         Text      [Play Role Block Task Handler Import]
    Block             "block"               Tasks     [Block]
    BreakWhen         "break_when"          Condition [LoopControl]
    ChangedWhen       "changed_when"        Condition [Task Handler]
    CheckMode         "check_mode"          Bool      [Play Role Block Task Handler Import]
    Collections       "collections"         List      [Play Role Block Task Handler]
    Connection        "connection"          Text      [Play Role Block Task Handler Import]
    Debugger          "debugger"            Text      [Play Role Block Task Handler Import]
    Delay             "delay"               Number    [Task Handler]
    DelegateFacts     "delegate_facts"      Bool      [Role Block Task Handler]
    DelegateTo        "delegate_to"         Text      [Role Block Task Handler]
    Diff              "diff"                Bool      [Play Role Block Task Handler Import]
    Environment       "environment"         Maps      [Play Role Block Task Handler Import]
    Extended          "extended"            Bool      [LoopControl]
    ExtendedAllitems  "extended_allitems"   Bool      [LoopControl]
    FactPath          "fact_path"           Text      [Play]
    FailedWhen        "failed_when"         Condition [Task Handler]
    ForceHandlers     "force_handlers"      Bool      [Play]
    GatherFacts       "gather_facts"        Bool      [Play]
    GatherSubset      "gather_subset"       List      [Play]
    GatherTimeout     "gather_timeout"      Number    [Play]
    Handlers          "handlers"            Tasks     [Play]
    Hosts             "hosts"               List      [Play]
    IgnoreErrors      "ignore_errors"       Bool      [Play Role Block Task Handler Import]
    IgnoreUnreachable "ignore_unreachable"  Bool      [Play Role Block Task Handler Import]
    ImportPlaybook    "import_playbook"     Text      [Import]
    IndexVar          "index_var"           Text      [LoopControl]
    Label             "label"               Text      [LoopControl]
    Listen            "listen"              List      [Handler]
    LocalAction       "local_action"        Any       [Task Handler]
    Loop              "loop"                Any       [Task Handler]
    LoopControl       "loop_control"        Map       [Task Handler]
    LoopVar           "loop_var"            Text      [LoopControl]
    MaxFailPercentage "max_fail_percentage" Number    [Play]
    ModuleDefaults    "module_defaults"     Maps      [Play Role Block Task Handler Import]
    Name              "name"                Text      [Play Role Block Task Handler Import]
    NoLog             "no_log"              Bool      [Play Role Block Task Handler Import]
    Notify            "notify"              List      [Block Task Handler]
    Order             "order"               Text      [Play]
    Pause             "pause"               Number    [LoopControl]
    Poll              "poll"                Number    [Task Handler]
    Port              "port"                Number    [Play Role Block Task Handler Import]
    PostTasks         "post_tasks"          Tasks     [Play]
    PreTasks          "pre_tasks"           Tasks     [Play]
    Register          "register"            Text      [Task Handler]
    RemoteUser        "remote_user"         Text      [Play Role Block Task Handler Import]
    Rescue            "rescue"              Tasks     [Block]
    Retries           "retries"             Number    [Task Handler]
    Role              "role"                Text      [Role]
    Roles             "roles"               Any       [Play]
    RunOnce           "run_once"            Bool      [Play Role Block Task Handler Import]
    Serial            "serial"              List      [Play]
    Strategy          "strategy"            Text      [Play]
    Tags              "tags"                List      [Play Role Block Task Handler Import]
    Tasks             "tasks"               Tasks     [Play]
    Throttle          "throttle"            Number    [Play Role Block Task Handler Import]
    Timeout           "timeout"             Number    [Play Role Block Task Handler Import]
    Until             "until"               Condition [Task Handler]
    Vars              "vars"                Map       [Play Role Block Task Handler Import]
    VarsFiles         "vars_files"          List      [Play]
    VarsPrompt        "vars_prompt"         Any       [Play]
    When              "when"                Condition [Role Block Task Handler Import]
}

impl Key {
    /// The keyword of that name, where it may stand there.
    pub fn find(name: &str, on: On) -> Option<Key> {
        Key::ALL
            .iter()
            .copied()
            .find(|key| key.name() == name && key.on().contains(&on))
    }

    /// Whether the value fits the keyword's shape; the fault points at the value.
    fn accept(self, value: &Node) -> Result<(), Fault> {
        let template = value.as_str().is_some_and(|text| text.contains("{{"));
        let scalar = matches!(
            value.kind,
            Kind::String(_) | Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Vault(_)
        );
        let (fits, wanted) = match self.shape() {
            Shape::Any => (true, ""),
            Shape::Bool => (template || boolean(value).is_some(), "true or false"),
            Shape::Number => (template || number(value), "a number"),
            Shape::Text => (scalar || value.is_null(), "a string"),
            Shape::List => (
                scalar || value.is_null() || value.as_list().is_some(),
                "a list",
            ),
            Shape::Condition => (
                scalar || value.is_null() || value.as_list().is_some(),
                "a condition or a list of conditions",
            ),
            Shape::Map => (value.as_map().is_some() || value.is_null(), "a map"),
            Shape::Maps => (
                template
                    || value.as_map().is_some()
                    || value.as_list().is_some()
                    || value.is_null(),
                "a map",
            ),
            Shape::Tasks => (
                value.as_list().is_some() || value.is_null(),
                "a list of tasks",
            ),
        };
        if fits {
            return Ok(());
        }
        Err(Fault::new(format!(
            "`{}` takes {wanted}, not {}",
            self.name(),
            value.describe()
        ))
        .at(&value.place))
    }
}

/// A boolean as Ansible's playbook keywords read it.
pub fn boolean(value: &Node) -> Option<bool> {
    match &value.kind {
        Kind::Bool(value) => Some(*value),
        Kind::Int(1) => Some(true),
        Kind::Int(0) => Some(false),
        Kind::String(text) => boolean_text(text),
        _ => None,
    }
}

/// The words that Ansible takes for true and false.
pub fn boolean_text(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" | "1.0" | "y" | "t" => Some(true),
        "no" | "false" | "off" | "0" | "0.0" | "n" | "f" => Some(false),
        _ => None,
    }
}

fn number(value: &Node) -> bool {
    match &value.kind {
        Kind::Int(_) | Kind::Float(_) => true,
        Kind::String(text) => text.trim_end_matches('%').trim().parse::<f64>().is_ok(),
        _ => false,
    }
}

/// The keywords that stand on one play, role, block or task, in the order written.
#[derive(Clone, Debug, Default)]
pub struct Keywords(Vec<(Key, Node)>);

impl Keywords {
    pub fn get(&self, key: Key) -> Option<&Node> {
        self.0
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// Reads a map of keywords, such as `apply:`. Errors: no map, or a name that is no keyword there.
    pub fn read(node: &Node, on: On, what: &str) -> Result<Self, Fault> {
        super::reader::Reader::new(node, on, what)?.only_keywords(on, what)
    }

    /// Takes the value once its shape is found fit.
    pub(super) fn put(&mut self, key: Key, value: Node) -> Result<(), Fault> {
        key.accept(&value)?;
        self.0.push((key, value));
        Ok(())
    }

    /// Adds items to a keyword that stands for a list.
    pub fn extend_list(&mut self, key: Key, items: &[Node]) {
        let Some(first) = items.first() else {
            return;
        };
        let mut all = self.list(key).to_vec();
        all.extend(items.iter().cloned());
        self.0.retain(|(name, _)| *name != key);
        self.0
            .push((key, Node::new(first.place.clone(), Kind::List(all))));
    }

    /// Adds variables that win over those that stand here.
    pub fn overlay_vars(&mut self, vars: Option<&Node>) {
        let Some((node, stronger)) = vars.and_then(|node| Some((node, node.as_map()?))) else {
            return;
        };
        let own = self.get(Key::Vars).and_then(Node::as_map);
        let mut all = own.unwrap_or_default().to_vec();
        all.retain(|(name, _)| !stronger.iter().any(|(other, _)| other.kind == name.kind));
        all.extend(stronger.iter().cloned());
        let place = node.place.clone();
        self.0.retain(|(name, _)| *name != Key::Vars);
        self.0.push((Key::Vars, Node::new(place, Kind::Map(all))));
    }

    /// A keyword that stands for a list: its items, or the one scalar, or nothing.
    pub fn list(&self, key: Key) -> &[Node] {
        match self.get(key) {
            None => &[],
            Some(node) if node.is_null() => &[],
            Some(node) => node.as_list().unwrap_or(std::slice::from_ref(node)),
        }
    }

    pub fn text(&self, key: Key) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// A boolean written out; `None` where it is absent or a template.
    pub fn bool(&self, key: Key) -> Option<bool> {
        boolean(self.get(key)?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Key, Node)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_is_found_only_where_it_may_stand() {
        assert_eq!(Key::find("listen", On::Handler), Some(Key::Listen));
        assert_eq!(Key::find("listen", On::Task), None);
        assert_eq!(Key::find("hosts", On::Task), None);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Key::ALL.iter().map(|key| key.name()).collect();
        names.dedup();
        assert_eq!(names.len(), Key::ALL.len());
    }
}
