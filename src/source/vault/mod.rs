//! Ansible's vault: formats 1.1 and 1.2, AES256, in both directions.

mod cipher;
mod encrypt_string;
mod envelope;
mod error;
mod hex;
mod password;
mod secrets;
mod verb;

pub use encrypt_string::encrypt_string;
pub use envelope::is_vault;
pub use error::VaultError;
pub use password::Password;
pub use secrets::{DEFAULT_ID, Opened, Secrets, encrypt};
pub use verb::{create, decrypt_file, edit, encrypt_file, rekey, view, write};
