use {
    super::plan::Step,
    crate::{
        act::{Act, Failure, GitCall, Host, Program},
        wire::{Diff, Effect, Object, Side},
    },
    std::{collections::BTreeMap, path::PathBuf},
};

/// Clones or updates a repository.
pub(super) struct Bring {
    /// In the repository.
    pub call: GitCall,
    pub dest: PathBuf,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The remote's address, before and after.
    pub address: Option<(String, String)>,
    pub steps: Vec<Step>,
    /// The arguments that update submodules, where that is wanted.
    pub submodules: Option<Vec<&'static str>>,
    pub signature: Option<Signature>,
    /// The repository's address.
    pub what: String,
    /// The branch that is to be checked out.
    pub branch: Option<String>,
}

/// A version that must be signed, by one of these keys where there are such.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub version: String,
    pub keys: Vec<String>,
}

impl Bring {
    fn take(&self, host: &mut Host, step: &Step) -> Result<(), Failure> {
        let arguments = step.arguments.iter().map(String::as_str);
        let mut program = self.call.program(arguments);
        if step.outside {
            program.directory = None;
        }
        let finished = host.spawn(&program)?;
        match (&step.complaint, finished.success()) {
            (_, true) => Ok(()),
            (None, false) => Err(Failure::program(&program, finished)),
            (Some(complaint), false) => Err(Failure::Refused {
                msg: format!("{complaint}: {}", finished.complaint()),
                data: finished.values(),
            }),
        }
    }

    fn update_submodules(&self, host: &mut Host, arguments: &[&str]) -> Result<(), Failure> {
        if !host.exists(&self.dest.join(".gitmodules"))? {
            return Ok(());
        }
        host.succeed(&self.call.program(["submodule", "sync"]))?;
        let program = self.call.program(arguments.iter().copied());
        let finished = host.spawn(&program)?;
        match finished.success() {
            true => Ok(()),
            false => Err(Failure::Refused {
                msg: format!("Failed to init/update submodules: {}", finished.complaint()),
                data: finished.values(),
            }),
        }
    }

    fn verify(&self, host: &mut Host, signature: &Signature) -> Result<(), Failure> {
        let kind = self.call.program(["cat-file", "-t", &signature.version]);
        let kind = host.spawn(&kind)?;
        let verify = signature.verb(kind.text().trim());
        let program = self.call.program([verify, "--raw", &signature.version]);
        let finished = host.spawn(&program)?;
        signature.judge(finished.success(), &finished.complaint())
    }
}

impl Signature {
    /// Takes the kind of the version's object.
    pub fn verb(&self, kind: &str) -> &'static str {
        match kind {
            "tag" => "verify-tag",
            _ => "verify-commit",
        }
    }

    /// Takes what git said.
    pub fn judge(&self, good: bool, said: &str) -> Result<(), Failure> {
        if !good {
            return Err(Failure::refused(format!(
                "Failed to verify GPG signature of commit/tag \"{}\": {said}",
                self.version
            )));
        }
        let key = fingerprint(said).unwrap_or_default();
        match self.keys.is_empty() || self.keys.iter().any(|known| known == key) {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "The gpg_allowlist does not include the public key \"{key}\" for this commit"
            ))),
        }
    }
}

/// The fingerprint of the primary key that signed.
fn fingerprint(said: &str) -> Option<&str> {
    let mut lines = said.lines().map(|line| line.split_whitespace().collect());
    let words: Vec<&str> = lines.find(|words: &Vec<&str>| words.get(1) == Some(&"VALIDSIG"))?;
    words.get(11).or(words.get(2)).copied()
}

impl Act for Bring {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        for step in &self.steps {
            self.take(host, step)?;
        }
        if let Some(signature) = &self.signature {
            self.verify(host, signature)?;
        }
        if let Some(arguments) = &self.submodules {
            self.update_submodules(host, arguments)?;
        }
        let program: Program = self.call.program(["rev-parse", "HEAD"]);
        let after = host.spawn(&program)?.text().trim().to_owned();
        Ok(Object::from_iter([("after".to_owned(), after.into())]))
    }

    fn diff(&self) -> Vec<Diff> {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        let commit = |commit: &Option<String>| commit.clone().unwrap_or("unknown".into());
        before.insert("commit".to_owned(), commit(&self.before));
        after.insert("commit".to_owned(), commit(&self.after));
        if let Some((old, new)) = &self.address {
            before.insert("remote".into(), old.clone());
            after.insert("remote".into(), new.clone());
        }
        if let Some(branch) = &self.branch {
            after.insert("branch".into(), branch.clone());
        }
        let before = match self.before {
            None => Side::Absent,
            Some(_) => Side::State(before),
        };
        vec![Diff {
            what: format!("repository {}", self.dest.display()),
            before,
            after: Side::State(after),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        vec![Effect::Opaque {
            what: format!("the files of {}", self.what),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_who_signed() {
        let said = "[GNUPG:] NEWSIG\n[GNUPG:] VALIDSIG SUB 2020-01-01 1 0 4 0 1 8 00 PRIMARY\n";
        assert_eq!(fingerprint(said), Some("PRIMARY"));
        let signature = |keys: &[&str]| Signature {
            version: "v1".into(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        assert!(signature(&[]).judge(true, said).is_ok());
        assert!(signature(&["PRIMARY"]).judge(true, said).is_ok());
        assert!(signature(&["SUB"]).judge(true, said).is_err());
        assert!(signature(&[]).judge(false, said).is_err());
        assert_eq!(signature(&[]).verb("tag"), "verify-tag");
    }
}
