use {
    super::{
        site::Site,
        survey::{PlaySurvey, strings},
    },
    crate::{
        control, module,
        playbook::{Action, Key},
    },
    std::path::{Path, PathBuf},
};

/// Modules of ansible-core, those that are built in here among them.
const CORE: &[&str] = &[
    "apt_key",
    "assemble",
    "async_status",
    "deb822_repository",
    "debconf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "gather_facts",
    "git",
    "iptables",
    "mount_facts",
    "pip",
    "reboot",
    "rpm_key",
    "subversion",
    "sysvinit",
    "validate_argument_spec",
];

/// Modules of collections whose short names look like a slip of the pen.
const NAMESAKES: &[&str] = &[
    "api",
    "apk",
    "at",
    "ce_command",
    "ce_reboot",
    "copr",
    "cs_template",
    "device",
    "export",
    "facter_facts",
    "helm_repository",
    "mail",
    "mso_version",
    "pipx",
    "rax",
    "rhsm_repository",
    "statsd",
    "vertica_facts",
];

/// What the name of a module that is not built in may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Its file is on the path.
    Here,
    /// A collection may have it.
    Elsewhere,
    /// Nothing has it.
    Nowhere,
}

/// Where a module comes from that is not built in.
pub(super) fn origin(play: &PlaySurvey, site: &Site) -> Origin {
    let action = &site.step.task.action;
    let name = action.name.as_str().unwrap_or_default();
    let short = action.short_name();
    if places(play, site).iter().any(|path| path.is_file()) {
        return Origin::Here;
    }
    let builtin = short != name;
    let open = !site.step.frame.gather(Key::Collections).is_empty() && !builtin;
    let known = CORE.contains(&short) || NAMESAKES.contains(&short) && !builtin;
    match open || known || short.contains('.') || !(builtin || near(action).is_some()) {
        true => Origin::Elsewhere,
        false => Origin::Nowhere,
    }
}

/// The module or control step whose name is nearest.
pub(super) fn near(action: &Action) -> Option<&'static str> {
    let name = action.name.as_str().unwrap_or_default();
    let short = name.rsplit('.').next().unwrap_or(name);
    let steps = control::all().iter().map(|entry| entry.name);
    let others = steps.chain(CORE.iter().copied());
    module::registry::nearest(name).or_else(|| module::argument::nearest(short, others))
}

/// Where the file of a module may be: in a `library` beside the playbook or in the role, or in a collection.
fn places(play: &PlaySurvey, site: &Site) -> Vec<PathBuf> {
    let name = site.step.task.action.short_name();
    let role = site.step.frame.role().map(|role| role.path.as_path());
    let around = [Some(play.context.dir.as_path()), role];
    let around: Vec<_> = around.into_iter().flatten().collect();
    let mut paths: Vec<_> = around
        .iter()
        .map(|dir| dir.join("library").join(name))
        .collect();
    let roots: Vec<_> = around.iter().flat_map(|dir| roots(dir)).collect();
    for full in full_names(site, &around, name) {
        let [space, collection, short] = full.splitn(3, '.').collect::<Vec<_>>()[..] else {
            continue;
        };
        for kind in ["plugins/modules", "plugins/action"] {
            let below = Path::new(space)
                .join(collection)
                .join(kind)
                .join(short.replace('.', "/"));
            paths.extend(roots.iter().map(|root| root.join(&below)));
        }
    }
    let with_ending = |path: PathBuf| [path.with_extension("py"), path];
    paths.into_iter().flat_map(with_ending).collect()
}

/// What a short name may mean in collections: those that keywords name, and those that the files belong to.
fn full_names(site: &Site, around: &[&Path], name: &str) -> Vec<String> {
    if name.contains('.') {
        return vec![name.to_owned()];
    }
    let named = site.step.frame.gather(Key::Collections);
    let named = named
        .into_iter()
        .flat_map(|node| strings(std::slice::from_ref(node)));
    let named = named.filter_map(|node| node.as_str()).map(str::to_owned);
    let own = around.iter().filter_map(|dir| own_collection(dir));
    named
        .chain(own)
        .map(|collection| format!("{collection}.{name}"))
        .collect()
}

/// The directories of collections beside and around a directory.
fn roots(dir: &Path) -> [PathBuf; 2] {
    let beside = dir.join("collections/ansible_collections");
    let around = dir.ancestors().find(|path| is_root(path));
    [around.unwrap_or(&beside).to_owned(), beside]
}

fn is_root(path: &Path) -> bool {
    path.file_name() == Some("ansible_collections".as_ref())
}

/// The collection that a directory belongs to.
fn own_collection(dir: &Path) -> Option<String> {
    let root = dir.ancestors().find(|path| is_root(path))?;
    let mut below = dir.strip_prefix(root).ok()?.iter();
    let (space, collection) = (below.next()?.to_str()?, below.next()?.to_str()?);
    Some(format!("{space}.{collection}"))
}
