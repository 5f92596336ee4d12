use {
    super::{asn1, pem::Pem},
    crate::{
        act::{Acts, Backup, Failure, Look, Probe, Remove, Source, Thing},
        module::{HostPath, Module, Ownership, Permissions, file::Placement, user::group::State},
    },
    rustls::ffdhe_groups::{FFDHE2048, FFDHE3072, FFDHE4096, FFDHE6144, FFDHE8192, FfdheGroup},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    x509_cert::der::asn1::Uint,
};

const KIND: &str = "DH PARAMETERS";

/// Write parameters for Diffie-Hellman's exchange of keys.
///
/// They are the groups of RFC 7919, which have been examined by many; to search for a group of one's own takes minutes and
/// makes nothing safer. Parameters of the right size that are there already stay, whatever they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpensslDhparam {
    /// The file.
    path: HostPath,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// The size in bits: 2048, 3072, 4096, 6144 or 8192.
    #[serde(default = "usual_size")]
    size: u32,
    /// Write them even over others of the right size.
    #[serde(default)]
    force: bool,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Return the parameters as `dhparams`.
    #[serde(default)]
    return_content: bool,
    /// Means nothing here.
    #[serde(default)]
    #[expect(dead_code, reason = "all choices mean the same")]
    select_crypto_backend: Backend,
    /// The permissions.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Backend {
    #[default]
    Auto,
    Cryptography,
    Openssl,
}

fn usual_size() -> u32 {
    4096
}

impl Module for OpensslDhparam {
    const NAME: &'static str = "openssl_dhparam";
    const COLLECTION: &'static str = "community.crypto";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let mut acts = Acts::new();
        let path = self.path.on(probe)?;
        acts.value("filename", path.display().to_string());
        if self.state == State::Absent {
            if let Some(inode) = probe.entry(&path)?.filter(|inode| !inode.is_directory()) {
                if self.backup && probe.exists(&path)? {
                    acts.push(Backup(path.clone()));
                }
                acts.push(Remove::new(&path, &inode));
            }
            acts.value("size", self.size);
            return Ok(acts.into_look());
        }
        let there = match probe.read(&path) {
            Ok(bytes) => Some(bytes),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) => None,
            Err(failure) => return Err(failure),
        };
        let group = group(self.size)?;
        let kept = there.filter(|bytes| !self.force && size(bytes) == Some(self.size as usize));
        let content = match kept {
            Some(bytes) => bytes,
            None => written(&group),
        };
        if self.return_content {
            acts.value("dhparams", String::from_utf8_lossy(&content));
        }
        let placement = Placement {
            path,
            source: Source::Bytes(content),
            ownership: Ownership {
                mode: self.mode.as_ref(),
                owner: self.owner.as_deref(),
                group: self.group.as_deref(),
            },
            follow: false,
            backup: self.backup,
            validate: None,
            in_place: self.unsafe_writes,
        };
        placement.plan(probe, &mut acts)?;
        // Not the size of the file.
        acts.value("size", self.size);
        Ok(acts.into_look())
    }
}

fn group(size: u32) -> Result<FfdheGroup<'static>, Failure> {
    Ok(match size {
        2048 => FFDHE2048,
        3072 => FFDHE3072,
        4096 => FFDHE4096,
        6144 => FFDHE6144,
        8192 => FFDHE8192,
        other => {
            return Err(Failure::refused(format!(
                "size: there is no safe group of {other} bits; take 2048, 3072, 4096, 6144 or 8192"
            )));
        }
    })
}

fn written(group: &FfdheGroup) -> Vec<u8> {
    let der = asn1::sequence(&[&asn1::integer(group.p), &asn1::integer(group.g)]);
    Pem::new(KIND, der).text().into_bytes()
}

/// The size in bits of the parameters in a file; `None` if there are none.
fn size(bytes: &[u8]) -> Option<usize> {
    let pem = Pem::first(bytes).filter(|pem| pem.kind.ends_with(KIND))?;
    let numbers = asn1::parts(&pem.der)?;
    let modulus: Uint = numbers.first()?.decode_as().ok()?;
    let leading = modulus.as_bytes().first()?.leading_zeros() as usize;
    Some(modulus.as_bytes().len() * 8 - leading)
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    const NAME: &str = "openssl_dhparam";

    /// Made by `openssl dhparam 512`.
    const OTHER: &str = "-----BEGIN DH PARAMETERS-----\n\
        MEYCQQDQx3oYNwa97POunVPMMiVaWKxLoPI3qCA3w6oxO2nD+uaSXG213qU9aV6o\n\
        qUvjHswOmBqyP7H2rseX7k9S4DSfAgEC\n\
        -----END DH PARAMETERS-----\n";

    #[test]
    fn writes_a_group_of_the_size_once() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        for size in [2048, 3072, 4096, 6144, 8192] {
            let arguments = json!({"path": scratch.at("dh"), "size": size});
            trial.change(NAME, arguments.clone());
            let text = scratch.read("dh");
            assert_eq!(super::size(text.as_bytes()), Some(size));
        }
        let usual = json!({"path": scratch.at("dh"), "return_content": true, "backup": true});
        let made = trial.change(NAME, usual);
        assert_eq!(made.data["size"], 4096);
        assert_eq!(made.data["dhparams"], scratch.read("dh"));
        assert!(made.data["backup_file"].is_string());
        trial.change(NAME, json!({"path": scratch.at("dh"), "state": "absent"}));
    }

    #[test]
    fn knows_what_others_wrote() {
        assert_eq!(super::size(OTHER.as_bytes()), Some(512));
        assert_eq!(super::size(b"nothing"), None);
        let refused = Trial::new().look(NAME, json!({"path": "/tmp/dh", "size": 512}));
        assert!(refused.msg.unwrap().contains("no safe group"));
    }
}
