use {
    super::super::Fault,
    std::{io, path::PathBuf},
};

/// Why a vault cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("this is no vault: its first line must begin with `$ANSIBLE_VAULT;`")]
    NotVault,
    #[error("damaged vault: {what}")]
    Damaged { what: &'static str },
    #[error("vault format `{header}` is unknown")]
    UnknownFormat { header: String },
    #[error("this is a vault, and no vault password is given")]
    NoSecrets,
    /// The ids are those of the passwords that were tried, in order.
    #[error("no vault password fits: {} (tried: {})", named(.id), .tried.join(", "))]
    WrongPassword {
        id: Option<String>,
        tried: Vec<String>,
    },
    #[error("no vault password has the id `{id}` (known: {})", .known.join(", "))]
    UnknownId { id: String, known: Vec<String> },
    #[error("vault id `{id}` holds a `;` or a line break")]
    UnusableId { id: String },
    #[error("vault password file {}: {source}", .path.display())]
    PasswordFile { path: PathBuf, source: io::Error },
    #[error("vault password script {} cannot be run: {source}", .path.display())]
    ScriptStart { path: PathBuf, source: io::Error },
    #[error("vault password script {} failed ({status}){stderr}", .path.display())]
    ScriptFailed {
        path: PathBuf,
        status: std::process::ExitStatus,
        stderr: String,
    },
    #[error("vault password from {} is empty", .path.display())]
    EmptyPassword { path: PathBuf },
    #[error("the vault does not hold text in UTF-8")]
    NotText,
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} is a vault already", .path.display())]
    AlreadyVault { path: PathBuf },
    #[error("{}: {source}", .path.display())]
    InFile {
        path: PathBuf,
        source: Box<VaultError>,
    },
    #[error("editor `{editor}` cannot be run: {source}")]
    EditorStart { editor: String, source: io::Error },
    #[error("editor `{editor}` failed ({status}); the vault is unchanged")]
    EditorFailed {
        editor: String,
        status: std::process::ExitStatus,
    },
    #[error("no editor is named")]
    NoEditor,
    #[error("the system gives no random bytes: {0}")]
    Random(io::Error),
}

impl VaultError {
    /// What to do about it, where that is known.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoSecrets => "give --vault-password-file, --vault-id or --ask-vault-pass",
            Self::WrongPassword { .. } => {
                "check the password, or give the one for this vault with --vault-id ID@FILE"
            }
            Self::UnknownId { .. } => "give its password with --vault-id ID@FILE",
            Self::Damaged { .. } => {
                "restore it from its history; a vault in a playbook must keep all its lines, equally indented"
            }
            Self::UnknownFormat { .. } => "farcast reads the formats 1.1 and 1.2 with AES256",
            Self::ScriptStart { .. } => {
                "if this file holds the password itself, take away its executable bit"
            }
            Self::NoEditor => "set EDITOR, for example to `vi`",
            Self::AlreadyVault { .. } => "use rekey to change its password",
            Self::InFile { source, .. } => return source.help(),
            _ => return None,
        })
    }

    /// The same error, naming the file it is about.
    pub(super) fn within(self, path: &std::path::Path) -> Self {
        Self::InFile {
            path: path.to_owned(),
            source: Box::new(self),
        }
    }
}

fn named(id: &Option<String>) -> String {
    match id {
        Some(id) => format!("the vault has the id `{id}`"),
        None => "the vault has no id".to_owned(),
    }
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        let fault = Fault::new(error.to_string());
        match error.help() {
            Some(help) => fault.help(help),
            None => fault,
        }
    }
}
