use {
    super::{
        Code, Finding, Severity,
        site::literal,
        survey::{PlaySurvey, Survey},
    },
    crate::{
        control,
        playbook::{Key, Strategy, boolean},
        program::Step,
        source::{Fault, Node},
    },
};

/// Strategies that do not exist, and what a play asks for that its strategy cannot give.
pub(super) fn strategy(survey: &Survey, findings: &mut Vec<Finding>) {
    let default = survey.world.settings.strategy;
    let mut found = |severity, fault| {
        findings.push(Finding::new(Code::UnsupportedKeyword, severity, fault));
    };
    for play in &survey.plays {
        let node = play.program.play.keywords.get(Key::Strategy);
        let strategy = match node.map(|node| (node, literal(node))) {
            None => default,
            Some((node, Some(name))) => match Strategy::find(name) {
                Some(strategy) => strategy,
                None => {
                    found(Severity::Error, no_such_strategy(name).at(&node.place));
                    continue;
                }
            },
            // Its name is known only during the run.
            Some((_, None)) => continue,
        };
        if !strategy.keeps_step() {
            out_of_step(play, &mut found);
        }
    }
}

/// What only hosts that wait for each other can do.
fn out_of_step(play: &PlaySurvey, found: &mut impl FnMut(Severity, Fault)) {
    if let Some(node) = play.program.play.keywords.get(Key::MaxFailPercentage) {
        found(Severity::Warning, unheeded("max_fail_percentage", node));
    }
    for site in &play.sites {
        if runs_once(&site.step) {
            let severity = Severity::of(site.reached);
            found(severity, once_for_all(&site.step));
        }
    }
    let fatal = first(play, Key::AnyErrorsFatal).map(|node| unheeded("any_errors_fatal", node));
    let once = first(play, Key::RunOnce)
        .map(|node| unheeded("run_once", node).label("every host runs it"));
    for fault in fatal.into_iter().chain(once) {
        found(Severity::Warning, fault);
    }
}

/// The first place in a play that sets a keyword to true.
fn first(play: &PlaySurvey, key: Key) -> Option<&Node> {
    let steps = play.sites.iter().map(|site| &site.step);
    steps
        .filter(|step| !step.steers())
        .filter_map(|step| step.frame.keyword(key))
        .find(|node| boolean(node) == Some(true))
}

fn unheeded(keyword: &str, node: &Node) -> Fault {
    Fault::new(format!(
        "`{keyword}` means nothing where hosts do not wait for each other"
    ))
    .at(&node.place)
    .help("use `strategy: linear` for this play")
}

fn runs_once(step: &Step) -> bool {
    let name = step.task.action.name.as_str().unwrap_or_default();
    control::find(name).is_some_and(|entry| entry.once)
}

/// The fault for a step that is done once for all hosts, in a play whose hosts do not wait for each other.
pub fn once_for_all(step: &Step) -> Fault {
    let action = &step.task.action;
    Fault::new(format!(
        "`{}` is done once for all hosts, and the hosts of this play do not wait for each other",
        action.short_name()
    ))
    .at(&action.name.place)
    .help("move it to a play with `strategy: linear`")
}

/// The fault for a strategy of that name.
pub fn no_such_strategy(name: &str) -> Fault {
    let fault = match name.rsplit('.').next() {
        Some("debug") => Fault::new("farcast has no debugger, and so no strategy `debug`"),
        _ => Fault::new(format!("there is no strategy `{name}`")),
    };
    fault.help("use `linear`, `free` or `host_pinned`")
}
