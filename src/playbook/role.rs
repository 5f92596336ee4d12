use {
    super::{Key, Keywords, On, reader, reader::Reader},
    crate::source::{Fault, Node, Place},
};

/// A role as a play or another role's `meta` uses it.
#[derive(Clone, Debug)]
pub struct RoleUse {
    pub place: Place,
    /// The role's name, or its path; it may be a template.
    pub name: Node,
    pub keywords: Keywords,
    /// What is no keyword: the role's parameters.
    pub params: Vec<(String, Node)>,
}

/// Reads `roles:` or a role's `dependencies:`.
pub fn role_uses(node: &Node) -> Result<Vec<RoleUse>, Fault> {
    reader::list(node, "a list of roles")?
        .iter()
        .map(role_use)
        .collect()
}

fn role_use(node: &Node) -> Result<RoleUse, Fault> {
    if node.as_str().is_some() {
        return Ok(RoleUse {
            place: node.place.clone(),
            name: node.clone(),
            keywords: Keywords::default(),
            params: Vec::new(),
        });
    }
    let reader = Reader::new(node, On::Role, "a role")?;
    let name = reader
        .keywords
        .get(Key::Role)
        .or_else(|| reader.keywords.get(Key::Name))
        .cloned()
        .ok_or_else(|| {
            Fault::new("the role has no name")
                .at(&node.place)
                .help("write `- role: NAME`")
        })?;
    let params = reader
        .others
        .into_iter()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
        .collect();
    Ok(RoleUse {
        place: node.place.clone(),
        name,
        keywords: reader.keywords,
        params,
    })
}
