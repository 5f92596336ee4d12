//! The systems that a throwaway host can be, each built once and kept.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use super::{centos, debian, error::SandboxError, lock::Lock, preflight, settings::Settings, tree};

/// A system that a host can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Image {
    /// Debian 12 (bookworm), from Debian's own packages.
    #[serde(rename = "debian-12")]
    Debian12,
    /// A system with the face and the package manager of CentOS Stream 9.
    #[serde(rename = "centos-9")]
    Centos9,
}

impl Image {
    /// Every image.
    pub const ALL: [Self; 2] = [Self::Debian12, Self::Centos9];

    /// The name in command lines and inventories' groups.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian12 => "debian-12",
            Self::Centos9 => "centos-9",
        }
    }

    /// The inventory group of hosts with this image.
    pub fn group(self) -> &'static str {
        match self {
            Self::Debian12 => "debian_12",
            Self::Centos9 => "centos_9",
        }
    }

    /// All names, for a message.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Part of the directory's name, so that a changed recipe builds a new image. Count up with every change of a recipe
    /// (CentOS stands on Debian: a change of Debian's recipe counts up both).
    fn recipe(self) -> u32 {
        match self {
            Self::Debian12 => 1,
            Self::Centos9 => 1,
        }
    }

    /// The directory of the finished image.
    fn directory(self, settings: &Settings) -> PathBuf {
        settings
            .images()
            .join(format!("{}-r{}", self.name(), self.recipe()))
    }

    fn build(
        self,
        settings: &Settings,
        workshop: &Path,
        progress: &dyn Fn(&str),
    ) -> Result<(), SandboxError> {
        match self {
            Self::Debian12 => debian::build(workshop, progress),
            Self::Centos9 => {
                let debian = Self::Debian12.ensure(settings, progress)?;
                centos::build(&debian, workshop, progress)
            }
        }
    }

    /// Gives the image's root directory, building it first when it is not there. Never write into it.
    ///
    /// A build happens in a directory of another name, which is renamed when all is done: an image that has its name is
    /// whole. One process builds, others wait for it.
    pub(super) fn ensure(
        self,
        settings: &Settings,
        progress: &dyn Fn(&str),
    ) -> Result<PathBuf, SandboxError> {
        let finished = self.directory(settings);
        if finished.is_dir() {
            return Ok(finished);
        }
        preflight::check_building()?;
        let waiting = || {
            progress(&format!(
                "waiting for another process that builds image {self}"
            ))
        };
        let _lock = Lock::take(&settings.images().join(format!("{self}.lock")), &waiting)?;
        if !finished.is_dir() {
            self.build_under_lock(settings, &finished, progress)?;
        }
        Ok(finished)
    }

    fn build_under_lock(
        self,
        settings: &Settings,
        finished: &Path,
        progress: &dyn Fn(&str),
    ) -> Result<(), SandboxError> {
        let workshop = settings.images().join(format!("{self}.unfinished"));
        tree::remove_all(&workshop)?;
        fs::create_dir_all(&workshop).map_err(SandboxError::file("make directory", &workshop))?;
        progress(&format!("building image {self} (once; it is kept)"));
        self.build(settings, &workshop, progress)?;
        let root = workshop.join(ROOT);
        fs::rename(&root, finished).map_err(SandboxError::file("finish image", finished))?;
        tree::remove_all(&workshop)
    }
}

/// The image's tree within its workshop directory; what else a recipe puts beside it is thrown away.
pub(super) const ROOT: &str = "root";

impl fmt::Display for Image {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Image {
    type Err = SandboxError;

    fn from_str(name: &str) -> Result<Self, SandboxError> {
        let found = Self::ALL.into_iter().find(|image| image.name() == name);
        found.ok_or_else(|| SandboxError::UnknownImage(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_found_by_its_name() {
        for image in Image::ALL {
            assert_eq!(image.name().parse::<Image>().unwrap(), image);
        }
    }

    #[test]
    fn an_unknown_image_lists_the_known() {
        let error = "debian-99".parse::<Image>().unwrap_err().to_string();
        assert_eq!(
            error,
            "no image is called `debian-99`; known images: debian-12, centos-9"
        );
    }

    #[test]
    fn state_and_command_line_use_the_same_name() {
        for image in Image::ALL {
            assert_eq!(serde_json::to_value(image).unwrap(), image.name());
        }
    }

    #[test]
    fn a_finished_image_is_taken_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings {
            root: directory.path().to_owned(),
        };
        let finished = Image::Debian12.directory(&settings);
        fs::create_dir_all(&finished).unwrap();
        let given = Image::Debian12
            .ensure(&settings, &|_| panic!("nothing to build"))
            .unwrap();
        assert_eq!(given, finished);
    }
}
