use {
    super::{
        Element, Frame, FrameKind, Library, Order, Role, RoleNames, RoleUsage, Roles, Section,
        Step, role::RoleParts,
    },
    crate::{
        module::{self, Edition, registry},
        playbook::{Block, Item, Key, Play, RoleUse, Task},
        source::{Fault, Node, Place},
        variable::Vars,
    },
    std::sync::{Arc, Mutex, PoisonError},
};

/// A playbook as it will run.
#[derive(Debug, Default)]
pub struct Program {
    pub plays: Vec<Arc<PlayProgram>>,
}

impl Program {
    /// The smallest agent that has the modules of all steps that are known beforehand.
    pub fn edition(&self) -> Edition {
        let plays = self.plays.iter();
        plays
            .map(|play| play.edition())
            .max()
            .unwrap_or(Edition::Core)
    }
}

impl PlayProgram {
    fn edition(&self) -> Edition {
        let steps = self.elements.iter().flat_map(Element::steps);
        let steps = steps.chain(self.handlers.iter().flatten());
        let modules = steps.filter_map(|step| module::find(step.task.action.name.as_str()?));
        let editions = modules.map(|entry| registry::edition(entry.name));
        editions.max().unwrap_or(Edition::Core)
    }
}

/// One play as it will run.
#[derive(Debug)]
pub struct PlayProgram {
    pub play: Play,
    pub frame: Arc<Frame>,
    pub elements: Arc<[Element]>,
    /// One list for each role, then the play's own: the order in which they run.
    pub handlers: Vec<Vec<Arc<Step>>>,
    /// The roles that the play names, whose defaults and variables the whole play sees, in order.
    pub roles: Arc<Roles>,
    pub role_names: RoleNames,
    pub library: Arc<Library>,
}

/// Renders what must be known before a run, such as the name of an imported file: extra variables and those of the play.
pub type Render<'a> = &'a (dyn Fn(&Node, &Arc<Frame>) -> Result<String, Fault> + Sync);

/// Turns trees of tasks into steps in order.
pub struct Compiler<'a> {
    pub library: &'a Arc<Library>,
    pub render: Render<'a>,
    next: Mutex<Order>,
    handlers: Mutex<Vec<Vec<Arc<Step>>>>,
    roles: Mutex<Vec<Arc<Role>>>,
    names: Mutex<RoleNames>,
    handler: bool,
}

/// What an include brought in.
#[derive(Debug)]
pub struct Included {
    pub elements: Vec<Element>,
    pub handlers: Vec<Vec<Arc<Step>>>,
    pub role_names: RoleNames,
}

impl<'a> Compiler<'a> {
    /// Numbers steps from `first` on.
    pub fn new(library: &'a Arc<Library>, render: Render<'a>, first: Order) -> Self {
        Self {
            library,
            render,
            next: Mutex::new(first),
            handlers: Mutex::default(),
            roles: Mutex::default(),
            names: Mutex::default(),
            handler: false,
        }
    }

    /// Compiles a play. `gather` says whether facts are gathered, and `force` whether the notified handlers of hosts
    /// that failed run, where the play does not say.
    pub fn play(self, play: Play, gather: bool, force: bool) -> Result<PlayProgram, Fault> {
        let frame = Arc::new(Frame {
            conditions: play.conditions.clone(),
            ..Frame::new(FrameKind::Play, play.keywords.clone(), None)
        });
        let mut elements = Vec::new();
        if play.keywords.bool(Key::GatherFacts).unwrap_or(gather) {
            elements.push(self.implied("setup", "Gathering Facts", &play, &frame)?);
        }
        let force = play.keywords.bool(Key::ForceHandlers).unwrap_or(force);
        let pre_tasks = self.items(&play.pre_tasks, &frame)?;
        elements.extend(self.flushed(pre_tasks, force, &play, &frame)?);
        let mut tasks = Vec::new();
        for role in &play.roles {
            tasks.extend(self.role_use(role, true, &frame)?);
        }
        tasks.extend(self.items(&play.tasks, &frame)?);
        elements.extend(self.flushed(tasks, force, &play, &frame)?);
        let post_tasks = self.items(&play.post_tasks, &frame)?;
        elements.extend(self.flushed(post_tasks, force, &play, &frame)?);
        let own = steps(&self.of_handlers().items(&play.handlers, &frame)?);
        let mut handlers = std::mem::take(&mut *locked(&self.handlers));
        handlers.push(own);
        let roles = Arc::new(Roles::new(locked(&self.roles).clone()));
        let role_names = locked(&self.names).clone();
        Ok(PlayProgram {
            play,
            frame,
            elements: elements.into(),
            handlers,
            roles,
            role_names,
            library: Arc::clone(self.library),
        })
    }

