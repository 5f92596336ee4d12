use {
    super::{
        Circumstances, Finding,
        site::{Site, literal},
        walker::Walker,
    },
    crate::{
        inventory::Selection,
        playbook::Key,
        program::{PlayProgram, Program, Role},
        source::{Fault, Node, Place},
        template,
        variable::{PlayContext, Scope, Surroundings, Vars, World},
    },
    std::{
        path::Path,
        sync::{Arc, PoisonError, RwLock},
    },
};

/// What the rules look at: every play with its hosts and every step that may run in it, those of includes among them.
pub(super) struct Survey<'a> {
    pub world: &'a Arc<World>,
    pub circumstances: Circumstances,
    pub plays: Vec<PlaySurvey>,
    /// What following the includes brought to light.
    pub findings: Vec<Finding>,
}

/// One play.
pub(super) struct PlaySurvey {
    pub program: Arc<PlayProgram>,
    pub context: Arc<PlayContext>,
    pub hosts: Hosts,
    pub sites: Vec<Site>,
    /// Roles that includes let the whole play see.
    pub public: Vec<Arc<Role>>,
    /// An include may bring in anything: its name is known only during the run.
    pub open: bool,
}

/// What a play's pattern matches.
pub(super) enum Hosts {
    Known(Selection),
    Wrong(Fault),
    /// It is a template that needs what only a run knows.
    Unknown,
}

impl<'a> Survey<'a> {
    pub fn new(programs: &[Program], world: &'a Arc<World>, circumstances: Circumstances) -> Self {
        let mut survey = Self {
            world,
            circumstances,
            plays: Vec::new(),
            findings: Vec::new(),
        };
        for program in programs.iter().flat_map(|program| &program.plays) {
            let play = survey.play(program);
            survey.plays.push(play);
        }
        survey
    }

    fn play(&mut self, program: &Arc<PlayProgram>) -> PlaySurvey {
        let context = Arc::new(PlayContext {
            name: program.play.name(),
            frame: Some(Arc::clone(&program.frame)),
            dir: program.library.dir.clone(),
            library: Some(Arc::clone(&program.library)),
            vars_files: RwLock::new(Arc::new(vars_files(program))),
            roles: RwLock::new(Arc::clone(&program.roles)),
            ..PlayContext::default()
        });
        let mut play = PlaySurvey {
            program: Arc::clone(program),
            hosts: self.hosts(program, &context),
            context,
            sites: Vec::new(),
            public: Vec::new(),
            open: false,
        };
        let walker = Walker::new(self, &mut play);
        let findings = walker.walk();
        self.findings.extend(findings);
        play
    }

    fn hosts(&self, program: &PlayProgram, context: &Arc<PlayContext>) -> Hosts {
        let mut patterns = Vec::new();
        let scope = scope(self.world, context, &program.frame);
        for node in program.play.keywords.list(Key::Hosts) {
            match self.world.engine.node(node, &scope.variables()) {
                Ok(value) => patterns.extend(template::strings(&value)),
                Err(_) => return Hosts::Unknown,
            }
        }
        let inventory = self
            .world
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let limit = self.world.settings.limit.as_deref();
        match inventory.select(&patterns.join(","), limit) {
            Ok(selection) => Hosts::Known(selection),
            Err(fault) => Hosts::Wrong(fault.at_least(hosts_place(program))),
        }
    }

    /// Every step with its play.
    pub fn sites(&self) -> impl Iterator<Item = (&PlaySurvey, &Site)> {
        self.plays
            .iter()
            .flat_map(|play| play.sites.iter().map(move |site| (play, site)))
    }

    /// What templates of a step see, as far as it is known before a run.
    pub fn scope(&self, play: &PlaySurvey, site: &Site) -> Arc<Scope> {
        scope(self.world, &play.context, &site.step.frame)
    }

    /// Whether steps of the run change the inventory, so that groups and hosts are not known.
    pub fn shifts_inventory(&self) -> bool {
        self.sites().any(|(_, site)| {
            let action = &site.step.task.action;
            match action.short_name() {
                "add_host" | "group_by" => true,
                "meta" => action.free.as_ref().is_some_and(|free| {
                    literal(free).is_none_or(|text| text.trim() == "refresh_inventory")
                }),
                _ => false,
            }
        })
    }
}

impl PlaySurvey {
    /// The play runs for certain, from its beginning, on hosts that there are.
    pub fn begins(&self, circumstances: Circumstances) -> bool {
        let runs = match &self.hosts {
            Hosts::Known(selection) => !selection.hosts.is_empty(),
            _ => false,
        };
        circumstances.whole && (runs || !circumstances.inventory)
    }

    /// The names of its hosts, where they are known.
    pub fn host_names(&self) -> &[String] {
        match &self.hosts {
            Hosts::Known(selection) => &selection.hosts,
            _ => &[],
        }
    }
}

/// What is known before a run where a frame stands.
pub(super) fn scope(
    world: &Arc<World>,
    context: &Arc<PlayContext>,
    frame: &Arc<crate::program::Frame>,
) -> Arc<Scope> {
    let around = Surroundings {
        play: Some(Arc::clone(context)),
        frame: Some(Arc::clone(frame)),
        ..Surroundings::default()
    };
    Scope::new(world, "localhost", around)
}

/// Where a play names its hosts.
pub(super) fn hosts_place(program: &PlayProgram) -> &Place {
    let node = program.play.keywords.get(Key::Hosts);
    node.map_or(&program.play.place, |node| &node.place)
}

/// The variables of the `vars_files` that are named literally and can be read.
fn vars_files(program: &PlayProgram) -> Vars {
    let mut all = Vars::default();
    for node in program.play.keywords.list(Key::VarsFiles) {
        let choices = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut paths = choices
            .iter()
            .filter_map(literal)
            .flat_map(|name| vars_file_places(program, name));
        let found = paths.find(|path| Path::is_file(path));
        if let Some(vars) = found.and_then(|path| program.library.vars(&path).ok()) {
            all.extend(vars);
        }
    }
    all
}

/// Where a file of `vars_files` is looked for.
pub(super) fn vars_file_places(program: &PlayProgram, name: &str) -> [std::path::PathBuf; 2] {
    let dir = &program.library.dir;
    [dir.join(name), dir.join("vars").join(name)]
}

/// The conditions and keywords whose value is one string or a list of them.
pub(super) fn strings(nodes: &[Node]) -> impl Iterator<Item = &Node> {
    nodes
        .iter()
        .flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)))
}
