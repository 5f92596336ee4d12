use {
    super::{
        super::{Kind, Node, YamlError},
        hint,
        key::{Identity, Index},
    },
    std::collections::hash_map::Entry,
};

/// A map while it is read: its own entries, and what `<<` merges into it.
#[derive(Default)]
pub(super) struct Draft {
    entries: Vec<(Node, Node)>,
    index: Index,
    merged: Vec<Node>,
}

impl Draft {
    /// Adds an entry of the map's own.
    pub(super) fn entry(&mut self, key: Node, value: Node) -> Result<(), YamlError> {
        let identity = Identity::of(&key).ok_or_else(|| unusable(&key))?;
        match self.index.entry(identity) {
            Entry::Occupied(first) => Err(YamlError::DuplicateKey {
                key: key.place.shown().to_owned(),
                place: key.place,
                first: self.entries[*first.get()].0.place.clone(),
            }),
            Entry::Vacant(free) => {
                free.insert(self.entries.len());
                self.entries.push((key, value));
                Ok(())
            }
        }
    }

    /// Adds the value of a `<<`: a map, or a list of maps of which the first wins.
    pub(super) fn merge(&mut self, value: Node) -> Result<(), YamlError> {
        match value.kind {
            Kind::Map(_) => self.merged.push(value),
            Kind::List(maps) => {
                for map in maps.into_iter().rev() {
                    self.merged.push(mergeable(map)?);
                }
            }
            _ => return Err(unmergeable(&value)),
        }
        Ok(())
    }

    /// Gives the entries: the merged ones first, as Python would order them; the map's own values win.
    pub(super) fn finish(self) -> Kind {
        if self.merged.is_empty() {
            return Kind::Map(self.entries);
        }
        let mut all = Layers::default();
        for layer in self.merged {
            if let Kind::Map(entries) = layer.kind {
                all.lay(entries);
            }
        }
        all.lay(self.entries);
        Kind::Map(all.entries)
    }
}

/// Maps over each other: a later entry takes the place of an earlier one with its key.
#[derive(Default)]
struct Layers {
    entries: Vec<(Node, Node)>,
    index: Index,
}

impl Layers {
    fn lay(&mut self, entries: Vec<(Node, Node)>) {
        for (key, value) in entries {
            let Some(identity) = Identity::of(&key) else {
                continue;
            };
            let at = *self.index.entry(identity).or_insert(self.entries.len());
            match self.entries.get_mut(at) {
                Some(entry) => *entry = (key, value),
                None => self.entries.push((key, value)),
            }
        }
    }
}

fn mergeable(map: Node) -> Result<Node, YamlError> {
    match map.kind {
        Kind::Map(_) => Ok(map),
        _ => Err(unmergeable(&map)),
    }
}

fn unmergeable(value: &Node) -> YamlError {
    YamlError::Merge {
        found: value.describe(),
        place: value.place.clone(),
    }
}

fn unusable(key: &Node) -> YamlError {
    let place = &key.place;
    let before = &place.file().text()[..place.start()];
    if place.text().starts_with('{') && before.ends_with('{') {
        return hint::unquoted_template(place.file(), place.start() - 1);
    }
    YamlError::UnusableKey {
        found: key.describe(),
        place: place.clone(),
    }
}