    /// A part of the play with the flush of handlers behind it, which a failure skips unless it is forced.
    fn flushed(
        &self,
        mut part: Vec<Element>,
        force: bool,
        play: &Play,
        frame: &Arc<Frame>,
    ) -> Result<Vec<Element>, Fault> {
        let flush = self.implied("meta", "flush_handlers", play, frame)?;
        if !force {
            part.push(flush);
            return Ok(part);
        }
        Ok(vec![Element::Section(Arc::new(Section {
            body: part.into(),
            rescue: Arc::new([]),
            always: Arc::new([flush]),
        }))])
    }

    /// Compiles what a dynamic include brought in, inside its frame.
    pub fn included(self, items: &[Item], frame: &Arc<Frame>) -> Result<Included, Fault> {
        let elements = self.items(items, frame)?;
        Ok(self.finish(elements))
    }

    /// Compiles a role that a step includes, inside the include's frame; `validate` holds its arguments against what it says of them.
    pub fn included_role(
        self,
        role: &Arc<Role>,
        validate: bool,
        frame: &Arc<Frame>,
    ) -> Result<Included, Fault> {
        self.note_direct(role);
        let elements = self.role_body(role, None, validate, frame)?;
        Ok(self.finish(elements))
    }

    fn finish(self, elements: Vec<Element>) -> Included {
        Included {
            elements,
            handlers: std::mem::take(&mut *locked(&self.handlers)),
            role_names: locked(&self.names).clone(),
        }
    }

