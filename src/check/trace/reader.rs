use {
    crate::{
        check::{
            file::template_of,
            site::Site,
            spot::spot,
            survey::{PlaySurvey, Survey},
            text::{self, Text},
        },
        playbook::Key,
        program::{Frame, FrameKind},
        source::{Fault, Node, Place},
        template::{Engine, Needs},
    },
    std::{collections::HashSet, ops::Range, path::PathBuf, sync::PoisonError},
};

/// A place that reads a variable.
#[derive(Clone, Debug)]
pub struct Reader {
    pub place: Place,
    /// What stands there, such as "the task `Write the configuration`".
    pub what: String,
}

/// Every reader that can be found without a run: the variables of the inventory and of the play, then the play's steps.
pub(super) fn all(
    survey: &Survey,
    play: Option<&PlaySurvey>,
    host: &str,
    name: &str,
) -> Result<Vec<Reader>, Fault> {
    let mut search = Search {
        engine: &survey.world.engine,
        name,
        found: Vec::new(),
        seen: HashSet::new(),
        frames: HashSet::new(),
    };
    search.inventory(survey, host)?;
    if let Some(play) = play {
        for role in play.program.roles.iter().chain(&play.public) {
            search.variables(role.defaults.iter());
            search.variables(role.vars.iter());
        }
        search.variables(play.context.files().iter());
        for node in play.program.play.keywords.list(Key::Hosts) {
            search.texts(text::of_value(node), "the play's `hosts`");
        }
        for site in &play.sites {
            search.site(survey, play, site);
        }
    }
    search.variables(survey.world.extra.iter());
    Ok(search.found)
}

struct Search<'a> {
    engine: &'a Engine,
    name: &'a str,
    found: Vec<Reader>,
    seen: HashSet<(PathBuf, usize)>,
    /// The frames that were looked at.
    frames: HashSet<*const Frame>,
}

impl Search<'_> {
    fn inventory(&mut self, survey: &Survey, host: &str) -> Result<(), Fault> {
        let inventory = survey.world.inventory.read();
        let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
        for layer in inventory.layers(host, &survey.world.store)? {
            let entries = layer.variables.entries().iter();
            self.variables(entries.map(|(name, node)| (name, node)));
        }
        Ok(())
    }

    fn variables<'n>(&mut self, variables: impl Iterator<Item = (&'n String, &'n Node)>) {
        for (variable, node) in variables {
            self.texts(text::of_value(node), &format!("the variable `{variable}`"));
        }
    }

    fn site(&mut self, survey: &Survey, play: &PlaySurvey, site: &Site) {
        for frame in site.step.frame.chain() {
            self.frame(frame);
        }
        let kind = if site.step.handler { "handler" } else { "task" };
        let what = format!("the {kind} `{}`", site.step.title());
        self.texts(text::of_step(site), &what);
        let task = &site.step.task;
        if let ("debug", Some(node)) = (task.action.short_name(), task.action.arg("var"))
            && let Some(source) = node.as_str()
        {
            let bare = Text {
                node,
                source,
                bare: true,
                certain: false,
            };
            self.texts(vec![bare], &what);
        }
        if let Some(file) = template_of(survey, play, site) {
            let needs = self.engine.needs_of_file(&file.source);
            if let Some(at) = self.reads(&needs, file.source.text()) {
                let place = Place::new(&file.source, at.start, at.end);
                self.push(&place, &format!("the template of {what}"));
            }
        }
    }

    /// What stands around a step: variables, then keywords.
    fn frame(&mut self, frame: &Frame) {
        if !self.frames.insert(std::ptr::from_ref(frame)) {
            return;
        }
        self.variables(frame.vars.iter());
        self.variables(frame.params.iter());
        if let Some(role) = &frame.role {
            self.variables(role.defaults.iter());
            self.variables(role.vars.iter());
        }
        let what = match frame.kind {
            FrameKind::Task => return,
            FrameKind::Play => "the play",
            FrameKind::Role => "the use of a role",
            FrameKind::Block => "a block",
            FrameKind::Import => "an import",
            FrameKind::Include => "an include",
        };
        self.texts(text::of_frame(frame), what);
    }

    fn texts(&mut self, texts: Vec<Text>, what: &str) {
        for text in texts {
            let needs = text.needs(self.engine);
            if let Some(at) = self.reads(&needs, text.source) {
                self.push(&spot(text.node, text.source, &at), what);
            }
        }
    }

    /// Where a text reads the variable; what asks whether it is defined reads it, too.
    fn reads(&self, needs: &Needs, source: &str) -> Option<Range<usize>> {
        if let Some(need) = needs.needs.iter().find(|need| need.name == self.name) {
            return Some(need.range.clone());
        }
        let guarded = needs.guarded.contains(self.name);
        let at = source.find(self.name).filter(|_| guarded)?;
        Some(at..at + self.name.len())
    }

    fn push(&mut self, place: &Place, what: &str) {
        if self.seen.insert((place.path().to_owned(), place.start())) {
            self.found.push(Reader {
                place: place.clone(),
                what: what.to_owned(),
            });
        }
    }
}
