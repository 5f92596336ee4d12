//! The CentOS-like image's package repository: Debian's binaries as RPMs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use super::{
    deb::{self, Deb, Given},
    error::SandboxError,
    rpm::{Rpm, TABLE},
    spec::Spec,
    stage,
    tree::Tree,
};

/// Where the repository lies in the image.
pub(super) const PLACE: &str = "/usr/share/sandbox-repository";

/// Where it is made, in the image, which still is a Debian then.
const BUILD: &str = "/build";

/// One RPM to be built.
struct Plan<'a> {
    name: String,
    rpm: Option<&'a Rpm>,
    debs: Vec<&'a Deb>,
}

/// Builds the repository within `image`.
pub(super) fn build(image: &Tree, progress: &dyn Fn(&str)) -> Result<(), SandboxError> {
    let installed = image.run(&["dpkg-query", "-W", "-f", "${Package}\\n"])?;
    let installed: BTreeSet<String> = installed.lines().map(str::to_owned).collect();
    let without: BTreeSet<String> = TABLE
        .iter()
        .flat_map(|rpm| rpm.without)
        .map(|name| (*name).to_owned())
        .collect();
    let given = Given {
        installed: &installed,
        without: &without,
    };
    let wanted: Vec<String> = TABLE
        .iter()
        .flat_map(|rpm| rpm.debs)
        .map(|name| (*name).to_owned())
        .collect();
    let show = |names: &[String]| show(image, names);
    let debs = deb::closure(&wanted, &given, &show)?;
    let plans = plans(&debs);
    progress(&format!("repackaging {} packages for dnf", plans.len()));
    download(image, &plans)?;
    let specs = plans
        .iter()
        .map(|plan| prepare(image, plan, &plans, &given))
        .collect::<Result<Vec<_>, _>>()?;
    pack(image, &specs)?;
    image.remove(BUILD)
}

fn show(image: &Tree, names: &[String]) -> Result<Vec<Deb>, SandboxError> {
    let mut argv = vec!["apt-cache", "show", "--no-all-versions"];
    argv.extend(names.iter().map(String::as_str));
    image.run(&argv).map(|text| deb::parse(&text))
}

/// The table's packages, and one for each Debian package that these need and do not take.
fn plans(debs: &BTreeMap<String, Deb>) -> Vec<Plan<'_>> {
    let of_table = TABLE.iter().map(|rpm| Plan {
        name: rpm.name.to_owned(),
        rpm: Some(rpm),
        debs: rpm.debs.iter().filter_map(|name| debs.get(*name)).collect(),
    });
    let taken: BTreeSet<&str> = TABLE.iter().flat_map(|rpm| rpm.debs).copied().collect();
    let others = debs
        .values()
        .filter(|deb| !taken.contains(deb.name.as_str()));
    let along = others.map(|deb| Plan {
        name: deb.name.clone(),
        rpm: None,
        debs: vec![deb],
    });
    of_table.chain(along).collect()
}

impl Plan<'_> {
    /// The Debian packages whose files it packs.
    fn unpacked(&self) -> impl Iterator<Item = &str> {
        let hollow = self.rpm.is_some_and(|rpm| rpm.hollow);
        self.debs
            .iter()
            .filter(move |_| !hollow)
            .map(|deb| deb.name.as_str())
    }

    /// The RPMs of `plans` that it needs.
    fn needs(&self, plans: &[Plan<'_>], given: &Given<'_>) -> Vec<String> {
        if self.rpm.is_some_and(|rpm| rpm.hollow) {
            return Vec::new();
        }
        let lacking = self
            .debs
            .iter()
            .flat_map(|deb| &deb.needs)
            .filter_map(|need| given.lacks(need));
        let owners = lacking.filter_map(|name| {
            plans
                .iter()
                .find(|plan| plan.debs.iter().any(|deb| deb.name == *name))
        });
        let named = self
            .rpm
            .map(|rpm| rpm.needs)
            .unwrap_or_default()
            .iter()
            .map(|name| (*name).to_owned());
        let all: BTreeSet<String> = owners.map(|plan| plan.name.clone()).chain(named).collect();
        all.into_iter().filter(|name| *name != self.name).collect()
    }
}

fn download(image: &Tree, plans: &[Plan<'_>]) -> Result<(), SandboxError> {
    image.directory(&format!("{BUILD}/debs"), 0o755)?;
    let directory = format!("--chdir={BUILD}/debs");
    let mut argv = vec![
        "env",
        &directory,
        "apt-get",
        "-o",
        "APT::Sandbox::User=root",
        "download",
    ];
    argv.extend(plans.iter().flat_map(Plan::unpacked));
    image.run(&argv).map(drop)
}

/// Stages one RPM's files and writes its spec. Gives the spec's path within the image.
fn prepare(
    image: &Tree,
    plan: &Plan<'_>,
    plans: &[Plan<'_>],
    given: &Given<'_>,
) -> Result<String, SandboxError> {
    let place = format!("{BUILD}/stage/{}", plan.name);
    let stage = Tree::new(image.at(&place));
    let archives = plan
        .unpacked()
        .map(|name| archive(image, name))
        .collect::<Result<Vec<_>, _>>()?;
    stage::fill(&stage, &archives, plan.rpm)?;
    let spec = Spec {
        name: &plan.name,
        debian_version: plan.debs.first().map_or("9.0-1", |deb| &deb.version),
        rpm: plan.rpm,
        needs: plan.needs(plans, given),
        stage: place,
        files: stage::file_list(&stage, image, plan.rpm)?,
    };
    let path = format!("{BUILD}/{}.spec", plan.name);
    image.write(&path, 0o644, spec.text())?;
    Ok(path)
}

/// The downloaded archive of a Debian package.
fn archive(image: &Tree, name: &str) -> Result<PathBuf, SandboxError> {
    let directory = image.at(&format!("{BUILD}/debs"));
    let begin = format!("{name}_");
    let entries = fs::read_dir(&directory).map_err(SandboxError::file("read", &directory))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let found = paths.find(|path| {
        path.file_name()
            .is_some_and(|file| file.to_string_lossy().starts_with(&begin))
    });
    found.ok_or_else(|| SandboxError::NoPackage(name.to_owned()))
}

fn pack(image: &Tree, specs: &[String]) -> Result<(), SandboxError> {
    let target = format!("_rpmdir {PLACE}");
    let mut argv = vec![
        "rpmbuild",
        "-bb",
        "--quiet",
        "--define",
        &target,
        "--define",
        "_topdir /build/rpmbuild",
    ];
    argv.extend(specs.iter().map(String::as_str));
    image.run(&argv)?;
    image.run(&[
        "apt-get",
        "install",
        "-y",
        "--no-install-recommends",
        "createrepo-c",
    ])?;
    image.run(&["createrepo_c", "--quiet", PLACE])?;
    image
        .run(&["apt-get", "purge", "-y", "--auto-remove", "createrepo-c"])
        .map(drop)
}
