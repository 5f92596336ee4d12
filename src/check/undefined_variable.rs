use {
    super::{
        Code, Finding, Severity,
        file::{TemplateFile, template_of},
        knowledge::Knowledge,
        site::Site,
        spot::spot,
        survey::Survey,
        text::{self, Text},
    },
    crate::{
        module::argument::nearest,
        playbook::Key,
        source::{Fault, Place},
        template::{Engine, Need},
    },
    std::collections::{BTreeSet, HashMap, HashSet},
};

/// Names that nothing defines: an error where they are read for certain and nothing unknown could define them.
pub(super) fn undefined_variable(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut search = Search {
        engine: &survey.world.engine,
        known: Knowledge::new(survey),
        frames: HashSet::new(),
        near: HashMap::new(),
        alone: survey.circumstances.alone || !survey.circumstances.inventory,
        findings,
    };
    for (index, play) in survey.plays.iter().enumerate() {
        let certain = survey.circumstances.whole;
        for node in play.program.play.keywords.list(Key::Hosts) {
            for text in text::of_value(node) {
                search.text(index, None, &Text { certain, ..text });
            }
        }
        for site in &play.sites {
            search.site(index, site);
            if let Some(file) = template_of(survey, play, site) {
                search.file(index, site, &file);
            }
        }
    }
}

struct Search<'a> {
    engine: &'a Engine,
    known: Knowledge,
    /// The frames that were looked at.
    frames: HashSet<*const crate::program::Frame>,
    alone: bool,
    /// What names nearly are, by play.
    near: HashMap<(usize, String), Option<String>>,
    findings: &'a mut Vec<Finding>,
}

impl Search<'_> {
    fn site(&mut self, play: usize, site: &Site) {
        let texts = text::of_step(site);
        if !texts.iter().any(Text::is_live) {
            return;
        }
        for text in texts.iter().filter(|text| text.is_live()) {
            self.text(play, Some(site), text);
        }
        for frame in site.step.frame.chain().skip(1) {
            if self.frames.insert(std::ptr::from_ref(frame)) {
                for text in text::of_frame(frame) {
                    self.text(play, Some(site), &text);
                }
            }
        }
    }

    fn text(&mut self, play: usize, site: Option<&Site>, text: &Text) {
        for need in text.needs(self.engine).needs {
            if self.is_fine(play, site, &need) {
                continue;
            }
            let place = spot(text.node, text.source, &need.range);
            let fault = self.fault(play, &need, &place);
            self.report(&need, text.certain, fault);
        }
    }

    fn file(&mut self, play: usize, site: &Site, file: &TemplateFile) {
        for need in self.engine.needs_of_file(&file.source).needs {
            if self.is_fine(play, Some(site), &need) {
                continue;
            }
            let place = Place::new(&file.source, need.range.start, need.range.end);
            let fault = self
                .fault(play, &need, &place)
                .note("rendered by this step", &file.named.place);
            self.report(&need, site.runs(), fault);
        }
    }

    fn is_fine(&self, play: usize, site: Option<&Site>, need: &Need) -> bool {
        self.known.defines(play, site, &need.name)
            || site.is_some_and(|site| guards(self.engine, site).contains(&need.name))
    }

    fn report(&mut self, need: &Need, certain: bool, fault: Fault) {
        // What a role expects of playbooks, or a playbook of an inventory, is theirs to give; a slip of the pen is not.
        if self.alone
            && fault
                .help_text()
                .is_none_or(|help| !help.starts_with("did you mean"))
        {
            return;
        }
        let severity = Severity::of(certain && need.certain && !self.known.open);
        self.findings
            .push(Finding::new(Code::UndefinedVariable, severity, fault));
    }

    fn fault(&mut self, play: usize, need: &Need, place: &Place) -> Fault {
        let name = &need.name;
        let fault = Fault::new(format!("nothing defines the variable `{name}`"))
            .at(place)
            .label("undefined");
        if name == "item" {
            return fault
                .help("only a step with a `loop` has it: is it mistyped or indented too deep?");
        }
        let known = &self.known;
        let near = self
            .near
            .entry((play, name.clone()))
            .or_insert_with(|| nearest(name, known.names(play)).map(str::to_owned));
        match near {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!(
                "set it in the inventory, in `vars` or with `-e {name}=…`, or give it a default: {{{{ {name} | default('') }}}}"
            )),
        }
    }
}

/// The names whose absence the step's conditions or its other texts ask for.
fn guards(engine: &Engine, site: &Site) -> BTreeSet<String> {
    let conditions = site.conditions().filter_map(|node| node.as_str());
    let mut guards: BTreeSet<_> = conditions
        .flat_map(|text| match Engine::is_template(text) {
            true => engine.needs_of_text(text).guarded,
            false => engine.needs_of_expression(text).guarded,
        })
        .collect();
    for text in text::of_step(site) {
        guards.extend(text.needs(engine).guarded);
    }
    guards
}
