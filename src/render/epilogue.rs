use {
    super::{Label, Screen, failure_log::FailureLog, printable::on_one_line},
    crate::{
        event::{Recap, Tally},
        wire::Object,
    },
    std::{collections::BTreeMap, io::Write},
};

/// So many hosts are named; the others are counted.
const MOST_HOSTS: usize = 20;

/// Writes what the run came to: the recap as Ansible aligns it, then what a person has to know besides.
pub(super) fn epilogue<W: Write>(
    screen: &mut Screen<W>,
    recap: &Recap,
    failures: &FailureLog,
    dry: bool,
) {
    screen.banner("PLAY RECAP");
    for (host, tally) in &recap.hosts {
        tally_line(screen, host, tally, dry);
    }
    screen.line(Label::Plain, "");
    statistics(screen, recap);
    causes(screen, recap, failures);
    owed(screen, recap);
    interrupted(screen, recap);
}

/// What `set_stats` collected: for each host, then for the run, whose names have no dot.
fn statistics<W: Write>(screen: &mut Screen<W>, recap: &Recap) {
    if recap.stats.is_empty() || !screen.style().custom_stats {
        return;
    }
    let mut hosts: BTreeMap<&str, Object> = BTreeMap::new();
    let mut run = Object::new();
    for (name, value) in &recap.stats {
        let (all, name) = match name.rsplit_once('.') {
            Some((host, name)) => (hosts.entry(host).or_default(), name),
            None => (&mut run, name.as_str()),
        };
        all.insert(name.to_owned(), value.clone());
    }
    screen.banner("CUSTOM STATS:");
    for (host, values) in hosts {
        screen.line(
            Label::Plain,
            &format!("\t{}: {}", on_one_line(host), json(values)),
        );
    }
    if !run.is_empty() {
        screen.line(Label::Plain, "");
        screen.line(Label::Plain, &format!("\tRUN: {}", json(run)));
    }
    screen.line(Label::Plain, "");
}

fn json(values: Object) -> String {
    on_one_line(&serde_json::Value::Object(values).to_string()).into_owned()
}

fn tally_line<W: Write>(screen: &mut Screen<W>, host: &str, tally: &Tally, dry: bool) {
    let host = on_one_line(host);
    let padding = format!(
        "{} :",
        " ".repeat(26_usize.saturating_sub(host.chars().count()))
    );
    let mut counts = vec![
        (Label::Ok, "ok", tally.ok),
        (Label::Changed, "changed", tally.changed),
        (Label::Unreachable, "unreachable", tally.unreachable),
        (Label::Failed, "failed", tally.failed),
        (Label::Skipped, "skipped", tally.skipped),
        (Label::Ok, "rescued", tally.rescued),
        (Label::Ignored, "ignored", tally.ignored),
    ];
    if dry {
        counts.push((Label::Unknown, "unknown", tally.unknown));
    }
    let counts = counts.into_iter().map(|(label, name, count)| {
        let label = if count > 0 { label } else { Label::Plain };
        (label, format!("{name}={count:<4}"))
    });
    let counts = counts.collect::<Vec<_>>();
    let mut parts = vec![(worst(tally), &*host), (Label::Plain, padding.as_str())];
    for (label, count) in &counts {
        parts.extend([(Label::Plain, " "), (*label, count.as_str())]);
    }
    screen.parts(&parts);
}

fn worst(tally: &Tally) -> Label {
    if tally.failed + tally.unreachable > 0 {
        Label::Failed
    } else if tally.changed > 0 {
        Label::Changed
    } else {
        Label::Ok
    }
}

fn causes<W: Write>(screen: &mut Screen<W>, recap: &Recap, failures: &FailureLog) {
    for (cause, hosts) in failures.causes(recap) {
        let label = match cause.title {
            "UNREACHABLE" => Label::Unreachable,
            _ => Label::Failed,
        };
        let hosts = named(&hosts);
        let place = match cause.place.as_str() {
            "" => String::new(),
            place => format!(" at {place}"),
        };
        let task = on_one_line(&cause.task);
        screen.line(
            label,
            &format!("{} on {hosts}: [{task}]{place}", cause.title),
        );
        screen.line(Label::Plain, &cause.text);
        screen.line(Label::Plain, "");
    }
}

fn owed<W: Write>(screen: &mut Screen<W>, recap: &Recap) {
    if recap.owed.is_empty() {
        return;
    }
    screen.line(Label::Warning, "Handlers that were notified but not run:");
    for (host, handlers) in &recap.owed {
        let line = format!("{host}: {}", handlers.join(", "));
        screen.line(Label::Plain, &format!("    {}", on_one_line(&line)));
    }
    screen.line(Label::Plain, "");
}

fn interrupted<W: Write>(screen: &mut Screen<W>, recap: &Recap) {
    if recap.interrupted.is_empty() {
        return;
    }
    screen.line(
        Label::Warning,
        "Interrupted; whether these steps were carried out is not known:",
    );
    for (host, task) in &recap.interrupted {
        let line = format!("{host}: [{task}]");
        screen.line(Label::Plain, &format!("    {}", on_one_line(&line)));
    }
    screen.line(Label::Plain, "");
}

fn named(hosts: &[String]) -> String {
    let shown = hosts.iter().take(MOST_HOSTS);
    let shown = shown
        .map(|host| on_one_line(host).into_owned())
        .collect::<Vec<_>>();
    match hosts.len().saturating_sub(MOST_HOSTS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
