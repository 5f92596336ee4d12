use {
    serde_json::Value,
    std::fmt::{self, Display, Formatter},
};

/// What is wrong with an argument. The text does not say where: the caller knows the place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct ArgumentError {
    /// As written.
    pub argument: String,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The module has no such argument.
    Unknown { nearest: Option<String> },
    /// It is required.
    Missing,
    /// It was given before, under this name or another.
    Twice { name: String },
    /// It cannot be read as what the module expects.
    Type { expected: String, found: Value },
    /// It is none of the choices.
    Choice {
        choices: Vec<String>,
        found: Value,
        nearest: Option<String>,
    },
}

impl Display for ArgumentError {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let Self { argument, fault } = self;
        match fault {
            Fault::Unknown { nearest } => {
                write!(f, "unknown argument `{argument}`")?;
                hint(f, nearest)
            }
            Fault::Missing => write!(f, "argument `{argument}` is missing"),
            Fault::Twice { name } => {
                write!(f, "argument `{argument}` was given already as `{name}`")
            }
            Fault::Type { expected, found } => {
                write!(
                    f,
                    "argument `{argument}` must be {expected}, and {found} is none"
                )
            }
            Fault::Choice {
                choices,
                found,
                nearest,
            } => {
                let choices = choices.join(", ");
                write!(
                    f,
                    "argument `{argument}` must be one of {choices}, and {found} is not"
                )?;
                hint(f, nearest)
            }
        }
    }
}

fn hint(f: &mut Formatter, nearest: &Option<String>) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
        None => Ok(()),
    }
}
