use {
    super::{
        file::included_vars,
        site::{Site, literal},
        survey::{PlaySurvey, Survey, strings},
    },
    crate::{
        playbook::Key,
        program::Role,
        source::Node,
        template::Engine,
        variable::{Scope, Surroundings},
    },
    std::{
        collections::{BTreeSet, HashSet},
        sync::{Arc, PoisonError},
    },
};

/// Every name that something may define.
pub(super) struct Knowledge {
    /// What steps of any play set: facts, results, variables that they read.
    run: BTreeSet<String>,
    /// What each play sees from its beginning on.
    plays: Vec<BTreeSet<String>>,
    /// Something may define any name, so that nothing is certain.
    pub open: bool,
    /// A step may set any name.
    pub unsettled: bool,
}

/// Facts that modules set without a prefix, and what only template files see.
const SET_BY_MODULES: &[&str] = &[
    "module_setup",
    "mount_points",
    "packages",
    "services",
    "template_destpath",
    "template_fullpath",
    "template_host",
    "template_mtime",
    "template_path",
    "template_run_date",
    "template_uid",
];

impl Knowledge {
    pub fn new(survey: &Survey) -> Self {
        let mut known = Self {
            run: SET_BY_MODULES.iter().map(|&name| name.to_owned()).collect(),
            plays: Vec::new(),
            open: false,
            unsettled: false,
        };
        for play in &survey.plays {
            let names = play_names(survey, play);
            known.plays.push(names);
            known.open |= play.open;
            known.prompted(play);
            known.vars_files(play);
            for site in &play.sites {
                known.learn(survey, play, site);
            }
        }
        known.unsettled = known.open;
        known.open |= !survey.circumstances.inventory || survey.shifts_inventory();
        known
    }

    /// Whether a step of the run may set a name, or a question to the person.
    pub fn changes(&self, name: &str) -> bool {
        self.run.contains(name)
    }

    /// Whether anything may define a name, where a step of a play stands.
    pub fn defines(&self, play: usize, site: Option<&Site>, name: &str) -> bool {
        name.starts_with("ansible_")
            || name.starts_with("getent_")
            || self
                .plays
                .get(play)
                .is_some_and(|names| names.contains(name))
            || self.run.contains(name)
            || site.is_some_and(|site| sees(site, name))
    }

    /// Everything that is known there, for "did you mean".
    pub fn names(&self, play: usize) -> impl Iterator<Item = &str> {
        let plays = self.plays.get(play).into_iter().flatten();
        plays.chain(&self.run).map(String::as_str)
    }

    fn prompted(&mut self, play: &PlaySurvey) {
        let prompts = play.program.play.keywords.list(Key::VarsPrompt);
        let names = prompts.iter().filter_map(|prompt| prompt.get("name"));
        self.run
            .extend(names.filter_map(Node::as_str).map(str::to_owned));
    }

    /// The files that are named literally are known already.
    fn vars_files(&mut self, play: &PlaySurvey) {
        let files = play.program.play.keywords.list(Key::VarsFiles);
        self.open |= strings(files).any(|node| literal(node).is_none());
    }

    /// What a step may set.
    fn learn(&mut self, survey: &Survey, play: &PlaySurvey, site: &Site) {
        let task = &site.step.task;
        if let Some(name) = task.keywords.text(Key::Register) {
            self.run.insert(name.to_owned());
        }
        match task.action.short_name() {
            "set_fact" | "add_host" => {
                self.open |= task.action.template.is_some();
                for (name, _) in &task.action.args {
                    self.open |= Engine::is_template(name);
                    self.run.insert(name.clone());
                }
            }
            "include_vars" => self.included(survey, play, site),
            _ => {}
        }
    }

    fn included(&mut self, survey: &Survey, play: &PlaySurvey, site: &Site) {
        match site.step.task.action.arg("name").map(literal) {
            Some(Some(name)) => {
                self.run.insert(name.to_owned());
                return;
            }
            Some(None) => self.open = true,
            None => {}
        }
        let Some(files) = included_vars(survey, play, site) else {
            self.open = true;
            return;
        };
        // What is no file of variables cannot be meant; where it was named literally, another rule says so.
        let read = files
            .iter()
            .filter_map(|path| play.program.library.vars(path).ok());
        for vars in read {
            self.run.extend(vars.names().map(str::to_owned));
        }
    }
}

/// What the play's own frame, its roles and the inventory of its hosts define.
fn play_names(survey: &Survey, play: &PlaySurvey) -> BTreeSet<String> {
    let around = Surroundings {
        play: Some(Arc::clone(&play.context)),
        frame: play.context.frame.clone(),
        ..Surroundings::default()
    };
    let scope = Scope::new(survey.world, "localhost", around);
    let mut names: BTreeSet<_> = scope.variables().names().into_iter().collect();
    for role in &play.public {
        names.extend(role_names(role).map(str::to_owned));
    }
    let mut seen = HashSet::new();
    for host in hosts(survey, play) {
        let facts = survey.world.memory(&host).facts;
        add(&mut names, facts.keys().map(String::as_str));
        for vars in survey.world.inventory_layers(&host).iter() {
            // Hosts share what their groups say.
            if seen.insert(Arc::as_ptr(vars)) {
                add(&mut names, vars.names());
            }
        }
    }
    names
}

fn add<'a>(all: &mut BTreeSet<String>, names: impl Iterator<Item = &'a str>) {
    for name in names {
        if !all.contains(name) {
            all.insert(name.to_owned());
        }
    }
}

/// The play's hosts; all of the inventory where they are not known.
fn hosts(survey: &Survey, play: &PlaySurvey) -> Vec<String> {
    let own = play.host_names();
    if !own.is_empty() {
        return own.to_vec();
    }
    let inventory = survey
        .world
        .inventory
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    inventory
        .hosts()
        .map(|host| host.name().to_owned())
        .collect()
}

fn role_names(role: &Role) -> impl Iterator<Item = &str> {
    role.defaults.names().chain(role.vars.names())
}

/// What the frames around a step and its loops define.
fn sees(site: &Site, name: &str) -> bool {
    let of_role = |role: &Role| role.defaults.get(name).is_some() || role.vars.get(name).is_some();
    site.around.locals.contains(name)
        || site.loop_names().iter().any(|own| own == name)
        || site.step.frame.chain().any(|frame| {
            frame.vars.get(name).is_some()
                || frame.params.get(name).is_some()
                || frame.values.contains_key(name)
                || frame.role.as_deref().is_some_and(of_role)
        })
}
