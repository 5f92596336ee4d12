use {
    super::{Build, push},
    crate::{
        act::{Bits, Delta, Draft, Failure, Host},
        module::{
            Ownership,
            docker::{Call, Control, Engine, LONG, Reference, foresight::Foreseen},
            net::Payload,
        },
        wire::{Diff, Effect, Object, Outcome, Side},
    },
    serde_json::{Value, json},
    std::{
        collections::BTreeMap,
        path::{Path, PathBuf},
    },
};

/// What would be done with an image.
pub struct ImageChange {
    pub(super) reference: Reference,
    /// As it is now.
    pub(super) image: Option<Value>,
    pub(super) engine: Engine,
    pub(super) works: Vec<ImageWork>,
    pub(super) warnings: Vec<String>,
}

pub(super) enum ImageWork {
    Build(Build),
    Load {
        path: PathBuf,
    },
    Pull {
        platform: Option<String>,
    },
    Remove {
        name: String,
        force: bool,
    },
    Archive {
        name: String,
        path: PathBuf,
        why: String,
    },
    /// `before`: the image that has the name now.
    Tag {
        to: Reference,
        before: Option<Value>,
    },
    Push(Reference),
}

impl ImageWork {
    /// In Ansible's words.
    fn action(&self, image: &Reference) -> String {
        match self {
            Self::Build(build) => format!("Built image {image} from {}", build.from()),
            Self::Load { path } => format!("Loaded image {image} from {}", path.display()),
            Self::Pull { .. } => format!("Pulled image {image}"),
            Self::Remove { name, .. } => format!("Removed image {name}"),
            Self::Archive { name, path, why } => {
                format!("Archived image {name} to {}, {why}", path.display())
            }
            Self::Tag { to, .. } => format!("Tagged image {image} to {to}"),
            Self::Push(to) => format!("Pushed image {image} to {}/{to}", to.registry()),
        }
    }

    /// Whether nobody can say beforehand if the image comes out another one.
    fn may_change_nothing(&self) -> bool {
        matches!(
            self,
            Self::Build(_) | Self::Load { .. } | Self::Pull { .. } | Self::Push(_)
        )
    }
}

impl Delta for ImageChange {
    fn diff(&self) -> Vec<Diff> {
        let id = |image: &Option<Value>| match image {
            Some(image) => state("id", image["Id"].as_str().unwrap_or_default()),
            None => Side::Absent,
        };
        let image = &self.reference;
        let diff = |what: String, before, after| Diff {
            what,
            before,
            after,
        };
        let works = self.works.iter().map(|work| match work {
            ImageWork::Remove { name, .. } => {
                diff(format!("image {name}"), id(&self.image), Side::Absent)
            }
            ImageWork::Archive { path, .. } => {
                let what = format!("archive {}", path.display());
                diff(what, Side::Absent, state("image", &image.to_string()))
            }
            ImageWork::Tag { to, before } => {
                let before = before.as_ref().map(|id| json!({ "Id": id }));
                let after = state("id", &format!("that of {image}"));
                diff(format!("image {to}"), id(&before), after)
            }
            ImageWork::Push(to) => {
                let what = format!("image {to} at {}", to.registry());
                diff(what, state("pushed", "perhaps"), state("pushed", "yes"))
            }
            work => {
                let after = state("id", &format!("known after apply ({})", work.action(image)));
                diff(format!("image {image}"), id(&self.image), after)
            }
        });
        works.collect()
    }

    fn effects(&self) -> Vec<Effect> {
        let effects = self.works.iter().filter_map(|work| match work {
            ImageWork::Remove { name, .. } => Some(Foreseen::image(name).effect(false, false)),
            ImageWork::Tag { to, .. } => Some(Foreseen::image(&to.to_string()).effect(true, true)),
            ImageWork::Push(_) | ImageWork::Archive { .. } => None,
            _ => Some(Foreseen::image(&self.reference.to_string()).effect(true, true)),
        });
        effects.collect()
    }

    fn predicted(&self) -> Object {
        let mut values = self.values();
        values.insert("actions".into(), self.actions());
        values
    }

    fn unknown(&self) -> Option<String> {
        let open = self.image.is_some() && self.works.iter().all(ImageWork::may_change_nothing);
        open.then(|| format!("whether image {} comes out another one", self.reference))
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut control = Control::new(&self.engine, host);
        let mut done = Done {
            changed: false,
            data: self.values(),
            warnings: Vec::new(),
        };
        for work in &self.works {
            self.perform(&mut control, work, &mut done)?;
        }
        done.data.insert("actions".into(), self.actions());
        Ok(Outcome {
            changed: done.changed,
            data: done.data,
            warnings: done.warnings,
            ..Outcome::default()
        })
    }
}

/// What came of it so far.
struct Done {
    changed: bool,
    data: Object,
    warnings: Vec<String>,
}

impl ImageChange {
    fn actions(&self) -> Value {
        let actions = self.works.iter().map(|work| work.action(&self.reference));
        actions.collect::<Vec<_>>().into()
    }

