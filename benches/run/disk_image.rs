//! The hosts' system: Debian, with the Python that the peers need on hosts, and rsync.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use farcast::sandbox::{HostSpec, Image, Sandbox, Settings};

use super::{Outcome, command::finish};

/// What the sandbox's image lacks, and a file of each by which it is seen.
const PACKAGES: [(&str, &str); 2] = [("python3", "usr/bin/python3"), ("rsync", "usr/bin/rsync")];

/// The sandbox's directories of the bench alone: its image holds more than that of the tests.
pub fn settings() -> Settings {
    Settings {
        root: PathBuf::from("/var/lib/farcast/bench"),
    }
}

/// Sees to it that the image is there and whole. `run` is the name of a run that may be made for it.
pub fn ensure(run: &str) -> Outcome<()> {
    let settings = settings();
    let image = match find(&settings)? {
        Some(image) => image,
        None => {
            build(&settings, run)?;
            find(&settings)?.ok_or("the sandbox made no image")?
        }
    };
    if PACKAGES.iter().all(|(_, file)| image.join(file).exists()) {
        return Ok(());
    }
    eprintln!("installing what the peers need into the hosts' image (once; it is kept)");
    let packages = PACKAGES.map(|(package, _)| package);
    within(&image, &["apt-get", "update", "-q"])?;
    let install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
    within(&image, &[&install[..], &packages].concat())
}

/// The sandbox builds an image when the first host of it is made.
fn build(settings: &Settings, run: &str) -> Outcome<()> {
    let host = HostSpec {
        name: "first".to_owned(),
        image: Image::Debian12,
    };
    Sandbox::up(settings, run, &[host], &|line| eprintln!("{line}"))?.down()?;
    Ok(())
}

fn find(settings: &Settings) -> Outcome<Option<PathBuf>> {
    let Ok(entries) = fs::read_dir(settings.root.join("images")) else {
        return Ok(None);
    };
    let prefix = format!("{}-r", Image::Debian12.name());
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(&prefix)) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Runs a program in the image, on this machine's network.
fn within(image: &Path, argv: &[&str]) -> Outcome<()> {
    let mut command = Command::new("systemd-nspawn");
    command.args([
        "-q",
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--pipe",
    ]);
    command.args(["--timezone=off", "--resolv-conf=off", "--link-journal=no"]);
    command.args(["--setenv=DEBIAN_FRONTEND=noninteractive", "-D"]);
    command.arg(image).args(argv);
    finish(command).map(drop)
}
