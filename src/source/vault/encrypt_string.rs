use super::{Password, VaultError, encrypt};

/// How deep `ansible-vault encrypt_string` indents the envelope.
const INDENT: &str = "          ";

/// Encrypts a text as a value to paste into a playbook: `name: !vault |` and the envelope, without a final newline.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_string(
    text: &str,
    name: Option<&str>,
    password: &Password,
    id: Option<&str>,
) -> Result<String, VaultError> {
    let vault = encrypt(text.as_bytes(), password, id)?;
    let key = name.map(|name| format!("{name}: ")).unwrap_or_default();
    let lines: String = vault
        .lines()
        .map(|line| format!("\n{INDENT}{line}"))
        .collect();
    Ok(format!("{key}!vault |{lines}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Kind, SourceFile, vault::Secrets, yaml};

    #[test]
    fn can_be_pasted_into_a_playbook() {
        let mut secrets = Secrets::default();
        secrets.add(None, Password::new(b"pw".to_vec())).unwrap();
        let (id, password) = secrets.password(None).unwrap();
        let text = encrypt_string("geheim ü", Some("key"), password, Some(id)).unwrap();
        assert!(text.starts_with("key: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          "));
        let root = yaml::load_one(&SourceFile::new("vars.yml", text)).unwrap();
        let Kind::Vault(envelope) = &root.get("key").unwrap().kind else {
            panic!("not a vault");
        };
        assert_eq!(secrets.decrypt(envelope).unwrap().reveal(), "geheim ü");
    }
}
