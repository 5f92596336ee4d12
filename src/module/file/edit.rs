use {
    super::Placement,
    crate::{
        act::{Acts, Failure, Look, Probe, Source},
        module::{HostPath, Ownership},
        wire::Object,
    },
    std::path::PathBuf,
};

/// The change of a text file in place: what the modules that edit have in common.
pub struct Edit<'a> {
    pub path: &'a HostPath,
    /// Make the file if it is missing.
    pub create: bool,
    pub ownership: Ownership<'a>,
    pub backup: bool,
    pub validate: Option<&'a str>,
    pub in_place: bool,
}

impl Edit<'_> {
    /// The file's lines, each with its end, or nothing where it may be made. Fails if it is missing, with Ansible's `rc`.
    pub fn text(&self, probe: &Probe) -> Result<Vec<u8>, Failure> {
        let path = self.path.on(probe)?;
        match probe.follow(&path)? {
            Some(inode) if inode.is_directory() => {
                Err(refused(format!("Path {} is a directory !", path.display())))
            }
            Some(_) => probe.read(&path),
            None if self.create => Ok(Vec::new()),
            None if probe.pending().is_some() => Err(Failure::missing(
                crate::act::Thing::Path,
                path.display().to_string(),
            )),
            None => Err(refused(format!(
                "Destination {} does not exist !",
                path.display()
            ))),
        }
    }

    /// Plans the new text, with the message for when it is different.
    pub fn finish(
        self,
        probe: &Probe,
        mut acts: Acts,
        text: Vec<u8>,
        msg: &str,
    ) -> Result<Look<Acts>, Failure> {
        let path: PathBuf = self.path.on(probe)?;
        let changed = Placement {
            path,
            source: Source::Bytes(text),
            ownership: self.ownership,
            follow: true,
            backup: self.backup,
            validate: self.validate,
            in_place: self.in_place,
        }
        .plan(probe, &mut acts)?;
        acts.msg(match (changed, acts.is_empty()) {
            (true, _) => msg,
            (false, true) => "",
            (false, false) => "ownership, perms or SE linux context changed",
        });
        Ok(acts.into_look())
    }
}

fn refused(msg: String) -> Failure {
    let mut data = Object::new();
    data.insert("rc".into(), 257.into());
    Failure::Refused { msg, data }
}

/// Splits text into lines that keep their ends.
pub fn lines(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|byte| *byte == b'\n')
        .map(Into::into)
        .collect()
}

/// A line without its end.
pub fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
