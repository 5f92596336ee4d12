mod archived;
mod build;
mod change;
mod push;

pub(super) use push::pull;
use {
    super::{
        arguments::with_engine,
        foresight::Foreseen,
        reference::{Reference, is_id, is_tag, same_id, split},
    },
    crate::{
        act::{Failure, Look, Probe, Thing},
        module::{HostPath, Module},
        wire::Object,
    },
    archived::Archived,
    build::Build,
    change::{ImageChange, ImageWork},
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::{Value, json},
    std::path::PathBuf,
};

with_engine! {
    /// Build, load, pull, tag, push, archive and remove images of containers.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerImage {
        /// The name: `app`, `ada/app:2`, `registry.example:5000/app`. A tag in it wins over `tag`.
        name: String,
        /// The tag.
        #[serde(default = "latest")]
        tag: String,
        /// Whether it shall be there.
        #[serde(default)]
        state: State,
        /// Where it comes from: built from a directory with a Dockerfile, loaded from an archive, pulled from a registry, or there
        /// already.
        source: Option<Source>,
        /// With `source: build`, the keys `path` (the directory), `dockerfile`, `args`, `labels`, `target`, `network`, `pull`,
        /// `nocache`, `rm`, `cache_from`, `etc_hosts`, `platform`, `shm_size`, `container_limits`, `use_config_proxy`,
        /// `http_timeout`.
        build: Option<Object>,
        /// With `source: load`, the archive.
        load_path: Option<HostPath>,
        /// With `source: pull`, the key `platform`.
        pull: Option<Object>,
        /// Build, load or pull it even if it is there.
        #[serde(default)]
        force_source: bool,
        /// Remove it under all its names.
        #[serde(default)]
        force_absent: bool,
        /// Give it the name in `repository` even if another image has that.
        #[serde(default)]
        force_tag: bool,
        /// Another name for it.
        repository: Option<String>,
        /// Push it to the registry in `repository`, else in `name`.
        #[serde(default)]
        push: bool,
        /// Write it into this file.
        archive_path: Option<HostPath>,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Source {
    Build,
    Load,
    Pull,
    Local,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    #[default]
    Present,
}

fn latest() -> String {
    "latest".into()
}

impl Module for DockerImage {
    const NAME: &'static str = "docker_image";
    const COLLECTION: &'static str = "community.docker";
    type Delta = ImageChange;

    fn look(&self, probe: &Probe) -> Result<Look<ImageChange>, Failure> {
        self.check()?;
        let engine = self.engine(probe)?;
        let reference = Reference::read(&self.name, &self.tag);
        let mut change = ImageChange {
            image: engine.image(probe, &reference.to_string())?,
            reference,
            engine,
            works: Vec::new(),
            warnings: Vec::new(),
        };
        match self.state {
            State::Absent => self.remove(probe, &mut change),
            State::Present => {
                self.obtain(probe, &mut change)?;
                self.archive(probe, &mut change)?;
                self.publish(probe, &mut change)?;
            }
        }
        Ok(match change.works.is_empty() {
            true => Look::same(change.values()),
            false => Look::Change(change),
        })
    }
}

impl DockerImage {
    fn check(&self) -> Result<(), Failure> {
        let refuse = |msg: String| Err(Failure::refused(msg));
        let present = self.state == State::Present;
        if !self.tag.is_empty() && !is_tag(&self.tag) {
            return refuse(format!("\"{}\" is not a valid docker tag!", self.tag));
        }
        let missing = match self.source {
            None if present => Some(("state is present", "source")),
            Some(Source::Build) if self.build.is_none() => Some(("source is build", "build")),
            Some(Source::Load) if self.load_path.is_none() => Some(("source is load", "load_path")),
            _ => None,
        };
        if let Some((why, what)) = missing {
            return refuse(format!(
                "{why} but all of the following are missing: {what}"
            ));
        }
        match &self.repository {
            Some(repository) if is_id(repository) => refuse(format!(
                "`repository` must not be an image ID; got: {repository}"
            )),
            None if self.push && is_id(&self.name) => refuse(format!(
                "Cannot push an image by ID; specify `repository` to tag and push the image with ID {} instead",
                self.name
            )),
            _ => Ok(()),
        }
    }

    fn remove(&self, probe: &Probe, change: &mut ImageChange) {
        let name = change.reference.to_string();
        if change.image.is_some() && Foreseen::image(&name).there(probe) != Some(false) {
            let force = self.force_absent;
            change.works.push(ImageWork::Remove { name, force });
        }
    }

    /// Builds, loads or pulls it, where that is due.
    fn obtain(&self, probe: &Probe, change: &mut ImageChange) -> Result<(), Failure> {
        let name = change.reference.to_string();
        let foreseen = Foreseen::image(&name).there(probe);
        let there = foreseen.unwrap_or(change.image.is_some());
        if there && !self.force_source {
            return Ok(());
        }
        let no_id = |source: &str| match change.reference {
            Reference::Id(_) => Err(Failure::refused(format!(
                "Image name must not be an image ID for source={source}; got: {name}"
            ))),
            Reference::Name { .. } => Ok(()),
        };
        match self.source {
            Some(Source::Build) => {
                no_id("build")?;
                let empty = Object::new();
                let build = Build::read(probe, self.build.as_ref().unwrap_or(&empty))?;
                change.works.push(ImageWork::Build(build));
            }
            Some(Source::Load) => {
                let path = self.archive_to_load(probe)?;
                change.works.push(ImageWork::Load { path });
            }
            Some(Source::Pull) => {
                no_id("pull")?;
                change.works.push(ImageWork::Pull {
                    platform: self.platform()?,
                });
            }
            Some(Source::Local) if !there => {
                return Err(Failure::refused(format!(
                    "Cannot find the image {name} locally."
                )));
            }
            Some(Source::Local) | None => {}
        }
        Ok(())
    }

    fn platform(&self) -> Result<Option<String>, Failure> {
        match &self.pull {
            Some(pull) => super::Part::new("pull", pull, &["platform"])?.text("platform"),
            None => Ok(None),
        }
    }

    fn archive_to_load(&self, probe: &Probe) -> Result<PathBuf, Failure> {
        let path = match &self.load_path {
            Some(path) => path.on(probe)?,
            None => PathBuf::new(),
        };
        match probe.follow(&path)? {
            Some(inode) if inode.is_file() => Ok(path),
            None if probe.pending().is_some() => {
                Err(Failure::missing(Thing::Path, path.display().to_string()))
            }
            _ => Err(Failure::refused(format!(
                "Error loading image {}. Specified path {} does not exist.",
                self.name,
                path.display()
            ))),
        }
    }

    /// Writes it into a file that does not hold it yet.
    fn archive(&self, probe: &Probe, change: &mut ImageChange) -> Result<(), Failure> {
        let Some(path) = &self.archive_path else {
            return Ok(());
        };
        let path = path.on(probe)?;
        let name = change.reference.to_string();
        let known = change.image.as_ref().filter(|_| change.works.is_empty());
        let why = match (Archived::read(probe, &path)?, known) {
            (Archived::Nothing, _) => "since none present".into(),
            (Archived::Unreadable, _) => "overwriting an unreadable archive file".into(),
            (Archived::Image { id, names }, known) => {
                let own = known.and_then(|image| image["Id"].as_str());
                let same = own.is_some_and(|own| same_id(own, &id));
                if same && matches!(names.as_slice(), [only] if change.reference.is(only)) {
                    return Ok(());
                }
                let names = names.join(", ");
                format!("overwriting archive with image {id} named {names}")
            }
        };
        probe.require_parent(&path)?;
        change.works.push(ImageWork::Archive { name, path, why });
        Ok(())
    }

    /// Gives it its other name, and pushes it.
    fn publish(&self, probe: &Probe, change: &mut ImageChange) -> Result<(), Failure> {
        let Some(repository) = &self.repository else {
            if self.push {
                let reference = change.reference.clone();
                change.works.push(ImageWork::Push(reference));
            }
            return Ok(());
        };
        let tag = match (&change.reference, self.tag.as_str()) {
            (Reference::Name { tag, .. }, _) if !tag.is_empty() => tag.as_str(),
            (_, "") => "latest",
            (_, tag) => tag,
        };
        let target = Reference::read(repository, split(repository).1.unwrap_or(tag));
        let known = change.engine.image(probe, &target.to_string())?;
        let same = match (&known, &change.image) {
            (Some(known), Some(image)) => known["Id"] == image["Id"] && change.works.is_empty(),
            _ => false,
        };
        if known.is_none() || self.force_tag && !same {
            change.works.push(ImageWork::Tag {
                to: target.clone(),
                before: known.map(|known| known["Id"].clone()),
            });
        } else {
            change.image = known;
        }
        if self.push {
            change.works.push(ImageWork::Push(target));
        }
        Ok(())
    }
}

impl ImageChange {
    /// What is told of it.
    fn values(&self) -> Object {
        let image = self.image.clone().unwrap_or_else(|| json!({}));
        let actions: Vec<Value> = Vec::new();
        Object::from_iter([
            ("actions".to_owned(), actions.into()),
            ("image".to_owned(), image),
        ])
    }
}
