use {
    super::{Core, Foreign, Search, beside::DRIVER},
    serde::Deserialize,
    std::{
        io::Write,
        path::{Path, PathBuf},
        process::{Command, Stdio},
        sync::Arc,
    },
};

/// What runs a packed module on a host.
const LAUNCHER: &str = include_str!("launcher.py");

/// A module in Python, packed with all that it imports of `module_utils`.
#[derive(Debug, PartialEq, Eq)]
pub struct Payload {
    /// A program that ends with a function `run`, which takes the module's arguments: JSON in base64.
    pub program: Vec<u8>,
    /// It declares that it supports check mode.
    pub foresees: bool,
}

/// Why a module in Python cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error(
        "it needs Ansible's `module_utils`: install ansible-core 2.19 or newer beside farcast, or name its Python in \
             FARCAST_ANSIBLE_PYTHON"
    )]
    NoCore,
    #[error("{python} cannot pack it: {why}")]
    Refused { python: String, why: String },
}

/// What the driver answers.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    archive: String,
    full_name: String,
    foresees: bool,
    error: Option<String>,
}

impl Search<'_> {
    /// Packs a module in Python, once a run.
    ///
    /// # Errors
    /// There is no ansible-core, or it refuses the module.
    pub fn payload(&self, foreign: &Foreign) -> Result<Arc<Payload>, PayloadError> {
        let core = self
            .shelves
            .places
            .beside
            .core()
            .ok_or(PayloadError::NoCore)?;
        let own = self
            .homes
            .paths
            .iter()
            .map(|home| home.join("module_utils"));
        let utils = own.chain(self.shelves.places.module_utils.iter().cloned());
        let utils: Vec<PathBuf> = utils.filter(|path| path.is_dir()).collect();
        let key = std::iter::once(&foreign.path)
            .chain(&utils)
            .cloned()
            .collect();
        self.shelves.payload(key, || {
            let order = serde_json::json!({
                "path": foreign.path,
                "name": foreign.short_name(),
                "module_utils": utils,
                "collections": self.homes.collections.holders(),
            });
            pack(core, &order).map(Arc::new)
        })
    }
}

fn pack(core: &Core, order: &serde_json::Value) -> Result<Payload, PayloadError> {
    let refused = |why: String| PayloadError::Refused {
        python: core.python.display().to_string(),
        why,
    };
    let said = ask(&core.python, order.to_string()).map_err(|error| refused(error.to_string()))?;
    let answer: Answer = serde_json::from_slice(&said.stdout).map_err(|_| {
        let complaint = String::from_utf8_lossy(&said.stderr);
        refused(complaint.lines().last().unwrap_or_default().to_owned())
    })?;
    if let Some(why) = answer.error {
        return Err(refused(why));
    }
    let names = format!(
        "ARCHIVE = \"{}\"\nFULL_NAME = \"{}\"\n",
        answer.archive, answer.full_name
    );
    Ok(Payload {
        program: [LAUNCHER, &names].concat().into_bytes(),
        foresees: answer.foresees,
    })
}

fn ask(python: &Path, order: String) -> std::io::Result<std::process::Output> {
    let mut child = Command::new(python)
        .args(["-c", DRIVER, "build"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // What ends without reading says why in its output.
        let _ = stdin.write_all(order.as_bytes());
    }
    child.wait_with_output()
}
