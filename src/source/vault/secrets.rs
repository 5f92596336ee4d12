use {
    super::{
        Password, VaultError,
        envelope::{self, Envelope},
    },
    crate::source::Secret,
    std::{io, path::Path},
    zeroize::Zeroizing,
};

/// The id of a password that was given without one.
pub const DEFAULT_ID: &str = "default";

/// The vault passwords of a run with their ids, in the order given.
#[derive(Debug, Default)]
pub struct Secrets {
    list: Vec<(String, Password)>,
}

/// What came out of a vault.
pub struct Opened<'a> {
    pub plain: Zeroizing<Vec<u8>>,
    /// The id that the vault names; only the format 1.2 does.
    pub id: Option<String>,
    /// The password that opened it.
    pub password: &'a Password,
}

impl Secrets {
    /// Adds a password under an id (else [`DEFAULT_ID`]).
    ///
    /// # Errors
    /// The id cannot stand in a vault's header.
    pub fn add(&mut self, id: Option<&str>, password: Password) -> Result<(), VaultError> {
        let id = usable(id.unwrap_or(DEFAULT_ID))?;
        self.list.push((id.to_owned(), password));
        Ok(())
    }

    /// Adds the password that a file holds or a script prints, as [`Password::from_file`] reads it.
    pub fn add_file(&mut self, id: Option<&str>, path: &Path) -> Result<(), VaultError> {
        let password = Password::from_file(path, id, self)?;
        self.add(id, password)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The ids, in the order given.
    pub fn ids(&self) -> Vec<String> {
        self.list.iter().map(|(id, _)| id.clone()).collect()
    }

    /// The first password under an id, or the first of all.
    ///
    /// # Errors
    /// There is none.
    pub fn password(&self, id: Option<&str>) -> Result<(&str, &Password), VaultError> {
        let wanted = |known: &str| id.is_none_or(|id| id == known);
        match self.list.iter().find(|(known, _)| wanted(known)) {
            Some((id, password)) => Ok((id, password)),
            None => Err(
                id.map_or(VaultError::NoSecrets, |id| VaultError::UnknownId {
                    id: id.to_owned(),
                    known: self.ids(),
                }),
            ),
        }
    }

    /// Opens a vault: first with the passwords under its id, then with the others.
    ///
    /// # Errors
    /// It is no vault, damaged, or no password fits.
    pub fn open(&self, vault: &[u8]) -> Result<Opened<'_>, VaultError> {
        if !envelope::is_vault(vault.trim_ascii_start()) {
            return Err(VaultError::NotVault);
        }
        let text = std::str::from_utf8(vault).map_err(|_| VaultError::Damaged {
            what: "it holds other than plain text",
        })?;
        let envelope = Envelope::parse(text)?;
        if self.list.is_empty() {
            return Err(VaultError::NoSecrets);
        }
        let id = envelope.id.clone();
        for (_, password) in self.candidates(id.as_deref()) {
            if let Some(plain) = password.with_keys(&envelope.salt, |keys| keys.open(&envelope))? {
                return Ok(Opened {
                    plain,
                    id: envelope.id,
                    password,
                });
            }
        }
        Err(VaultError::WrongPassword {
            tried: self.tried(id.as_deref()),
            id: envelope.id,
        })
    }

    /// Opens a vault that holds text, such as the value under a `!vault` tag.
    ///
    /// # Errors
    /// As [`Self::open`], or the content is not UTF-8.
    pub fn decrypt(&self, vault: &str) -> Result<Secret, VaultError> {
        text(self.open(vault.as_bytes())?.plain).map(Secret::new)
    }

    /// Encrypts with the first password under an id, or the first of all; gives the vault's text.
    ///
    /// # Errors
    /// There is no such password.
    pub fn encrypt(&self, plain: &[u8], id: Option<&str>) -> Result<String, VaultError> {
        let (id, password) = self.password(id)?;
        encrypt(plain, password, Some(id))
    }

    fn candidates(&self, id: Option<&str>) -> impl Iterator<Item = &(String, Password)> {
        let fits = move |known: &str| Some(known) == id;
        let first = self.list.iter().filter(move |(known, _)| fits(known));
        first.chain(self.list.iter().filter(move |(known, _)| !fits(known)))
    }