    /// The same compiler for handlers.
    pub fn of_handlers(&self) -> Compiler<'a> {
        Compiler {
            handler: true,
            ..Compiler::new(self.library, self.render, locked(&self.next).clone())
        }
    }

    /// Compiles tasks and blocks inside a frame.
    pub(super) fn items(&self, items: &[Item], frame: &Arc<Frame>) -> Result<Vec<Element>, Fault> {
        let mut elements = Vec::new();
        for item in items {
            match item {
                Item::Task(task) => elements.extend(self.task(task, frame)?),
                Item::Block(block) => elements.push(self.block(block, frame)?),
            }
        }
        Ok(elements)
    }

    fn task(&self, task: &Task, frame: &Arc<Frame>) -> Result<Vec<Element>, Fault> {
        match task.action.short_name() {
            "import_tasks" => self.import_tasks(task, frame),
            "import_role" => self.import_role(task, frame),
            _ => Ok(vec![self.step(task.clone(), frame, false)?]),
        }
    }

    pub(super) fn step(
        &self,
        task: Task,
        frame: &Arc<Frame>,
        implied: bool,
    ) -> Result<Element, Fault> {
        let mut own = Frame::new(FrameKind::Task, task.keywords.clone(), Some(frame));
        own.place = Some(task.place.clone());
        if matches!(task.action.short_name(), "include_tasks" | "include_role") {
            // They are the include's parameters, for its own `when`, too.
            own.params = Arc::clone(&own.vars);
        }
        let own = Arc::new(own);
        let mut tags = self.tags(&own)?;
        if implied {
            tags.push("always".to_owned());
        }
        Ok(Element::Step(Arc::new(Step {
            order: self.number(),
            tags,
            frame: own,
            task,
            handler: self.handler,
            implied,
        })))
    }

    /// A step that nobody wrote. It runs whatever tags are asked for, save where the play's own tags leave it out.
    fn implied(
        &self,
        module: &str,
        name: &str,
        play: &Play,
        frame: &Arc<Frame>,
    ) -> Result<Element, Fault> {
        let mut task = Task::implied(module, name, play.place.clone());
        if module == "meta" {
            task.action.free = task.keywords.get(Key::Name).cloned();
        }
        for (key, arg) in [
            (Key::GatherSubset, "gather_subset"),
            (Key::GatherTimeout, "gather_timeout"),
            (Key::FactPath, "fact_path"),
        ] {
            if let (Some(value), "setup") = (play.keywords.get(key), module) {
                task.action.args.push((arg.to_owned(), value.clone()));
            }
        }
        self.step(task, frame, true)
    }

    fn block(&self, block: &Block, frame: &Arc<Frame>) -> Result<Element, Fault> {
        let own = Arc::new(Frame::new(
            FrameKind::Block,
            block.keywords.clone(),
            Some(frame),
        ));
        Ok(Element::Section(Arc::new(Section {
            body: self.items(&block.body, &own)?.into(),
            rescue: self.items(&block.rescue, &own)?.into(),
            always: self.items(&block.always, &own)?.into(),
        })))
    }

    /// A role that the play or another role's dependencies name.
    fn role_use(
        &self,
        used: &RoleUse,
        direct: bool,
        frame: &Arc<Frame>,
    ) -> Result<Vec<Element>, Fault> {
        let name = (self.render)(&used.name, frame)?;
        let parts = RoleParts::default();
        let near = Frame::new(FrameKind::Role, used.keywords.clone(), Some(frame));
        let role = self.library.role(&name, &parts, Some(&near), &used.place)?;
        self.forbid_cycle(&role, frame, &used.place)?;
        let usage = RoleUsage::listed(&role, used);
        let params = Vars::from_entries(used.params.iter().cloned());
        let own = Arc::new(Frame {
            params: Arc::new(params),
            role: Some(Arc::clone(&role)),
            usage: Some(Arc::new(usage)),
            ..near
        });
        match direct {
            true => self.note_direct(&role),
            false => locked(&self.names).dependent.push(role.name.clone()),
        }
        let elements = self.role_body(&role, Some(used), true, &own)?;
        self.keep_role(&role);
        Ok(elements)
    }

    /// A role's dependencies, what holds its arguments against its specification, then its tasks; its handlers are kept for the
    /// play.
    pub(super) fn role_body(
        &self,
        role: &Arc<Role>,
        used: Option<&RoleUse>,
        validate: bool,
        frame: &Arc<Frame>,
    ) -> Result<Vec<Element>, Fault> {
        let mut elements = Vec::new();
        for dependency in &role.dependencies {
            elements.extend(self.role_use(dependency, false, frame)?);
        }
        let compiler = self.of_handlers();
        let handlers = steps(&compiler.items(&role.handlers, frame)?);
        locked(&self.handlers).push(handlers);
        if validate {
            elements.extend(self.validation(role, used, frame)?);
        }
        elements.extend(self.items(&role.tasks, frame)?);
        Ok(elements)
    }

    fn forbid_cycle(&self, role: &Role, frame: &Frame, place: &Place) -> Result<(), Fault> {
        if frame.roles().any(|outer| outer.path == role.path) {
            return Err(
                Fault::new(format!("the role `{}` depends on itself", role.name)).at(place),
            );
        }
        Ok(())
    }

    /// Notes a role that the play or a step names itself.
    pub(super) fn note_direct(&self, role: &Role) {
        locked(&self.names).direct.push(role.name.clone());
    }

    pub(super) fn keep_role(&self, role: &Arc<Role>) {
        locked(&self.roles).push(Arc::clone(role));
    }

    pub(super) fn is_for_handlers(&self) -> bool {
        self.handler
    }

    fn number(&self) -> Order {
        let mut next = locked(&self.next);
        let order = next.clone();
        *next = order.next();
        order
    }

    /// A step's tags: its own and those of everything around it; several may stand in one string.
    fn tags(&self, frame: &Arc<Frame>) -> Result<Vec<String>, Fault> {
        let mut tags = Vec::new();
        for node in frame.gather(Key::Tags) {
            let text = (self.render)(node, frame)?;
            for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if !tags.iter().any(|known| known == tag) {
                    tags.push(tag.to_owned());
                }
            }
        }
        Ok(tags)
    }
}

/// Every step within, one after another: a block of handlers is no more than its handlers.
fn steps(elements: &[Element]) -> Vec<Arc<Step>> {
    elements.iter().flat_map(Element::steps).cloned().collect()
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
