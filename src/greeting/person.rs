//! The name of the person who is greeted.

use std::fmt;

/// The longest name, in characters.
const LONGEST: usize = 64;

/// A name of 1 to 64 characters of any script, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing was given.
    #[error("the name is empty; ask for /greet/NAME or /greet?name=NAME")]
    Empty,
    /// It has more than 64 characters.
    #[error("the name has {0} characters; {LONGEST} are the most")]
    TooLong(usize),
    /// It holds a line break, a NUL or another control character.
    #[error("the name holds a control character; only printable characters make a name")]
    Control,
}

impl PersonName {
    /// The text as a name, unchanged, or what is wrong with it.
    pub fn new(text: String) -> Result<Self, BadName> {
        let length = text.chars().count();
        if length == 0 {
            return Err(BadName::Empty);
        }
        if length > LONGEST {
            return Err(BadName::TooLong(length));
        }
        if text.chars().any(char::is_control) {
            return Err(BadName::Control);
        }
        Ok(Self(text))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Result<String, BadName> {
        PersonName::new(text.to_owned()).map(|name| name.to_string())
    }

    #[test]
    fn names_of_any_script_are_kept_as_they_are() {
        for text in ["Ada", "Jörg", "李", "Анна Мария", "d'Arc"] {
            assert_eq!(name(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(name(&"ř".repeat(64)).is_ok());
        assert_eq!(name(&"ř".repeat(65)), Err(BadName::TooLong(65)));
        assert_eq!(name(""), Err(BadName::Empty));
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["A\nda", "A\0da", "\u{85}Ada", "\u{7f}"] {
            assert_eq!(name(text), Err(BadName::Control), "{text:?}");
        }
    }
}
