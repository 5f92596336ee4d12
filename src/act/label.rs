use {
    super::{Act, Failure, Host, Probe},
    crate::wire::{Diff, Effect, Object, Side},
    rustix::{
        fs::{XattrFlags, lgetxattr, lsetxattr},
        io::Errno,
    },
    std::path::{Path, PathBuf},
};

/// More than any security context is long.
const LIMIT: usize = 4096;

/// Changes an extended attribute of what stands at a path; a link itself changes, never what it points to.
#[derive(Clone, Debug)]
pub struct Label {
    pub path: PathBuf,
    /// The attribute, such as `security.selinux`.
    pub name: &'static str,
    pub before: String,
    pub after: String,
}

impl Probe {
    /// An extended attribute of what stands at a path, as text; nothing where there is none.
    pub fn label(&self, path: &Path, name: &str) -> Result<Option<String>, Failure> {
        let mut bytes = [0; LIMIT];
        match lgetxattr(path, name, &mut bytes[..]) {
            Ok(length) => {
                let text = String::from_utf8_lossy(&bytes[..length]);
                Ok(Some(text.trim_end_matches('\0').to_owned()))
            }
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOENT) => Ok(None),
            Err(errno) => Err(Failure::os("read the security context of", path)(errno)),
        }
    }
}

impl Act for Label {
    fn perform(&self, _: &mut Host) -> Result<Object, Failure> {
        lsetxattr(
            &self.path,
            self.name,
            self.after.as_bytes(),
            XattrFlags::empty(),
        )
        .map_err(Failure::os("change the security context of", &self.path))?;
        Ok(Object::new())
    }

    fn diff(&self) -> Vec<Diff> {
        let side = |value: &str| Side::State([("secontext".to_owned(), value.to_owned())].into());
        vec![Diff {
            what: self.path.display().to_string(),
            before: side(&self.before),
            after: side(&self.after),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            act::{Alone, Scratch, Step, Watch},
            wire::Mode,
        },
    };

    #[test]
    fn an_attribute_is_written_and_read() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "");
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::new(1, None);
        step.mode = Mode::Apply;
        probe.begin(step);
        // Only a kernel with SELinux takes its own attribute; the calls are the same for this one.
        let name = "user.farcast";
        assert_eq!(probe.label(&path, name).unwrap(), None);
        let label = Label {
            path: path.clone(),
            name,
            before: String::new(),
            after: "u:r:t:s0".to_owned(),
        };
        label.perform(&mut Host::of(&mut probe).unwrap()).unwrap();
        let now = probe.label(&path, name).unwrap();
        assert_eq!(now.as_deref(), Some("u:r:t:s0"));
        assert_eq!(probe.label(&scratch.at("none"), name).unwrap(), None);
    }
}
