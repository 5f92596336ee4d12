use {
    super::{Git, ask, bring::Signature},
    crate::act::{Failure, GitCall, GitQuestion, Inquiry, Probe, Question},
    std::path::Path,
};

impl Git {
    /// The arguments that bring submodules.
    pub(super) fn submodule_update(&self) -> Option<Vec<&'static str>> {
        if !self.recursive || self.bare {
            return None;
        }
        let mut arguments = vec!["submodule", "update", "--init", "--recursive"];
        if self.track_submodules {
            arguments.push("--remote");
        }
        if self.force {
            arguments.push("--force");
        }
        Some(arguments)
    }

    /// What must be signed.
    pub(super) fn signature(&self) -> Option<Signature> {
        self.verify_commit.then(|| Signature {
            version: self.version.clone(),
            keys: self.gpg_allowlist.clone(),
        })
    }

    /// Checks the signature of a version that is there already.
    pub(super) fn verify(&self, probe: &Probe, call: &GitCall) -> Result<(), Failure> {
        let Some(signature) = self.signature() else {
            return Ok(());
        };
        let own = ask(probe, call, GitQuestion::Own)?;
        let tag = format!("refs/tags/{}", self.version);
        let commit = ask(
            probe,
            call,
            GitQuestion::Commit(format!("{}^{{commit}}", self.version)),
        )?;
        // The reference of an annotated tag is no commit.
        let annotated = own
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .any(|(hash, name)| name == tag && hash != commit.trim());
        let verb = signature.verb(if annotated { "tag" } else { "commit" });
        let question = GitQuestion::Signature(verb, self.version.clone());
        let finished = probe.ask(&Question::Inquiry(Inquiry::Git(call.clone(), question)))?;
        signature.judge(finished.success(), &finished.complaint())
    }
}

/// Whether a submodule is missing or another version than it shall be.
pub(super) fn outdated(
    probe: &Probe,
    call: &GitCall,
    dest: &Path,
    track: bool,
    remote: &str,
) -> Result<bool, Failure> {
    if !probe.exists(&dest.join(".gitmodules"))? {
        return Ok(false);
    }
    let states = ask(probe, call, GitQuestion::Submodules)?;
    if states
        .lines()
        .any(|line| !(line.starts_with(' ') || track && line.starts_with('+')))
    {
        return Ok(true);
    }
    if !track {
        return Ok(false);
    }
    for submodule in read(&String::from_utf8_lossy(
        &probe.read(&dest.join(".gitmodules"))?,
    )) {
        if is_behind(probe, call, dest, &submodule, remote)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A submodule as `.gitmodules` names it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Submodule {
    path: String,
    branch: Option<String>,
}

fn read(text: &str) -> Vec<Submodule> {
    let mut submodules: Vec<Submodule> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            submodules.push(Submodule::default());
            continue;
        }
        let (Some(last), Some((name, value))) = (submodules.last_mut(), line.split_once('='))
        else {
            continue;
        };
        match name.trim() {
            "path" => last.path = value.trim().into(),
            "branch" => last.branch = Some(value.trim().into()),
            _ => {}
        }
    }
    submodules.retain(|submodule| !submodule.path.is_empty());
    submodules
}

fn is_behind(
    probe: &Probe,
    call: &GitCall,
    dest: &Path,
    submodule: &Submodule,
    remote: &str,
) -> Result<bool, Failure> {
    let call = GitCall {
        directory: Some(dest.join(&submodule.path)),
        ..call.clone()
    };
    let wanted = match &submodule.branch {
        Some(branch) => format!("refs/heads/{branch}"),
        None => "HEAD".into(),
    };
    let url = remote.to_owned();
    let patterns = vec![wanted.clone()];
    let answer = ask(probe, &call, GitQuestion::References { url, patterns })?;
    let mut lines = answer.lines().filter_map(|line| line.split_once('\t'));
    let there = lines.find(|(hash, name)| *name == wanted && !hash.starts_with("ref: "));
    let here = ask(probe, &call, GitQuestion::Commit("HEAD".into()))?;
    Ok(there.is_some_and(|(hash, _)| hash != here.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_submodules_there_are() {
        let text = "[submodule \"a\"]\n\tpath = lib/a\n\turl = x\n[submodule \"b\"]\n\tpath=b\n\tbranch = dev\n";
        let submodules = read(text);
        assert_eq!(submodules[0].path, "lib/a");
        assert_eq!(submodules[1].branch.as_deref(), Some("dev"));
        assert_eq!(submodules.len(), 2);
    }
}
