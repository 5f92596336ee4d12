use {fallible_iterator::FallibleIterator, postgres_protocol::message::backend::ErrorResponseBody};

/// What a server has to say against a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct ServerError {
    /// The five letters of its kind: `42P01`.
    pub state: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

/// What a statement, or a login, builds on is not there: databases, schemas, relations, columns, roles and the like, functions,
/// and logins that no rule allows or that have no such password.
const MISSING: [&str; 8] = [
    "3D000", "3F000", "42P01", "42703", "42704", "42883", "28000", "28P01",
];

impl ServerError {
    pub fn read(body: &ErrorResponseBody) -> Self {
        let mut error = Self::default();
        let mut fields = body.fields();
        while let Ok(Some(field)) = fields.next() {
            let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'C' => error.state = value,
                b'M' => error.message = value,
                b'D' => error.detail = Some(value),
                b'H' => error.hint = Some(value),
                _ => {}
            }
        }
        error
    }

    /// Whether the error is that something is missing, which an earlier step of a dry run may bring.
    pub fn is_missing(&self) -> bool {
        MISSING.contains(&self.state.as_str())
    }

    fn text(&self) -> String {
        let mut text = self.message.clone();
        for (name, part) in [("DETAIL", &self.detail), ("HINT", &self.hint)] {
            if let Some(part) = part {
                text.push_str(&format!("\n{name}:  {part}"));
            }
        }
        text
    }
}
