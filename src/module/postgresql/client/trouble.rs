use {super::ServerError, crate::act::Failure};

/// Why a statement did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The server refused it. The session goes on.
    #[error("Cannot execute SQL '{sql}': {error}")]
    Refused { sql: String, error: ServerError },
    /// The session is over, or the step was ended.
    #[error(transparent)]
    Ended(#[from] Failure),
}

impl Trouble {
    /// The server's kind of error; none where the session has ended.
    pub fn state(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(&error.state),
            Self::Ended(_) => None,
        }
    }

    /// What the server said, or why the session ended.
    pub fn reason(&self) -> String {
        match self {
            Self::Refused { error, .. } => error.to_string(),
            Self::Ended(failure) => failure.to_string(),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Ended(failure) => failure,
            refused => Failure::refused(refused.to_string()),
        }
    }
}
