use {
    super::{
        Code, Finding, Severity,
        knowledge::Knowledge,
        site::{Site, is_templated},
        survey::{PlaySurvey, Survey},
        walker::included_role,
    },
    crate::{
        control::violations,
        module::argument::nearest,
        playbook::boolean,
        program::{FrameKind, Role},
        source::{Fault, Kind, Node, Place},
        template,
        wire::Object,
    },
    std::sync::Arc,
};

/// Arguments that a role's specification refuses. Templates are believed, and so is whatever else may give an argument.
pub(super) fn role_argument(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut known = None;
    for (index, play) in survey.plays.iter().enumerate() {
        for site in &play.sites {
            let Some(usage) = listed(site).or_else(|| included(play, site)) else {
                continue;
            };
            let judge = Judge {
                survey,
                play: index,
                site,
                known: known.get_or_insert_with(|| Known::new(survey)),
                usage,
            };
            let severity = Severity::of(site.runs());
            let faults = judge.faults().into_iter();
            findings.extend(faults.map(|fault| Finding::new(Code::RoleArgument, severity, fault)));
        }
    }
}

/// One use of a role that says what arguments it takes.
struct Usage {
    role: Arc<Role>,
    place: Place,
    /// Each argument and what is said of it.
    spec: Vec<(String, Node)>,
    /// The parameters that a list of roles gives.
    params: Vec<(String, Node)>,
}

/// A role that a play, another role or `import_role` names: its arguments are a step of their own.
fn listed(site: &Site) -> Option<Usage> {
    let action = &site.step.task.action;
    let Kind::Unsafe(spec) = &action.arg("argument_spec")?.kind else {
        return None;
    };
    let frame = site.step.frame.chain().find(|frame| frame.role.is_some())?;
    if frame.kind == FrameKind::Include {
        return None;
    }
    Some(Usage {
        role: Arc::clone(frame.role.as_ref()?),
        place: frame.usage.as_ref()?.place.clone(),
        spec: entries(spec),
        params: action.arg("provided_arguments").map_or(Vec::new(), entries),
    })
}

/// A role that a step includes.
fn included(play: &PlaySurvey, site: &Site) -> Option<Usage> {
    let step = &site.step;
    let action = &step.task.action;
    if action.short_name() != "include_role" || action.arg("apply").is_some() {
        return None;
    }
    let validate = action.arg("rolespec_validate");
    if validate.is_some_and(|node| boolean(node) != Some(true)) {
        return None;
    }
    let (named, name, parts) = included_role(action)?;
    let library = &play.program.library;
    let role = library
        .role(name, &parts, Some(&step.frame), &named.place)
        .ok()?;
    let spec = role.argument_specs.as_ref()?.get(&parts.tasks)?;
    Some(Usage {
        spec: spec.get("options").map_or(Vec::new(), entries),
        place: named.place.clone(),
        params: Vec::new(),
        role,
    })
}

fn entries(node: &Node) -> Vec<(String, Node)> {
    let entries = node.as_map().unwrap_or_default().iter();
    entries
        .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone())))
        .collect()
}

/// What may define variables beside what is written around a use.
struct Known {
    names: Knowledge,
    /// Everything that may define a variable is known.
    whole: bool,
}

impl Known {
    fn new(survey: &Survey) -> Self {
        let names = Knowledge::new(survey);
        let foreign = survey.sites().any(|(play, site)| {
            let name = site.step.task.action.name.as_str().unwrap_or_default();
            let library = &play.program.library;
            library.is_foreign(name, &site.step.frame, &play.context.role_list())
        });
        Self {
            whole: !names.open && !foreign && !survey.circumstances.alone,
            names,
        }
    }
}

/// What an argument is given.
enum Given {
    Written(Node),
    Nothing,
    /// Something, or perhaps nothing: only a run knows.
    Unknown,
}

struct Judge<'a> {
    survey: &'a Survey<'a>,
    play: usize,
    site: &'a Site,
    known: &'a Known,
    usage: Usage,
}

