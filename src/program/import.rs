use {
    super::{Element, Frame, FrameKind, RoleUsage, compile::Compiler, role::RoleParts},
    crate::{
        playbook::{On, Task, boolean},
        source::{Fault, Node},
    },
    std::sync::Arc,
};

/// How deep files may import each other.
const DEPTH: usize = 100;

impl Compiler<'_> {
    /// `import_tasks`: the file's tasks in the place of the import, under its keywords.
    pub(super) fn import_tasks(
        &self,
        task: &Task,
        frame: &Arc<Frame>,
    ) -> Result<Vec<Element>, Fault> {
        let named = task
            .action
            .free
            .as_ref()
            .or_else(|| task.action.arg("file"));
        let own = Frame::new(FrameKind::Import, task.keywords.clone(), Some(frame));
        let own = Arc::new(own);
        if own.chain().count() > DEPTH {
            return Err(Fault::new("the file imports itself").at(&task.place));
        }
        let named = named.ok_or_else(|| nameless(task, "file"))?;
        let name = (self.render)(named, &own)?;
        let role = frame.role().map(Arc::as_ref);
        let path = self
            .library
            .task_file(&name, task.place.file(), role, &named.place)?;
        let on = if self.is_for_handlers() {
            On::Handler
        } else {
            On::Task
        };
        self.items(&self.library.tasks(&path, on)?, &own)
    }

    /// `import_role`: the role's tasks in the place of the import, under its keywords.
    pub(super) fn import_role(
        &self,
        task: &Task,
        frame: &Arc<Frame>,
    ) -> Result<Vec<Element>, Fault> {
        let named = task.action.arg("name").or_else(|| task.action.arg("role"));
        let named = named.ok_or_else(|| nameless(task, "name"))?;
        let name = (self.render)(named, frame)?;
        let parts = self.parts(task, frame)?;
        let near = Frame::new(FrameKind::Import, task.keywords.clone(), Some(frame));
        let role = self
            .library
            .role(&name, &parts, Some(&near), &named.place)?;
        let says = |argument: &str| task.action.arg(argument).and_then(boolean);
        let once = says("allow_duplicates") == Some(false);
        let usage = RoleUsage::included(&role, task, once);
        let own = Arc::new(Frame {
            role: Some(Arc::clone(&role)),
            usage: Some(Arc::new(usage)),
            ..near
        });
        if own.chain().count() > DEPTH {
            return Err(Fault::new("the role imports itself").at(&task.place));
        }
        self.note_direct(&role);
        let elements =
            self.role_body(&role, None, says("rolespec_validate") != Some(false), &own)?;
        if says("public") != Some(false) {
            self.keep_role(&role);
        }
        Ok(elements)
    }

    /// The files that `tasks_from` and its like name.
    fn parts(&self, task: &Task, frame: &Arc<Frame>) -> Result<RoleParts, Fault> {
        let part = |name: &str| match task.action.arg(name) {
            None => Ok("main".to_owned()),
            Some(node) => (self.render)(node, frame),
        };
        Ok(RoleParts {
            tasks: part("tasks_from")?,
            handlers: part("handlers_from")?,
            defaults: part("defaults_from")?,
            vars: part("vars_from")?,
        })
    }
}

fn nameless(task: &Task, argument: &str) -> Fault {
    let name: Option<&str> = Node::as_str(&task.action.name);
    Fault::new(format!("`{}` needs `{argument}`", name.unwrap_or_default())).at(&task.place)
}
