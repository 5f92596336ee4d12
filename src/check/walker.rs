use {
    super::{
        Code, Finding, Severity,
        site::{Around, Site, is_forgiven, literal},
        spelling::Spelling,
        survey::{PlaySurvey, Survey, scope},
    },
    crate::{
        playbook::{Action, Key, Keywords, On, boolean},
        program::{
            Compiler, Element, Frame, FrameKind, Included, Order, Role, RoleParts, Step, TagFilter,
        },
        source::{Fault, Node},
        variable::World,
    },
    std::{
        collections::HashSet,
        path::{Path, PathBuf},
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    },
};

/// Goes through a play, and into what its includes name.
pub(super) struct Walker<'a> {
    world: &'a Arc<World>,
    play: &'a mut PlaySurvey,
    tags: TagFilter,
    /// The play runs from its beginning, on hosts that there are.
    begins: bool,
    /// A step may have ended the play.
    ended: bool,
    /// What was included before, and whether for certain.
    seen: HashSet<(PathBuf, Option<RoleParts>, bool)>,
    findings: Vec<Finding>,
}

/// What an include brings in.
enum Source {
    File(PathBuf),
    Role(Arc<Role>, RoleParts),
}

impl<'a> Walker<'a> {
    pub fn new(survey: &Survey<'a>, play: &'a mut PlaySurvey) -> Self {
        let settings = &survey.world.settings;
        Self {
            world: survey.world,
            tags: TagFilter::new(settings.tags.clone(), settings.skip_tags.clone()),
            begins: play.begins(survey.circumstances),
            ended: false,
            seen: HashSet::new(),
            findings: Vec::new(),
            play,
        }
    }

    pub fn walk(mut self) -> Vec<Finding> {
        let program = Arc::clone(&self.play.program);
        let around = Arc::default();
        self.elements(&program.elements, self.begins, &around);
        self.handlers(&program.handlers, self.begins, &around);
        self.findings
    }

    fn elements(&mut self, elements: &[Element], reached: bool, around: &Arc<Around>) {
        for element in elements {
            match element {
                Element::Step(step) => self.step(step, reached, around),
                Element::Section(section) => {
                    let unrescued = section.rescue.is_empty();
                    self.elements(&section.body, reached && unrescued, around);
                    self.elements(&section.rescue, false, around);
                    self.elements(&section.always, reached, around);
                }
            }
        }
    }

    fn handlers(&mut self, lists: &[Vec<Arc<Step>>], reached: bool, around: &Arc<Around>) {
        for step in lists.iter().flatten() {
            self.step(step, reached, around);
        }
    }

    fn step(&mut self, step: &Arc<Step>, reached: bool, around: &Arc<Around>) {
        let selected = self.tags.selects(&step.tags) || step.handler;
        let site = Site {
            step: Arc::clone(step),
            reached: reached && selected && !self.ended && !is_forgiven(step),
            around: Arc::clone(around),
        };
        match step.task.action.short_name() {
            "include_tasks" => self.include_tasks(&site),
            "include_role" => self.include_role(&site),
            "meta" => self.ended |= may_end(step),
            _ => {}
        }
        if !step.implied {
            self.play.sites.push(site);
        }
    }

    fn include_tasks(&mut self, site: &Site) {
        let action = &site.step.task.action;
        let Some(named) = action.arg("file").or(action.free.as_ref()) else {
            return;
        };
        let Some(text) = named.as_str() else {
            return;
        };
        let library = Arc::clone(&self.play.program.library);
        let role = site.step.frame.role().map(Arc::as_ref);
        let near = site.step.task.place.file();
        match Spelling::of_file(text, |name| self.known(name, role)) {
            Spelling::Fixed(name) => match library.task_file(&name, near, role, &named.place) {
                Ok(path) => self.bring(site, Source::File(path), site.runs()),
                Err(fault) => self.found(Code::MissingFile, site.severity(), fault),
            },
            spelling => {
                let beside = near.path().parent().unwrap_or(Path::new("")).to_owned();
                let mut dirs = vec![beside, library.dir.clone()];
                dirs.extend(role.map(|role| role.path.join("tasks")));
                self.include_any(site, spelling.files(&dirs));
            }
        }
    }

    /// Follows an include into every file that it may mean; those that hold no tasks are not meant.
    fn include_any(&mut self, site: &Site, paths: Option<Vec<PathBuf>>) {
        let Some(paths) = paths else {
            self.play.open = true;
            return;
        };
        for path in paths {
            if self.play.program.library.tasks(&path, On::Task).is_ok() {
                self.bring(site, Source::File(path), false);
            }
        }
    }

