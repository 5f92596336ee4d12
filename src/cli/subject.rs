use {
    super::{
        content::is_yaml,
        playbooks::{self, Loader},
        session::Session,
    },
    crate::{
        check::{self, Circumstances, Inspection},
        inventory::{Inventory, VarsOrigin},
        source::{Kind, Node, Place},
        template::Engine,
        variable::{Settings, Vars, World},
    },
    std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
        sync::{
            Arc, Mutex, PoisonError,
            atomic::{AtomicUsize, Ordering},
        },
    },
};

/// Something that is checked by itself.
#[derive(Debug)]
pub(super) enum Subject {
    /// Playbooks of one run, in order.
    Run(Vec<PathBuf>),
    /// A role, as far as no playbook led into it.
    Role(PathBuf),
}

/// What all subjects of one call share.
pub(super) struct Desk<'a> {
    pub(super) session: &'a Session,
    pub(super) engine: Engine,
    pub(super) inventory: Inventory,
    pub(super) extra: Vars,
    pub(super) settings: Settings,
    /// The inventory is the run's.
    pub(super) known_hosts: bool,
    /// The directory that counts as every playbook's.
    pub(super) playbook_dir: Option<PathBuf>,
}

impl Desk<'_> {
    /// Inspects subjects, several at a time. `read` are files of tasks that playbooks lead into.
    pub(super) fn inspect(&self, subjects: &[Subject], read: &BTreeSet<PathBuf>) -> Inspection {
        let next = AtomicUsize::new(0);
        let all = Mutex::new(Inspection::default());
        let work = || {
            while let Some(subject) = subjects.get(next.fetch_add(1, Ordering::Relaxed)) {
                let found = match subject {
                    Subject::Run(playbooks) => self.run(playbooks),
                    Subject::Role(dir) => self.role(dir, read),
                };
                all.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .join(found);
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..workers.min(subjects.len()) {
                scope.spawn(work);
            }
            work();
        });
        all.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, playbooks: &[PathBuf]) -> Inspection {
        let world = self.world(&playbooks::dir(playbooks));
        let loader = Loader {
            session: self.session,
            world: &world,
        };
        match loader.programs(playbooks) {
            Ok(programs) => check::inspect(&programs, &world, self.circumstances()),
            Err(fault) => fault.into(),
        }
    }

    /// A role that no playbook uses is checked as though one did; so is each file of tasks that nothing led into.
    fn role(&self, dir: &Path, read: &BTreeSet<PathBuf>) -> Inspection {
        let mut inspection = Inspection::default();
        let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let mut files = Vec::new();
        task_files(&dir.join("tasks"), Path::new(""), &mut files);
        let place = Place::outside(&dir.display().to_string(), "");
        let circumstances = Circumstances {
            alone: true,
            inventory: false,
            ..self.circumstances()
        };
        if !files.iter().any(|(path, _)| read.contains(path)) {
            let play = play(
                "roles",
                vec![text(&place, &dir.display().to_string())],
                &place,
            );
            inspection.join(self.made(&play, &dir, circumstances));
        }
        files.retain(|(path, _)| !read.contains(path) && !inspection.read.contains(path));
        if !files.is_empty() {
            let includes = files.iter().map(|(_, name)| include(&dir, name, &place));
            let play = play("tasks", includes.collect(), &place);
            let perhaps = Circumstances {
                whole: false,
                ..circumstances
            };
            inspection.join(self.made(&play, &dir, perhaps));
        }
        inspection
    }

    /// Inspects a playbook that no file holds.
    fn made(&self, playbook: &Node, role: &Path, circumstances: Circumstances) -> Inspection {
        let above = role.parent().unwrap_or(role);
        let dir = match above.file_name() == Some("roles".as_ref()) {
            true => above.parent().unwrap_or(above),
            false => above,
        };
        let world = self.world(dir);
        let loader = Loader {
            session: self.session,
            world: &world,
        };
        match loader.in_memory(playbook, dir) {
            Ok(program) => check::inspect(&[program], &world, circumstances),
            Err(fault) => fault.into(),
        }
    }

    fn world(&self, dir: &Path) -> Arc<World> {
        let mut inventory = self.inventory.clone();
        let dir = self.playbook_dir.as_deref().unwrap_or(dir);
        inventory.add_vars_dir(dir, VarsOrigin::Playbook);
        Arc::new(World::new(
            self.engine.clone(),
            Arc::clone(&self.session.store),
            inventory,
            self.extra.clone(),
            self.settings.clone(),
        ))
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances {
            whole: true,
            inventory: self.known_hosts,
            alone: false,
        }
    }
}

/// The files of tasks below a directory, with their names from there.
fn task_files(dir: &Path, below: &Path, files: &mut Vec<(PathBuf, String)>) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries {
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        if path.is_dir() {
            task_files(&path, &name, files);
        } else if is_yaml(&path) {
            files.push((path, name.display().to_string()));
        }
    }
    files.sort();
}

fn text(place: &Place, text: &str) -> Node {
    Node::new(place.clone(), Kind::String(text.to_owned()))
}

fn map(place: &Place, entries: Vec<(&str, Node)>) -> Node {
    let entries = entries
        .into_iter()
        .map(|(name, node)| (text(place, name), node));
    Node::new(place.clone(), Kind::Map(entries.collect()))
}

/// A playbook of one play that has these.
fn play(key: &str, items: Vec<Node>, place: &Place) -> Node {
    let items = Node::new(place.clone(), Kind::List(items));
    let play = map(place, vec![("hosts", text(place, "all")), (key, items)]);
    Node::new(place.clone(), Kind::List(vec![play]))
}

fn include(role: &Path, file: &str, place: &Place) -> Node {
    let name = text(place, &role.display().to_string());
    let arguments = vec![("name", name), ("tasks_from", text(place, file))];
    map(place, vec![("include_role", map(place, arguments))])
}
