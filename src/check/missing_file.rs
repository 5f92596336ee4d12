use {
    super::{
        Code, Finding, Severity,
        file::named_by,
        site::{Site, literal},
        survey::{PlaySurvey, Survey, vars_file_places},
    },
    crate::{
        playbook::Key,
        source::{Fault, Node, Place},
    },
    std::path::{Path, PathBuf},
};

/// Files on the controller that steps and plays name and that are nowhere. Once a step may have written files here, what is
/// not there now may be there in time; what lies outside of the content may be on another machine.
pub(super) fn missing_file(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut written = false;
    for play in &survey.plays {
        vars_files(play, findings);
        let local = play.host_names().iter().any(|name| is_local(survey, name));
        for site in &play.sites {
            if let Some(named) = named_by(site) {
                let places = named.places(survey, play, site);
                if !places.iter().any(|path| path.exists()) {
                    let fault = fault(&named.name, &places, &named.node.place);
                    let ours = !Path::new(&named.name).is_absolute();
                    let severity = Severity::of(site.runs() && !written && ours);
                    findings.push(Finding::new(Code::MissingFile, severity, fault));
                }
            }
            written |= writes_here(site, local);
        }
    }
}

/// `vars_files` that are not there are passed over in silence, as Ansible does: what they were to set is missing then.
fn vars_files(play: &PlaySurvey, findings: &mut Vec<Finding>) {
    for node in play.program.play.keywords.list(Key::VarsFiles) {
        let choices = node.as_list().unwrap_or(std::slice::from_ref(node));
        let Some(names) = choices.iter().map(literal).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let places: Vec<_> = names
            .iter()
            .flat_map(|name| vars_file_places(&play.program, name))
            .collect();
        if !places.iter().any(|path| Path::is_file(path)) {
            let fault = fault(&names.join("` or `"), &places, &node.place);
            findings.push(Finding::new(Code::MissingFile, Severity::Warning, fault));
        }
    }
}

fn fault(name: &str, places: &[PathBuf], place: &Place) -> Fault {
    let looked: Vec<_> = places
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Fault::new(format!("`{name}` is not there"))
        .at(place)
        .help(format!("looked for {}", looked.join(", ")))
}

/// Steps that leave the files of the host they run on alone.
const HARMLESS: &[&str] = &[
    "add_host",
    "assert",
    "debug",
    "fail",
    "find",
    "group_by",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "pause",
    "ping",
    "set_fact",
    "set_stats",
    "setup",
    "slurp",
    "stat",
    "wait_for",
    "wait_for_connection",
];

/// Whether a step may write files on the controller.
fn writes_here(site: &Site, local: bool) -> bool {
    let frame = &site.step.frame;
    let short = site.step.task.action.short_name();
    if HARMLESS.contains(&short) {
        return false;
    }
    let delegated = frame.keyword(Key::DelegateTo);
    let connection = frame.keyword(Key::Connection);
    local
        || short == "fetch"
        || frame.keyword(Key::LocalAction).is_some()
        || delegated.is_some_and(|node| literal(node).is_none_or(is_here))
        || connection.is_some_and(is_local_connection)
}

fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "::1"].contains(&host)
}

fn is_local(survey: &Survey, host: &str) -> bool {
    let layers = survey.world.inventory_layers(host);
    let mut said = layers.iter().rev();
    match said.find_map(|vars| vars.get("ansible_connection")) {
        Some(node) => is_local_connection(node),
        None => host == "localhost",
    }
}

fn is_local_connection(node: &Node) -> bool {
    literal(node).is_none_or(|name| name.rsplit('.').next() == Some("local"))
}
