use {
    super::{Item, Key, Keywords, On, RoleUse, items, reader::Reader, role_uses},
    crate::source::{Fault, Kind, Node, Place},
};

/// An entry of a playbook.
#[derive(Clone, Debug)]
pub enum Entry {
    Play(Box<Play>),
    Import(Import),
}

/// `import_playbook`.
#[derive(Clone, Debug)]
pub struct Import {
    /// The other playbook's path, from this one's directory; it may be a template.
    pub path: Node,
    pub when: Vec<Node>,
    pub tags: Vec<Node>,
    pub vars: Option<Node>,
}

/// One play: hosts, and what to do on them.
#[derive(Clone, Debug)]
pub struct Play {
    pub place: Place,
    pub keywords: Keywords,
    pub pre_tasks: Vec<Item>,
    pub roles: Vec<RoleUse>,
    pub tasks: Vec<Item>,
    pub post_tasks: Vec<Item>,
    pub handlers: Vec<Item>,
    /// The conditions of the imports that brought the play in.
    pub conditions: Vec<Node>,
}

impl Play {
    /// The name as written (it may be a template), or the pattern of its hosts.
    pub fn name(&self) -> String {
        match self.keywords.text(Key::Name) {
            Some(name) => name.to_owned(),
            None => self
                .keywords
                .list(Key::Hosts)
                .iter()
                .filter_map(Node::as_str)
                .collect::<Vec<_>>()
                .join(","),
        }
    }
}

/// Reads a playbook file: a list of plays and imports.
pub fn playbook(node: &Node) -> Result<Vec<Entry>, Fault> {
    let Kind::List(entries) = &node.kind else {
        return Err(Fault::new(format!(
            "a playbook must be a list of plays, not {}",
            node.describe()
        ))
        .at(&node.place)
        .help("begin each play with `- hosts: …`"));
    };
    entries.iter().map(entry).collect()
}

fn entry(node: &Node) -> Result<Entry, Fault> {
    let import = ["import_playbook", "ansible.builtin.import_playbook"]
        .iter()
        .find_map(|name| node.get(name));
    match import {
        Some(path) => import_entry(node, path).map(Entry::Import),
        None => play(node).map(|play| Entry::Play(Box::new(play))),
    }
}

fn import_entry(node: &Node, path: &Node) -> Result<Import, Fault> {
    let mut reader = Reader::new(node, On::Import, "import_playbook")?;
    let full = |(name, _): &(Node, Node)| name.as_str() == Some("ansible.builtin.import_playbook");
    reader.others.retain(|entry| !full(entry));
    let keywords = reader.only_keywords(On::Import, "import_playbook")?;
    // Ansible takes them for tags, which then come too late.
    let mut vars = keywords.get(Key::Vars).cloned();
    if let Some(Kind::Map(entries)) = vars.as_mut().map(|vars| &mut vars.kind) {
        entries.retain(|(name, _)| name.as_str() != Some("tags"));
    }
    Ok(Import {
        path: path.clone(),
        when: keywords.list(Key::When).to_vec(),
        tags: keywords.list(Key::Tags).to_vec(),
        vars,
    })
}

fn play(node: &Node) -> Result<Play, Fault> {
    let keywords = Reader::new(node, On::Play, "a play")?.only_keywords(On::Play, "a play")?;
    if keywords.get(Key::Hosts).is_none() {
        return Err(Fault::new("the play has no `hosts`")
            .at(&node.place)
            .help("say which hosts it is for, such as `hosts: all`"));
    }
    let tasks = |key, on| {
        keywords
            .get(key)
            .map_or(Ok(Vec::new()), |node| items(node, on))
    };
    Ok(Play {
        place: node.place.clone(),
        pre_tasks: tasks(Key::PreTasks, On::Task)?,
        roles: keywords.get(Key::Roles).map_or(Ok(Vec::new()), role_uses)?,
        tasks: tasks(Key::Tasks, On::Task)?,
        post_tasks: tasks(Key::PostTasks, On::Task)?,
        handlers: tasks(Key::Handlers, On::Handler)?,
        keywords,
        conditions: Vec::new(),
    })
}