impl Judge<'_> {
    fn faults(&self) -> Vec<Fault> {
        let wrong = self.usage.spec.iter();
        let wrong = wrong.filter_map(|(name, option)| self.wrong(name, option));
        wrong.chain(self.strangers()).collect()
    }

    fn wrong(&self, name: &str, option: &Node) -> Option<Fault> {
        let mut given = Object::new();
        let place = match self.given(name, option) {
            Given::Written(node) => {
                given.insert(name.to_owned(), template::to_json(&template::raw(&node)));
                node.place
            }
            Given::Nothing => self.usage.place.clone(),
            Given::Unknown => return None,
        };
        let spec = template::to_json(&template::raw(option));
        let spec = Object::from_iter([(name.to_owned(), spec)]);
        let errors = violations(&spec, given);
        (!errors.is_empty()).then(|| {
            let message = format!("the role `{}`: {}", self.usage.role.name, errors.join("; "));
            let note = "the role says here what it takes";
            Fault::new(message).at(&place).note(note, &option.place)
        })
    }

    /// Parameters that are no arguments of the role.
    fn strangers(&self) -> impl Iterator<Item = Fault> {
        let spec = self.usage.spec.iter();
        let names: Vec<_> = spec
            .flat_map(|(name, option)| [name.clone()].into_iter().chain(aliases(option)))
            .collect();
        let params = self.usage.params.iter();
        params
            .filter(|(name, _)| !names.contains(name))
            .map(|(name, value)| {
                let role = &self.usage.role.name;
                let message = format!("the role `{role}` has no argument `{name}`");
                let fault = Fault::new(message).at(&value.place);
                match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help("its `meta/argument_specs.yml` lists the arguments"),
                }
            })
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn given(&self, name: &str, option: &Node) -> Given {
        let param = |name: &str| self.usage.params.iter().rfind(|(own, _)| own == name);
        let named = aliases(option).iter().rev().find_map(|alias| param(alias));
        let node = match named.or_else(|| param(name)) {
            Some((_, node)) => Some(node),
            None => match self.variable(name) {
                Ok(node) => node,
                Err(Unsure) => return Given::Unknown,
            },
        };
        match node {
            Some(node) if is_templated(node) => Given::Unknown,
            Some(node) => Given::Written(node.clone()),
            None => Given::Nothing,
        }
    }

    /// The variable's value as it is written around the use, where nothing can be stronger; nothing where nothing defines it.
    fn variable(&self, name: &str) -> Result<Option<&Node>, Unsure> {
        let frame = &self.site.step.frame;
        let around = &self.site.around.locals;
        let looping = around.contains(name) || self.site.loop_names().iter().any(|own| own == name);
        if looping || self.survey.world.extra.get(name).is_some() {
            return Err(Unsure);
        }
        for frame in frame.chain() {
            if frame.values.contains_key(name) {
                return Err(Unsure);
            }
            if let Some(node) = frame.params.get(name) {
                return Ok(Some(node));
            }
        }
        if self.known.names.changes(name) {
            return Err(Unsure);
        }
        let mut inner = frame.chain().filter(|frame| frame.kind != FrameKind::Play);
        if let Some(node) = inner.find_map(|frame| frame.vars.get(name)) {
            return match self.known.names.unsettled {
                true => Err(Unsure),
                false => Ok(Some(node)),
            };
        }
        let role = &self.usage.role;
        let own = role.vars.get(name).is_some() || role.defaults.get(name).is_some();
        let site = Some(self.site);
        match own || !self.known.whole || self.known.names.defines(self.play, site, name) {
            true => Err(Unsure),
            false => Ok(None),
        }
    }
}

/// Only a run knows.
struct Unsure;

fn aliases(option: &Node) -> Vec<String> {
    let aliases = option.get("aliases").and_then(Node::as_list);
    let aliases = aliases.unwrap_or_default().iter();
    aliases
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect()
}
