use {
    super::{batch::Batch, outcome::Ending, run::Runner},
    crate::{
        control::Include,
        event::Event,
        playbook::{Keywords, On},
        program::{Compiler, Element, Frame, FrameKind, Included, Order, Role, RoleUsage, Step},
        source::{Fault, Node},
        template::Value,
        variable::{Scope, Surroundings, Values},
    },
    std::{path::PathBuf, sync::Arc},
};

/// What an include asks for, with the loop variables that it stands under.
pub(super) type Asked = (Include, Vec<(String, Value)>);

/// The files that one step included, each once for all hosts that asked for the same.
pub(super) struct Brought {
    /// The step's number.
    task: u64,
    pieces: Vec<Piece>,
}

struct Piece {
    key: String,
    shown: String,
    elements: Arc<[Element]>,
    hosts: Vec<String>,
}

impl Brought {
    pub(super) fn by(task: u64) -> Self {
        let pieces = Vec::new();
        Self { task, pieces }
    }

    pub(super) fn tell(self, runner: &Runner) {
        for piece in self.pieces {
            runner.sink.tell(Event::Included {
                task: self.task,
                file: piece.shown,
                hosts: piece.hosts,
            });
        }
    }
}

impl Batch<'_> {
    /// Puts what a host includes into its way; what cannot be read fails the step on this host.
    pub(super) fn include(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        host: &str,
        asked: Vec<Asked>,
        brought: &mut Brought,
    ) {
        let mut elements = Vec::new();
        for one in asked {
            match self.bring(order, step, host, one, brought) {
                Ok(piece) => elements.extend(piece.iter().cloned()),
                Err(problem) => {
                    let ending = Ending::fault(step.task.action.short_name(), &problem);
                    self.runner.sink.tell(Event::HostFinished {
                        task: brought.task,
                        host: host.to_owned(),
                        result: ending.finished(),
                    });
                    self.fail(step, host, &ending);
                    return;
                }
            }
        }
        self.walk(host).include(elements.into());
    }

    fn bring(
        &mut self,
        order: &Order,
        step: &Arc<Step>,
        host: &str,
        (include, locals): Asked,
        brought: &mut Brought,
    ) -> Result<Arc<[Element]>, Fault> {
        let source = self.source(step, &include)?;
        let key = format!("{source:?} {locals:?}");
        if let Some(piece) = brought.pieces.iter_mut().find(|piece| piece.key == key) {
            piece.hosts.push(host.to_owned());
            return Ok(Arc::clone(&piece.elements));
        }
        let part = u32::try_from(brought.pieces.len()).unwrap_or(u32::MAX);
        let included = self.compile(order.below(part), step, host, &include, &source, locals)?;
        if !included.handlers.is_empty() {
            self.handlers.add(&included.handlers);
        }
        let elements: Arc<[Element]> = included.elements.into();
        brought.pieces.push(Piece {
            key,
            shown: shown(&include, &source),
            elements: Arc::clone(&elements),
            hosts: vec![host.to_owned()],
        });
        Ok(elements)
    }

    fn source(&self, step: &Step, include: &Include) -> Result<Source, Fault> {
        let library = &self.program.library;
        let role = step.frame.role().map(Arc::as_ref);
        match include {
            Include::Tasks { file, place, .. } => library
                .task_file(file, step.task.place.file(), role, place)
                .map(Source::File),
            Include::Role {
                name, parts, place, ..
            } => library
                .role(name, parts, Some(&step.frame), place)
                .map(Source::Role),
        }
    }

    fn compile(
        &self,
        first: Order,
        step: &Arc<Step>,
        host: &str,
        include: &Include,
        source: &Source,
        locals: Vec<(String, Value)>,
    ) -> Result<Included, Fault> {
        let values: Values = locals.into_iter().collect();
        let (apply, role) = match (include, source) {
            (Include::Tasks { apply, .. }, _) => (apply, None),
            (Include::Role { apply, .. }, Source::Role(role)) => (apply, Some(Arc::clone(role))),
            (Include::Role { apply, .. }, Source::File(_)) => (apply, None),
        };
        let keywords = apply.as_ref().map_or(Ok(Keywords::default()), applied)?;
        let usage = match (include, &role) {
            (
                Include::Role {
                    allow_duplicates, ..
                },
                Some(role),
            ) => Some(RoleUsage::included(role, &step.task, !allow_duplicates)),
            _ => None,
        };
        let own = Frame::new(FrameKind::Include, keywords, step.frame.parent.as_ref());
        let frame = Arc::new(Frame {
            usage: usage.map(Arc::new),
            params: Arc::clone(&step.frame.vars),
            values: Arc::new(values),
            role,
            ..own
        });
        if frame.chain().count() > 200 {
            return Err(Fault::new("the file includes itself without end").at(&step.task.place));
        }
        let render = |node: &Node, frame: &Arc<Frame>| self.render(host, node, frame);
        let compiler = Compiler::new(&self.program.library, &render, first);
        match source {
            Source::File(path) => {
                let on = if step.handler { On::Handler } else { On::Task };
                let items = self.program.library.tasks(path, on)?;
                let compiler = if step.handler {
                    compiler.of_handlers()
                } else {
                    compiler
                };
                compiler.included(&items, &frame)
            }
            Source::Role(role) => {
                if let Include::Role { public: true, .. } = include {
                    self.context.publish(role);
                }
                let validate = !matches!(
                    include,
                    Include::Role {
                        validate: false,
                        ..
                    }
                );
                let included = compiler.included_role(role, validate, &frame)?;
                self.context.name_roles(&included.role_names);
                Ok(included)
            }
        }
    }

    fn render(&self, host: &str, node: &Node, frame: &Arc<Frame>) -> Result<String, Fault> {
        let around = Surroundings {
            play: Some(Arc::clone(&self.context)),
            frame: Some(Arc::clone(frame)),
            ..Surroundings::default()
        };
        let scope = Scope::new(&self.runner.world, host, around);
        self.runner
            .world
            .engine
            .node(node, &scope.variables())
            .map(|value| value.to_string())
            .map_err(|error| crate::control::fault(error, &node.place))
    }
}

/// Where included tasks come from.
#[derive(Debug)]
enum Source {
    File(PathBuf),
    Role(Arc<Role>),
}

/// What an include brought in: a file's whole path, or a role as it was asked for.
fn shown(include: &Include, source: &Source) -> String {
    match (include, source) {
        (_, Source::File(path)) => {
            let whole = std::path::absolute(path);
            whole.as_ref().unwrap_or(path).display().to_string()
        }
        (Include::Role { name, .. }, _) => name.clone(),
        (Include::Tasks { file, .. }, _) => file.clone(),
    }
}

/// The keywords of `apply`.
fn applied(node: &Node) -> Result<Keywords, Fault> {
    Keywords::read(node, On::Block, "apply")
}