    fn include_role(&mut self, site: &Site) {
        let action = &site.step.task.action;
        if action.arg("name").or_else(|| action.arg("role")).is_none() {
            return;
        }
        let Some((named, name, parts)) = included_role(action) else {
            self.play.open = true;
            return;
        };
        let library = Arc::clone(&self.play.program.library);
        match library.role(name, &parts, Some(&site.step.frame), &named.place) {
            Ok(role) => {
                let public = action.arg("public");
                if public.is_some_and(|node| boolean(node) != Some(false)) {
                    self.play.public.push(Arc::clone(&role));
                }
                self.bring(site, Source::Role(role, parts), site.runs());
            }
            Err(fault) if fault.place() == Some(&named.place) => {
                self.found(Code::MissingRole, site.severity(), fault);
            }
            Err(fault) => self.found(Code::BadInput, site.severity(), fault),
        }
    }

    /// Follows an include, once for each file, and once more where it is certain.
    fn bring(&mut self, site: &Site, source: Source, certain: bool) {
        let key = match &source {
            Source::File(path) => (path.clone(), None, certain),
            Source::Role(role, parts) => (role.path.clone(), Some(parts.clone()), certain),
        };
        if !self.seen.insert(key) {
            return;
        }
        match self.compile(site, &source) {
            Ok(Some(included)) => {
                let around = site.within();
                self.elements(&included.elements, certain, &around);
                self.handlers(&included.handlers, certain, &around);
            }
            Ok(None) => self.play.open = true,
            Err(fault) => self.found(Code::BadInput, Severity::of(certain), fault),
        }
    }

    /// Compiles what an include names; nothing where that needs what only a run knows.
    fn compile(&self, site: &Site, source: &Source) -> Result<Option<Included>, Fault> {
        let step = &site.step;
        let keywords = match step.task.action.arg("apply") {
            Some(node) => Keywords::read(node, On::Block, "apply")?,
            None => Keywords::default(),
        };
        let frame = Arc::new(Frame {
            params: Arc::clone(&step.frame.vars),
            role: match source {
                Source::File(_) => None,
                Source::Role(role, _) => Some(Arc::clone(role)),
            },
            ..Frame::new(FrameKind::Include, keywords, step.frame.parent.as_ref())
        });
        let unknown = AtomicBool::new(false);
        let render = |node: &Node, frame: &Arc<Frame>| {
            let scope = scope(self.world, &self.play.context, frame);
            let rendered = self.world.engine.node(node, &scope.variables());
            rendered.map(|value| value.to_string()).map_err(|error| {
                unknown.store(true, Ordering::Relaxed);
                crate::control::fault(error, &node.place)
            })
        };
        let library = &self.play.program.library;
        let compiler = Compiler::new(library, &render, Order::first());
        let included = match source {
            Source::Role(role, _) => {
                let validate = step.task.action.arg("rolespec_validate");
                let validate = validate.and_then(boolean) != Some(false);
                compiler.included_role(role, validate, &frame)
            }
            Source::File(path) if step.handler => library
                .tasks(path, On::Handler)
                .and_then(|items| compiler.of_handlers().included(&items, &frame)),
            Source::File(path) => library
                .tasks(path, On::Task)
                .and_then(|items| compiler.included(&items, &frame)),
        };
        match included {
            Err(_) if unknown.load(Ordering::Relaxed) => Ok(None),
            included => included.map(Some),
        }
    }

    /// The magic variables that are known before a run.
    fn known(&self, name: &str, role: Option<&Role>) -> Option<String> {
        known_directory(name, role, &self.play.context.dir)
    }

    fn found(&mut self, code: Code, severity: Severity, fault: Fault) {
        self.findings.push(Finding::new(code, severity, fault));
    }
}

/// The role that `include_role` names, where it and its files are written out.
pub(super) fn included_role(action: &Action) -> Option<(&Node, &str, RoleParts)> {
    let named = action.arg("name").or_else(|| action.arg("role"))?;
    let part = |name: &str| match action.arg(name) {
        None => Some("main".to_owned()),
        Some(node) => literal(node).map(str::to_owned),
    };
    let parts = RoleParts {
        tasks: part("tasks_from")?,
        handlers: part("handlers_from")?,
        defaults: part("defaults_from")?,
        vars: part("vars_from")?,
    };
    Some((named, literal(named)?, parts))
}

/// `role_path` and `playbook_dir`.
pub(super) fn known_directory(name: &str, role: Option<&Role>, dir: &Path) -> Option<String> {
    match name {
        "role_path" => role.map(|role| role.path.display().to_string()),
        "playbook_dir" => Some(dir.display().to_string()),
        _ => None,
    }
}

/// Whether a `meta` step can end the play for a host.
fn may_end(step: &Step) -> bool {
    let name = step.task.keywords.get(Key::Name);
    let free = step.task.action.free.as_ref();
    let asked = if step.implied { name } else { free };
    asked.is_some_and(|node| literal(node).is_none_or(|text| text.trim().starts_with("end_")))
}
