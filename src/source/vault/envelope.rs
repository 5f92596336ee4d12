use super::{VaultError, hex};

const MAGIC: &str = "$ANSIBLE_VAULT";
/// How many characters a line holds.
const WIDTH: usize = 80;

/// Whether a text is a vault, by how it begins.
pub fn is_vault(text: &[u8]) -> bool {
    text.strip_prefix(MAGIC.as_bytes())
        .is_some_and(|rest| rest.starts_with(b";"))
}

/// A vault's parts.
#[derive(Debug, PartialEq)]
pub(super) struct Envelope {
    /// The vault id, which only the format 1.2 names.
    pub(super) id: Option<String>,
    pub(super) salt: Vec<u8>,
    /// What proves that the body is whole and the password right.
    pub(super) seal: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Envelope {
    /// Reads a vault's text; blanks around its lines do not matter.
    pub(super) fn parse(text: &str) -> Result<Self, VaultError> {
        let mut lines = text.trim().lines().map(str::trim);
        let header = lines.next().unwrap_or_default();
        let id = header_id(header)?;
        let payload: String = lines.collect();
        let payload = hex::decode(payload.as_bytes()).ok_or(VaultError::Damaged {
            what: "a line holds other than pairs of hexadecimal digits",
        })?;
        let mut parts = payload.splitn(3, |&byte| byte == b'\n').map(hex::decode);
        let mut part = || parts.next().flatten();
        match (part(), part(), part()) {
            (Some(salt), Some(seal), Some(body)) => Ok(Self {
                id,
                salt,
                seal,
                body,
            }),
            _ => Err(VaultError::Damaged {
                what: "salt, seal or content is missing",
            }),
        }
    }
}

/// Reads `$ANSIBLE_VAULT;VERSION;CIPHER[;ID]`.
fn header_id(header: &str) -> Result<Option<String>, VaultError> {
    let mut parts = header.splitn(4, ';').map(str::trim);
    if parts.next() != Some(MAGIC) {
        return Err(VaultError::NotVault);
    }
    let known = matches!(parts.next(), Some("1.1" | "1.2")) && parts.next() == Some("AES256");
    if !known {
        return Err(VaultError::UnknownFormat {
            header: header.chars().take(WIDTH).collect(),
        });
    }
    let id = parts.next().filter(|id| !id.is_empty());
    Ok(id.map(str::to_owned))
}

/// A vault's text, ending in a newline.
impl std::fmt::Display for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match &self.id {
            Some(id) => writeln!(f, "{MAGIC};1.2;AES256;{id}")?,
            None => writeln!(f, "{MAGIC};1.1;AES256")?,
        }
        let parts = [&self.salt, &self.seal, &self.body].map(|part| hex::encode(part));
        let payload = hex::encode(parts.join("\n").as_bytes());
        let mut rest = payload.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(WIDTH));
            writeln!(f, "{line}")?;
            rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(id: Option<&str>) -> Envelope {
        Envelope {
            id: id.map(str::to_owned),
            salt: vec![1; 32],
            seal: vec![2; 32],
            body: vec![3; 16],
        }
    }

    #[test]
    fn goes_both_ways() {
        for id in [None, Some("dev")] {
            let text = envelope(id).to_string();
            assert_eq!(Envelope::parse(&text).unwrap(), envelope(id));
            let indented = text.replace('\n', "  \r\n   ");
            assert_eq!(Envelope::parse(&indented).unwrap(), envelope(id));
            assert!(text.lines().all(|line| line.len() <= 80));
        }
    }

    #[test]
    fn writes_the_format_by_the_id() {
        assert!(
            envelope(None)
                .to_string()
                .starts_with("$ANSIBLE_VAULT;1.1;AES256\n")
        );
        assert!(
            envelope(Some("a b"))
                .to_string()
                .starts_with("$ANSIBLE_VAULT;1.2;AES256;a b\n")
        );
    }

    #[test]
    fn refuses_what_is_damaged() {
        let refuse = |text: &str| Envelope::parse(text).unwrap_err().to_string();
        assert!(refuse("").contains("no vault"));
        assert!(refuse("plain").contains("no vault"));
        assert!(
            refuse("$ANSIBLE_VAULT;1.0;AES\n00").contains("`$ANSIBLE_VAULT;1.0;AES` is unknown")
        );
        assert!(refuse("$ANSIBLE_VAULT").contains("unknown"));
        assert!(refuse("$ANSIBLE_VAULT;1.1;AES256\n").contains("missing"));
        assert!(refuse("$ANSIBLE_VAULT;1.1;AES256\nxy").contains("hexadecimal"));
        assert!(refuse("$ANSIBLE_VAULT;1.1;AES256\n616").contains("hexadecimal"));
        assert!(refuse("$ANSIBLE_VAULT;1.1;AES256\n6161").contains("missing"));
    }

    #[test]
    fn tells_a_vault_by_its_beginning() {
        assert!(is_vault(b"$ANSIBLE_VAULT;1.1;AES256\n"));
        assert!(!is_vault(b"$ANSIBLE_VAULTED"));
        assert!(!is_vault(b" $ANSIBLE_VAULT;"));
    }
}
