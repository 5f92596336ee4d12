use {
    crate::{
        act::{Acts, Digest, Failure, Look, Probe, Thing},
        module::{HostPath, Module},
        wire::Mode,
    },
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Bring a file from the host to the controller.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    /// The file on the host.
    src: HostPath,
    /// The directory on the controller: the file goes to `dest/HOST/src` in it.
    #[expect(dead_code, reason = "the controller heeds it")]
    dest: String,
    /// The file goes to `dest` itself, or by its name into `dest` where that ends in `/`.
    #[serde(default)]
    #[expect(dead_code, reason = "the controller heeds it")]
    flat: bool,
    /// Fail if the file is not there.
    #[serde(default = "yes")]
    fail_on_missing: bool,
    /// Compare the checksums of both files afterwards.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "the controller always does")]
    validate_checksum: bool,
    /// The SHA-256 hash of the file that the controller has already.
    #[serde(rename = "_have")]
    have: Option<String>,
}

fn yes() -> bool {
    true
}

/// The agent sends the file ahead of the outcome, unless the controller has it or this is a dry run; the return value `sent`
/// tells. What changes is on the controller, so the controller says `changed`.
impl Module for Fetch {
    const NAME: &'static str = "fetch";
    const ALONE: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = self.src.on(probe)?;
        let mut acts = Acts::new();
        acts.value("file", path.display().to_string());
        match probe.follow(&path)? {
            Some(inode) if inode.is_directory() => {
                return Err(Failure::refused(
                    "remote file is a directory, fetch cannot work on directories",
                ));
            }
            Some(_) => {}
            None if self.fail_on_missing && probe.pending().is_none() => {
                return Err(Failure::refused("the remote file does not exist"));
            }
            None if self.fail_on_missing => {
                return Err(Failure::missing(Thing::Path, path.display().to_string()));
            }
            None => {
                acts.msg("the remote file does not exist, not transferring, ignored");
                acts.value("sent", false);
                return Ok(acts.into_look());
            }
        }
        let sha256 = probe.digest(&path, Digest::Sha256)?;
        let wanted = self.have.as_ref() != Some(&sha256) && probe.step().mode == Mode::Apply;
        if wanted {
            probe.deliver(&path)?;
        }
        acts.value("sent", wanted);
        acts.value("sha256", sha256);
        acts.value("checksum", probe.digest(&path, Digest::Sha1)?);
        Ok(acts.into_look())
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{
            act::{Digest, Scratch},
            module::trial::Trial,
        },
        serde_json::json,
    };

    #[test]
    fn sends_nothing_that_is_known_or_missing() {
        let scratch = Scratch::new();
        let src = scratch.write("f", "x");
        let mut trial = Trial::new();
        let have = Digest::Sha256.of(b"x");
        let values = trial.same("fetch", json!({"src": src, "dest": "d", "_have": have}));
        assert_eq!(values["sent"], false);
        assert_eq!(values["checksum"], Digest::Sha1.of(b"x"));
        let missing = json!({"src": scratch.at("no"), "dest": "d"});
        assert!(trial.apply("fetch", missing).failed);
        trial.same(
            "fetch",
            json!({"src": scratch.at("no"), "dest": "d", "fail_on_missing": "no"}),
        );
    }
}
