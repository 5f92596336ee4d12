use {
    super::{Key, Keywords, On, Task, reader, reader::Reader},
    crate::source::{Fault, Node, Place},
};

/// An entry of a list of tasks.
#[derive(Clone, Debug)]
pub enum Item {
    Task(Task),
    Block(Block),
}

/// Tasks that share keywords, with what runs when one fails and what runs always.
#[derive(Clone, Debug)]
pub struct Block {
    pub place: Place,
    pub keywords: Keywords,
    pub body: Vec<Item>,
    pub rescue: Vec<Item>,
    pub always: Vec<Item>,
}

/// Reads a list of tasks and blocks, as a task file or `tasks:` holds it. `on` is `Task` or `Handler`.
pub fn items(node: &Node, on: On) -> Result<Vec<Item>, Fault> {
    reader::list(node, "a list of tasks")?
        .iter()
        .map(|node| item(node, on))
        .collect()
}

fn item(node: &Node, on: On) -> Result<Item, Fault> {
    let is_block = ["block", "rescue", "always"]
        .iter()
        .any(|key| node.get(key).is_some());
    if is_block {
        block(node, on).map(Item::Block)
    } else {
        Task::read(node, on).map(Item::Task)
    }
}

fn block(node: &Node, on: On) -> Result<Block, Fault> {
    let keywords = Reader::new(node, On::Block, "a block")?.only_keywords(On::Block, "a block")?;
    let part = |key| {
        keywords
            .get(key)
            .map_or(Ok(Vec::new()), |node| items(node, on))
    };
    if keywords.get(Key::Block).is_none() {
        return Err(Fault::new("`rescue` and `always` belong to a `block`")
            .at(&node.place)
            .help("put the tasks that may fail under `block:`"));
    }
    Ok(Block {
        place: node.place.clone(),
        body: part(Key::Block)?,
        rescue: part(Key::Rescue)?,
        always: part(Key::Always)?,
        keywords,
    })
}
