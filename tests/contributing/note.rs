use {
    crate::{
        act::{Acts, Bits, Failure, Look, Probe, Source, Write},
        module::{HostPath, Module},
    },
    rustix::process::{getegid, geteuid},
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Leave a note: a file with one line of text.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Note {
    /// The file.
    #[schemars(extend("aliases" = ["dest"]))]
    path: HostPath,
    /// What the note says.
    #[serde(default)]
    text: String,
}

impl Module for Note {
    const NAME: &'static str = "note";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = probe.target(&self.path.on(probe)?)?;
        probe.require_parent(&path)?;
        let before = probe.entry(&path)?;
        let wanted = format!("{}\n", self.text).into_bytes();
        let mut acts = Acts::new();
        acts.value("path", path.display().to_string());
        if before.is_none() || probe.read(&path)? != wanted {
            let bits = before.as_ref().map_or_else(fresh, Bits::of);
            let content = Source::Bytes(wanted);
            acts.push(Write::plan(probe, &path, before.as_ref(), content, bits)?);
        }
        Ok(acts.into_look())
    }
}

/// The permissions and owner of a note that is new.
fn fresh() -> Bits {
    Bits {
        mode: 0o644,
        uid: geteuid().as_raw(),
        gid: getegid().as_raw(),
    }
}
