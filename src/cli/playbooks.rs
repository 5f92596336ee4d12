use {
    super::session::Session,
    crate::{
        inventory::VarsOrigin,
        playbook::{Entry, Import, Key, Play, playbook},
        program::{Collections, Compiler, Frame, Library, Order, Program},
        source::{Fault, Node, Topic},
        template::{Value, Variables},
        variable::{PlayContext, Scope, Surroundings, World},
    },
    std::{
        path::{Path, PathBuf},
        sync::Arc,
    },
};

/// The directory of the first playbook.
pub(super) fn dir(playbooks: &[PathBuf]) -> PathBuf {
    let first = playbooks
        .first()
        .map(PathBuf::as_path)
        .unwrap_or(Path::new("."));
    let dir = first.parent().unwrap_or(Path::new("."));
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    dir.canonicalize().unwrap_or_else(|_| dir.to_owned())
}

/// Reads and compiles playbooks.
pub(super) struct Loader<'a> {
    pub(super) session: &'a Session,
    pub(super) world: &'a Arc<World>,
}

impl Loader<'_> {
    pub(super) fn programs(&self, playbooks: &[PathBuf]) -> Result<Vec<Program>, Fault> {
        playbooks.iter().map(|path| self.program(path)).collect()
    }

    /// The program of a playbook: a file, or one of a collection by its full name.
    fn program(&self, given: &Path) -> Result<Program, Fault> {
        let mut program = Program::default();
        let collections = Collections::new(self.session.collections_path());
        let named = given.to_str().filter(|_| !given.exists());
        let path = named.and_then(|name| collections.playbook(name));
        self.read(
            path.as_deref().unwrap_or(given),
            &[],
            &mut program,
            &collections,
        )?;
        Ok(program)
    }

    fn read(
        &self,
        path: &Path,
        around: &[&Import],
        program: &mut Program,
        collections: &Collections,
    ) -> Result<(), Fault> {
        let node = self.session.store.document(path)?;
        let library = self.library(&dir(&[path.to_owned()]), collections);
        for entry in playbook(&node)? {
            match entry {
                Entry::Play(play) => {
                    let play = under(*play, around);
                    program.plays.push(Arc::new(self.compile(play, &library)?));
                }
                Entry::Import(import) => {
                    let name = self.render(&library, &import.path, None)?;
                    let of_collection = library.collections.playbook(&name);
                    let next = of_collection.unwrap_or_else(|| library.dir.join(&name));
                    if around.len() > 50 {
                        return Err(
                            Fault::new("the playbook imports itself").at(&import.path.place)
                        );
                    }
                    if !next.is_file() {
                        return Err(Fault::new(format!("the playbook `{name}` is not there"))
                            .at(&import.path.place)
                            .about(Topic::File)
                            .help(format!("looked for {}", next.display())));
                    }
                    let beside = dir(std::slice::from_ref(&next));
                    if beside != library.dir {
                        self.world.change_inventory(|inventory| {
                            inventory.add_vars_dir(&beside, VarsOrigin::Playbook);
                        });
                    }
                    let mut around = around.to_vec();
                    around.push(&import);
                    self.read(&next, &around, program, &library.collections)?;
                }
            }
        }
        Ok(())
    }

    /// The program of a playbook that no file holds: paths are reckoned from `dir`.
    pub(super) fn in_memory(&self, node: &Node, dir: &Path) -> Result<Program, Fault> {
        let collections = Collections::new(self.session.collections_path());
        let library = self.library(dir, &collections);
        let mut program = Program::default();
        for entry in playbook(node)? {
            if let Entry::Play(play) = entry {
                program.plays.push(Arc::new(self.compile(*play, &library)?));
            }
        }
        Ok(program)
    }

    /// What belongs to the playbooks of a directory.
    fn library(&self, dir: &Path, collections: &Collections) -> Arc<Library> {
        let session = self.session;
        let library = Library::new(Arc::clone(&session.store), dir, session.roles_path())
            .with_collections(collections)
            .with_shelves(Arc::clone(&session.shelves));
        Arc::new(library)
    }

    fn compile(
        &self,
        play: Play,
        library: &Arc<Library>,
    ) -> Result<crate::program::PlayProgram, Fault> {
        let render = |node: &Node, frame: &Arc<Frame>| self.render(library, node, Some(frame));
        let gathers = self.session.config.text("defaults.gathering") != Some("explicit");
        let force = self.world.settings.force_handlers;
        Compiler::new(library, &render, Order::first()).play(play, gathers, force)
    }

    fn render(
        &self,
        library: &Arc<Library>,
        node: &Node,
        frame: Option<&Arc<Frame>>,
    ) -> Result<String, Fault> {
        self.value(library, node, frame)
            .map(|value| value.to_string())
    }

    /// Renders with what is known before a run: extra variables, those of the play, and the magic ones.
    pub(super) fn value(
        &self,
        library: &Arc<Library>,
        node: &Node,
        frame: Option<&Arc<Frame>>,
    ) -> Result<Value, Fault> {
        let play = PlayContext {
            dir: library.dir.clone(),
            library: Some(Arc::clone(library)),
            frame: frame.and_then(outermost),
            ..PlayContext::default()
        };
        let around = Surroundings {
            play: Some(Arc::new(play)),
            frame: frame.map(Arc::clone),
            ..Surroundings::default()
        };
        let scope = Scope::new(self.world, "localhost", around);
        let variables: Arc<dyn Variables> = scope.variables();
        self.world
            .engine
            .node(node, &variables)
            .map_err(|error| crate::control::fault(error, &node.place))
    }
}

fn outermost(frame: &Arc<Frame>) -> Option<Arc<Frame>> {
    let mut frame = Arc::clone(frame);
    while let Some(parent) = frame.parent.as_ref().map(Arc::clone) {
        frame = parent;
    }
    Some(frame)
}

/// A play as the imports around it change it: their conditions, tags and variables.
fn under(mut play: Play, around: &[&Import]) -> Play {
    for import in around.iter().rev() {
        play.keywords.extend_list(Key::Tags, &import.tags);
        play.conditions.extend(import.when.iter().cloned());
        play.keywords.overlay_vars(import.vars.as_ref());
    }
    play
}