    fn tried(&self, id: Option<&str>) -> Vec<String> {
        let name = |(id, _): &(String, Password)| format!("`{id}`");
        self.candidates(id).map(name).collect()
    }
}

/// Encrypts with a password; gives the vault's text, ending in a newline.
///
/// The format is 1.2 where an id other than [`DEFAULT_ID`] is given, else 1.1.
///
/// # Errors
/// The id cannot stand in a header, or the system gives no random bytes.
pub fn encrypt(plain: &[u8], password: &Password, id: Option<&str>) -> Result<String, VaultError> {
    let id = id.filter(|&id| id != DEFAULT_ID).map(usable).transpose()?;
    let mut salt = [0; 32];
    rustix::rand::getrandom(&mut salt, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| VaultError::Random(io::Error::from(error)))?;
    let envelope = password.with_keys(&salt, |keys| keys.close(plain, &salt, id));
    Ok(envelope.to_string())
}

/// The content of a vault as text.
fn text(mut plain: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, VaultError> {
    match String::from_utf8(std::mem::take(&mut *plain)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(VaultError::NotText)
        }
    }
}

fn usable(id: &str) -> Result<&str, VaultError> {
    if id.contains([';', '\n', '\r']) {
        return Err(VaultError::UnusableId { id: id.to_owned() });
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(entries: &[(&str, &str)]) -> Secrets {
        let mut secrets = Secrets::default();
        for (id, password) in entries {
            let password = Password::new(password.as_bytes().to_vec());
            secrets.add(Some(id), password).unwrap();
        }
        secrets
    }

    #[test]
    fn opens_what_it_encrypted() {
        let secrets = secrets(&[("default", "one"), ("dev", "two")]);
        let vault = secrets.encrypt("hé\nllo".as_bytes(), None).unwrap();
        assert!(vault.starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
        assert_eq!(secrets.decrypt(&vault).unwrap().reveal(), "hé\nllo");
        let vault = secrets.encrypt(b"", Some("dev")).unwrap();
        assert!(vault.starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n"));
        assert_eq!(secrets.decrypt(&vault).unwrap().reveal(), "");
    }

    #[test]
    fn tries_the_named_id_first_and_then_the_others() {
        let vault = secrets(&[("dev", "two")])
            .encrypt(b"x", Some("dev"))
            .unwrap();
        let others = secrets(&[("default", "one"), ("prod", "two"), ("dev", "three")]);
        assert_eq!(
            others.open(vault.as_bytes()).unwrap().plain.as_slice(),
            b"x"
        );
        assert_eq!(others.tried(Some("dev")), ["`dev`", "`default`", "`prod`"]);
        let wrong = secrets(&[("default", "one"), ("dev", "three")]);
        assert_eq!(
            wrong.decrypt(&vault).unwrap_err().to_string(),
            "no vault password fits: the vault has the id `dev` (tried: `dev`, `default`)"
        );
    }

    #[test]
    fn says_which_passwords_are_missing() {
        let none = Secrets::default();
        assert!(matches!(none.password(None), Err(VaultError::NoSecrets)));
        let one = secrets(&[("dev", "x")]);
        let error = one.encrypt(b"x", Some("prod")).unwrap_err().to_string();
        assert_eq!(error, "no vault password has the id `prod` (known: dev)");
        let vault = one.encrypt(b"x", None).unwrap();
        assert!(matches!(none.decrypt(&vault), Err(VaultError::NoSecrets)));
        assert!(matches!(one.decrypt("plain"), Err(VaultError::NotVault)));
    }

    #[test]
    fn refuses_ids_that_break_the_header() {
        let mut secrets = Secrets::default();
        let refused = secrets.add(Some("a;b"), Password::new(b"x".to_vec()));
        assert!(matches!(refused, Err(VaultError::UnusableId { .. })));
    }

    #[test]
    fn text_must_be_utf8() {
        let secrets = secrets(&[("default", "one")]);
        let vault = secrets.encrypt(&[0xff, 0xfe], None).unwrap();
        assert!(matches!(secrets.decrypt(&vault), Err(VaultError::NotText)));
        assert_eq!(
            secrets.open(vault.as_bytes()).unwrap().plain.as_slice(),
            [0xff, 0xfe]
        );
    }
}
