use {
    super::{Role, RoleUsage},
    crate::{
        playbook::{Key, Keywords},
        source::{Node, Place},
        variable::{Values, Vars},
    },
    std::sync::Arc,
};

/// What surrounds a step: the play, roles, blocks and includes it stands in, innermost last, and the task itself.
#[derive(Debug)]
pub struct Frame {
    pub kind: FrameKind,
    pub keywords: Keywords,
    pub vars: Arc<Vars>,
    /// Parameters of a role or an include: they win over facts that were set.
    pub params: Arc<Vars>,
    /// The loop variables that an include stands under.
    pub values: Arc<Values>,
    /// The role that begins here.
    pub role: Option<Arc<Role>>,
    /// Which use of a role begins here.
    pub usage: Option<Arc<RoleUsage>>,
    /// Where the step stands.
    pub place: Option<Place>,
    pub parent: Option<Arc<Frame>>,
    /// Conditions that no `when` here holds: those of imports around a play.
    pub conditions: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    Play,
    Role,
    Block,
    /// A static import: its keywords reach what is inside.
    Import,
    /// A dynamic include: only its variables and what `apply` names reach what is inside.
    Include,
    Task,
}

impl Frame {
    pub fn new(kind: FrameKind, keywords: Keywords, parent: Option<&Arc<Frame>>) -> Self {
        let vars = Vars::from_node(keywords.get(Key::Vars));
        Self {
            kind,
            vars: Arc::new(vars),
            keywords,
            params: Arc::default(),
            values: Arc::default(),
            role: None,
            usage: None,
            place: None,
            conditions: Vec::new(),
            parent: parent.map(Arc::clone),
        }
    }

    /// This frame and those around it, innermost first.
    pub fn chain(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(Some(self), |frame| frame.parent.as_deref())
    }

    /// The innermost value of a keyword.
    pub fn keyword(&self, key: Key) -> Option<&Node> {
        self.chain().find_map(|frame| frame.keywords.get(key))
    }

    /// Every value of a keyword that adds up (`when`, `tags`, `environment`), outermost first.
    pub fn gather(&self, key: Key) -> Vec<&Node> {
        let mut found: Vec<_> = self.chain().map(|frame| frame.keywords.list(key)).collect();
        found.reverse();
        found.into_iter().flatten().collect()
    }

    /// Every condition around the step, outermost first.
    pub fn conditions(&self) -> Vec<&Node> {
        let mut found: Vec<_> = self
            .chain()
            .flat_map(|frame| [frame.keywords.list(Key::When), frame.conditions.as_slice()])
            .collect();
        found.reverse();
        found.into_iter().flatten().collect()
    }

    /// The collections in which roles are looked for by their short names, as the nearest part that names any says.
    pub fn collections(&self) -> Vec<String> {
        for frame in self.chain() {
            let named = frame.keywords.list(Key::Collections);
            if !named.is_empty() {
                return named
                    .iter()
                    .filter_map(|node| node.as_str().map(str::to_owned))
                    .collect();
            }
            if let Some(role) = &frame.role {
                return role.collections.clone();
            }
        }
        Vec::new()
    }

    /// Which use of its role the step belongs to.
    pub fn usage(&self) -> Option<&Arc<RoleUsage>> {
        self.chain()
            .find(|frame| frame.role.is_some())?
            .usage
            .as_ref()
    }

    /// The roles whose steps include or import the ones around this step, innermost first.
    pub fn including_roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.chain()
            .filter(|frame| frame.role.is_some() && frame.kind != FrameKind::Role)
            .filter_map(|frame| frame.parent.as_deref()?.role())
    }

    /// The role that the step belongs to.
    pub fn role(&self) -> Option<&Arc<Role>> {
        self.chain().find_map(|frame| frame.role.as_ref())
    }

    /// The role and those that depend on it or include it, innermost first.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.chain().filter_map(|frame| frame.role.as_ref())
    }
}
