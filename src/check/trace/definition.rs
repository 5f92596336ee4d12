use {
    crate::{
        check::{
            site::{Site, literal},
            survey::{PlaySurvey, Survey},
        },
        inventory::Owner,
        playbook::Key,
        program::{Frame, FrameKind, Role},
        source::{Fault, Node, Place},
        variable::{Level, MAGIC_NAMES, Vars},
    },
    std::{
        collections::HashSet,
        path::PathBuf,
        sync::{Arc, PoisonError},
    },
};

/// One place that gives a variable a value.
#[derive(Clone, Debug)]
pub struct Definition {
    pub level: Level,
    pub place: Place,
    /// As it stands there; none where the place only names the variable (`register`).
    pub node: Option<Node>,
    /// The group or role that it belongs to.
    pub owner: Option<String>,
    /// It counts in this part of the play only, or from there on.
    pub only: Option<String>,
}

/// Every definition, weakest first.
pub(super) fn all(
    survey: &Survey,
    play: Option<&PlaySurvey>,
    host: &str,
    name: &str,
) -> Result<Vec<Definition>, Fault> {
    let mut search = Search {
        name,
        found: Vec::new(),
        frames: HashSet::new(),
    };
    search.inventory(survey, host)?;
    search.vars(Level::ExtraVars, &survey.world.extra, None, None);
    if MAGIC_NAMES.contains(&name) {
        let place = Place::outside("farcast", name);
        search.push(Level::Magic, &place, None, None);
    }
    if let Some(play) = play {
        search.play(play);
        for site in &play.sites {
            search.frames(play, &site.step.frame);
            search.step(play, site);
        }
    }
    let mut found = search.found;
    found.sort_by_key(|definition| definition.level);
    // What stands on an include is also what the include passes on: the stronger of both counts.
    let mut seen = HashSet::new();
    found.reverse();
    found.retain(|one| seen.insert((one.place.path().to_owned(), one.place.start())));
    found.reverse();
    Ok(found)
}

struct Search<'a> {
    name: &'a str,
    found: Vec<Definition>,
    /// The frames that were looked at.
    frames: HashSet<*const Frame>,
}

impl Search<'_> {
    fn push(&mut self, level: Level, place: &Place, node: Option<&Node>, only: Option<String>) {
        self.found.push(Definition {
            level,
            place: place.clone(),
            node: node.cloned(),
            owner: None,
            only,
        });
    }

    fn vars(&mut self, level: Level, vars: &Vars, owner: Option<&str>, only: Option<String>) {
        if let Some(node) = vars.get(self.name) {
            self.found.push(Definition {
                level,
                place: node.place.clone(),
                node: Some(node.clone()),
                owner: owner.map(str::to_owned),
                only,
            });
        }
    }

    fn inventory(&mut self, survey: &Survey, host: &str) -> Result<(), Fault> {
        let inventory = survey.world.inventory.read();
        let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
        for layer in inventory.layers(host, &survey.world.store)? {
            let Some(node) = layer.variables.get(self.name) else {
                continue;
            };
            let owner = match &layer.owner {
                Owner::Group(group) if group != "all" => Some(format!("group {group}")),
                _ => None,
            };
            self.found.push(Definition {
                level: layer.kind.into(),
                place: node.place.clone(),
                node: Some(node.clone()),
                owner,
                only: None,
            });
        }
        Ok(())
    }

    fn play(&mut self, play: &PlaySurvey) {
        for role in play.program.roles.iter().chain(&play.public) {
            self.role(role, None);
        }
        self.vars(Level::PlayVars, &play.program.frame.vars, None, None);
        self.vars(Level::VarsFiles, &play.context.files(), None, None);
        for prompt in play.program.play.keywords.list(Key::VarsPrompt) {
            if let Some(named) = prompt
                .get("name")
                .filter(|node| node.as_str() == Some(self.name))
            {
                self.push(Level::VarsPrompt, &named.place, None, None);
            }
        }
    }

    fn role(&mut self, role: &Role, only: Option<String>) {
        let owner = format!("role {}", role.name);
        self.vars(
            Level::RoleDefaults,
            &role.defaults,
            Some(&owner),
            only.clone(),
        );
        self.vars(Level::RoleVars, &role.vars, Some(&owner), only);
    }

    fn frames(&mut self, play: &PlaySurvey, frame: &Arc<Frame>) {
        for frame in frame.chain() {
            if frame.kind == FrameKind::Play || !self.frames.insert(std::ptr::from_ref(frame)) {
                continue;
            }
            let role = frame.role.as_ref();
            let whole = |role: &Arc<Role>| {
                let mut seen = play.program.roles.iter().chain(&play.public);
                seen.any(|seen| Arc::ptr_eq(seen, role))
            };
            if let Some(role) = role.filter(|role| !whole(role)) {
                self.role(role, Some(format!("in the role {}", role.name)));
            }
            let (level, params, part) = match frame.kind {
                FrameKind::Task => (Level::TaskVars, Level::IncludeParams, "this task"),
                FrameKind::Role => (Level::BlockVars, Level::RoleParams, "this use of the role"),
                FrameKind::Import => (Level::BlockVars, Level::IncludeParams, "this import"),
                FrameKind::Include => (Level::BlockVars, Level::IncludeParams, "this include"),
                FrameKind::Block | FrameKind::Play => {
                    (Level::BlockVars, Level::IncludeParams, "this block")
                }
            };
            let only = Some(format!("in {part}"));
            self.vars(level, &frame.vars, None, only.clone());
            self.vars(params, &frame.params, None, only);
        }
    }

    /// What a step itself sets.
    fn step(&mut self, play: &PlaySurvey, site: &Site) {
        let task = &site.step.task;
        let after = || Some(format!("after `{}` has run", site.step.title()));
        if let Some(register) = task.keywords.get(Key::Register)
            && register.as_str() == Some(self.name)
        {
            self.push(Level::SetFacts, &register.place, None, after());
        }
        if site.loop_names().iter().any(|name| name == self.name) {
            let only = Some(format!("in `{}`", site.step.title()));
            self.push(Level::LoopVariable, &task.place, None, only);
        }
        match task.action.short_name() {
            "set_fact" => {
                if let Some(node) = task.action.arg(self.name) {
                    self.push(Level::SetFacts, &node.place, Some(node), after());
                }
            }
            "include_vars" => {
                if let Some(vars) = included(play, site) {
                    self.vars(Level::IncludeVars, &vars, None, after());
                }
            }
            _ => {}
        }
    }
}

/// The variables of a file that a step includes, where the step names it as it is.
fn included(play: &PlaySurvey, site: &Site) -> Option<Vars> {
    let action = &site.step.task.action;
    let name = literal(action.arg("file").or(action.free.as_ref())?)?;
    let library = &play.program.library;
    let role = site.step.frame.role().map(|role| role.path.clone());
    let beside = site.step.task.place.path().parent().map(PathBuf::from);
    let dirs = role.into_iter().chain(beside).chain([library.dir.clone()]);
    let mut paths = dirs.flat_map(|dir| [dir.join("vars").join(name), dir.join(name)]);
    library.vars(&paths.find(|path| path.is_file())?).ok()
}
