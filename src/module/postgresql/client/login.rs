use {super::Security, std::time::Duration};

/// Where a server listens, and as whom to speak with it.
#[derive(Clone, Default)]
pub struct Login {
    /// Names, addresses or directories of sockets, separated by commas; tried in turn. Empty: the usual directories.
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Option<String>,
    /// Without it, the one that is named as the user.
    pub database: Option<String>,
    /// The role to take on after connecting.
    pub role: Option<String>,
    pub security: Security,
    /// How long connecting may take.
    pub patience: Option<Duration>,
    /// Settings for the session: `client_encoding`, `options` and the like.
    pub settings: Vec<(String, String)>,
}

impl Login {
    /// The database that a session will be in.
    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or(&self.user)
    }

    /// The same for another database.
    pub fn into_database(mut self, name: &str) -> Self {
        self.database = Some(name.into());
        self
    }
}