    fn perform(
        &self,
        control: &mut Control,
        work: &ImageWork,
        done: &mut Done,
    ) -> Result<(), Failure> {
        match work {
            ImageWork::Build(build) => {
                let output = build.perform(control, &self.reference)?;
                done.data.insert("stdout".into(), output.into());
                self.obtained(control, done)
            }
            ImageWork::Load { path } => {
                let output = load(control, path, &self.reference, &mut done.warnings)?;
                done.data.insert("stdout".into(), output.into());
                self.obtained(control, done)
            }
            ImageWork::Pull { platform } => {
                push::pull(control, &self.reference, platform.as_deref())?;
                self.obtained(control, done)
            }
            ImageWork::Remove { name, force } => {
                let call = Call::new(&["images", name]).query("force", force.to_string());
                let removed = control.delete(&call);
                removed.map_err(|failure| {
                    Failure::refused(format!("Error removing image {name} - {failure}"))
                })?;
                done.changed = true;
                done.data
                    .insert("image".into(), json!({"state": "Deleted"}));
                Ok(())
            }
            ImageWork::Archive { name, path, .. } => {
                archive(control, name, path)?;
                done.changed = true;
                Ok(())
            }
            ImageWork::Tag { to, before } => self.tag(control, to, before.as_ref(), done),
            ImageWork::Push(to) => {
                let (status, changed) = push::push(control, to)?;
                done.changed |= changed;
                let image = control.engine.image(control.probe(), &to.to_string())?;
                let mut image = image.unwrap_or_else(|| json!({}));
                image["push_status"] = status.into();
                done.data.insert("image".into(), image);
                Ok(())
            }
        }
    }

    /// The image is there now; perhaps it is the same as before.
    fn obtained(&self, control: &mut Control, done: &mut Done) -> Result<(), Failure> {
        let name = self.reference.to_string();
        let image = control.engine.image(control.probe(), &name)?;
        let Some(image) = image else {
            return Err(Failure::refused(format!(
                "the container engine says that all went well, but has no image {name}"
            )));
        };
        let before = self.image.as_ref().map(|before| &before["Id"]);
        done.changed |= before != Some(&image["Id"]);
        done.data.insert("image".into(), image);
        Ok(())
    }

    fn tag(
        &self,
        control: &mut Control,
        to: &Reference,
        before: Option<&Value>,
        done: &mut Done,
    ) -> Result<(), Failure> {
        let Reference::Name { repository, tag } = to else {
            return Err(Failure::refused(format!("{to} is no name for an image")));
        };
        let call = Call::new(&["images", &self.reference.to_string(), "tag"])
            .query("repo", repository)
            .query("tag", tag);
        control.post(&call, None).map_err(|failure| {
            Failure::refused(format!("Error: failed to tag image - {failure}"))
        })?;
        let image = control.engine.image(control.probe(), &to.to_string())?;
        let image = image.unwrap_or_else(|| json!({}));
        done.changed |= before != Some(&image["Id"]);
        done.data.insert("image".into(), image);
        Ok(())
    }
}

fn load(
    control: &mut Control,
    path: &Path,
    image: &Reference,
    warnings: &mut Vec<String>,
) -> Result<String, Failure> {
    let length = control.probe().follow(path)?.map_or(0, |inode| inode.size);
    let call = Call::new(&["images", "load"])
        .header("Content-Type", "application/x-tar")
        .patience(LONG);
    let payload = Payload::File(path.to_owned(), length);
    let (mut output, mut error) = (Vec::new(), None);
    control.follow(&call, Some(payload), &mut |line| {
        let text = line["stream"].as_str().or(line["status"].as_str());
        output.extend(text.unwrap_or_default().lines().map(str::to_owned));
        if let Some(said) = line["error"].as_str() {
            error = Some(said.to_owned());
        }
    })?;
    let stdout = output.join("\n");
    let data = Object::from_iter([("stdout".to_owned(), stdout.clone().into())]);
    let refuse = |msg: String| Err(Failure::Refused { msg, data });
    if let Some(error) = error {
        return refuse(format!("Error loading image {image} - {error}"));
    }
    let loaded = output.iter().filter_map(|line| {
        let ids = line.strip_prefix("Loaded image ID:");
        let name = ids.or_else(|| line.strip_prefix("Loaded image:"))?;
        Some(name.trim().to_owned())
    });
    let (wanted, others): (Vec<_>, Vec<_>) = loaded.partition(|name| image.is(name));
    let listed = || {
        others
            .iter()
            .map(|name| format!("'{name}'"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (wanted.is_empty(), others.is_empty()) {
        (true, true) => refuse("Detected no loaded images. Archive potentially corrupt?".into()),
        (true, false) => refuse(format!(
            "The archive did not contain image '{image}'. Instead, found {}.",
            listed()
        )),
        (false, false) => {
            let listed = listed();
            warnings.push(format!(
                "The archive contained more images than specified: {listed}"
            ));
            Ok(stdout)
        }
        (false, true) => Ok(stdout),
    }
}

/// Writes an image into a file, which is replaced when all is there.
fn archive(control: &mut Control, name: &str, path: &Path) -> Result<(), Failure> {
    let call = Call::new(&["images", name, "get"]).patience(LONG);
    let mut answer = control.engine.open(control.probe(), &call)?;
    let bits = match control.probe().entry(path)? {
        Some(inode) => Bits::of(&inode),
        None => Ownership::default().create(control.probe(), false)?,
    };
    let mut draft = Draft::beside(control.host, path)?;
    answer.pour(control.probe(), draft.file())?;
    draft.place(bits, false)?;
    Ok(())
}

fn state(name: &str, value: &str) -> Side {
    Side::State(BTreeMap::from([(name.to_owned(), value.to_owned())]))
}
