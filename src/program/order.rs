use std::fmt::{self, Display, Formatter};

/// A step's place in the linear order of a play. Steps that an include brings in at run time come right after
/// the including step, so the order is a path of numbers, compared from the left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order(Vec<u32>);

impl Order {
    pub fn first() -> Self {
        Self(vec![0])
    }

    /// The next place on the same level.
    pub fn next(&self) -> Self {
        let mut path = self.0.clone();
        if let Some(last) = path.last_mut() {
            *last += 1;
        }
        Self(path)
    }

    /// The first place below this one, in its part `part`: parts of one include (the items of its loop) follow each other.
    pub fn below(&self, part: u32) -> Self {
        let mut path = self.0.clone();
        path.extend([part, 0]);
        Self(path)
    }

    /// The place `other` inside this one.
    pub fn join(&self, other: &Order) -> Self {
        let mut path = self.0.clone();
        path.extend(&other.0);
        Self(path)
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let path: Vec<_> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&path.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_included_comes_between_the_include_and_the_next_step() {
        let include = Order::first();
        let (one, two) = (include.below(0), include.below(1));
        assert!(include < one && one < one.next() && one.next() < two && two < include.next());
    }
}
