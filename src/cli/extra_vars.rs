use {
    super::environment::Environment,
    crate::{
        source::{Fault, Kind, Node, Place, SourceFile, Store, yaml},
        variable::Vars,
    },
};

/// Reads `-e`: `name=value` pairs, YAML or JSON, or `@FILE`; later ones win.
pub(super) fn read(
    given: &[String],
    store: &Store,
    environment: &Environment,
) -> Result<Vars, Fault> {
    let mut all = Vars::default();
    for text in given {
        all.extend(one(text, store, environment)?);
    }
    Ok(all)
}

fn one(text: &str, store: &Store, environment: &Environment) -> Result<Vars, Fault> {
    let place = Place::outside("--extra-vars", text);
    if let Some(path) = text.strip_prefix('@') {
        let node = store
            .document(&environment.expand(path))
            .map_err(|fault| fault.at_least(&place))?;
        return map(&node);
    }
    if text.trim_start().starts_with(['{', '[']) {
        let file = SourceFile::new("--extra-vars", text);
        return map(&yaml::load_one(&file).map_err(Fault::from)?);
    }
    pairs(text, &place)
}

fn map(node: &Node) -> Result<Vars, Fault> {
    match &node.kind {
        Kind::Map(_) | Kind::Null => Ok(Vars::from_node(Some(node))),
        _ => Err(Fault::new(format!(
            "extra variables are a map, not {}",
            node.describe()
        ))
        .at(&node.place)),
    }
}

/// `name=value` words; values are strings, as Ansible reads them.
fn pairs(text: &str, place: &Place) -> Result<Vars, Fault> {
    let words = shlex::split(text).ok_or_else(|| Fault::new("an unclosed quote").at(place))?;
    let pair = |word: String| match word.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let node = Node::new(
                Place::outside("--extra-vars", &word),
                Kind::String(value.to_owned()),
            );
            Ok((name.to_owned(), node))
        }
        _ => Err(Fault::new(format!("`{word}` is not name=value"))
            .at(place)
            .help("write name=value, or a map in JSON or YAML, or @FILE")),
    };
    let pairs = words.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    Ok(Vars::from_entries(pairs))
}
