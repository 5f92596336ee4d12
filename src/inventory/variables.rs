use crate::source::Node;

/// Raw variables in the order in which they were first set; the last value set for a name stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables(Vec<(String, Node)>);

impl Variables {
    /// Sets a variable, replacing an earlier value in its place.
    pub fn set(&mut self, name: &str, value: Node) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    pub fn entries(&self) -> &[(String, Node)] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Node)> for Variables {
    fn from_iter<T: IntoIterator<Item = (String, Node)>>(entries: T) -> Self {
        let mut variables = Self::default();
        for (name, value) in entries {
            variables.set(&name, value);
        }
        variables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Kind, Place};

    #[test]
    fn the_last_value_stays_in_the_first_place() {
        let node = |n| Node::new(Place::outside("test", ""), Kind::Int(n));
        let entries = [("a", 1), ("b", 2), ("a", 3)].map(|(k, v)| (k.to_owned(), node(v)));
        let variables: Variables = entries.into_iter().collect();
        assert_eq!(variables.entries().len(), 2);
        assert_eq!(variables.entries()[0], ("a".to_owned(), node(3)));
    }
}
