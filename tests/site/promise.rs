//! What the plan foretold, and whether the apply kept it.

use std::collections::{BTreeMap, BTreeSet};

use farcast::event::{Event, Finished, Kind, Status};

use super::story::farcast_program::Ran;

/// What was said before and while the hosts were provisioned.
pub struct Promise {
    pub plan: Ran,
    pub apply: Ran,
}

type Check = fn(&Promise) -> Result<(), String>;

pub const CHECKS: [(&str, Check); 4] = [
    (
        "the very first plan goes through and says what will change",
        plan_names_what_will_change,
    ),
    ("apply provisions both hosts", apply_succeeds),
    ("apply changes what the plan named", kept),
    ("handlers run once", handlers_run_once),
];

fn plan_names_what_will_change(promise: &Promise) -> Result<(), String> {
    if promise.plan.code != 3 {
        return Err(promise.plan.said());
    }
    let events = promise.plan.events()?;
    for host in ["debian", "centos"] {
        let named = format!("{:?}", results(&events, host));
        let wanted = [
            "prusa_admin",
            "prusa_non_admin",
            "curl",
            "nginx",
            "/etc/nginx/conf.d/greeting.conf",
            "/opt/greeting/greeting",
            "pg_hba.conf",
            "/etc/cron.d/greeting",
            "supervisor",
            // What is known only after an apply.
            "status: Unknown",
            "service nginx is not there",
        ];
        if let Some(missing) = wanted.iter().find(|name| !named.contains(**name)) {
            return Err(format!("{host}: the plan does not name {missing}"));
        }
    }
    Ok(())
}

fn apply_succeeds(promise: &Promise) -> Result<(), String> {
    if promise.apply.code == 0 {
        Ok(())
    } else {
        Err(promise.apply.said())
    }
}

/// Whatever changed was named before, as a change or as known after apply.
fn kept(promise: &Promise) -> Result<(), String> {
    let named = steps(&promise.plan.events()?, &[Status::Changed, Status::Unknown]);
    let done = steps(&promise.apply.events()?, &[Status::Changed]);
    let surprises: Vec<_> = done.difference(&named).collect();
    if surprises.is_empty() && !done.is_empty() {
        Ok(())
    } else {
        Err(format!("changed without being named: {surprises:?}"))
    }
}

fn handlers_run_once(promise: &Promise) -> Result<(), String> {
    let mut runs: BTreeMap<String, u32> = BTreeMap::new();
    for event in promise.apply.events()? {
        if let Event::TaskStarted {
            kind: Kind::Handler,
            name,
            ..
        } = event
        {
            *runs.entry(name).or_default() += 1;
        }
    }
    let wanted = ["Reload PostgreSQL", "Reload nginx", "Restart greeting"];
    let named = |name: &str| runs.iter().find(|(run, _)| run.ends_with(name));
    match wanted
        .iter()
        .find(|name| named(name).is_none_or(|(_, count)| *count != 1))
    {
        None => Ok(()),
        Some(name) => Err(format!("`{name}` did not run once: {runs:?}")),
    }
}

fn results<'a>(events: &'a [Event], host: &str) -> Vec<&'a Finished> {
    let result = |event: &'a Event| match event {
        Event::HostFinished {
            host: name, result, ..
        }
        | Event::ItemFinished {
            host: name, result, ..
        } if name == host => Some(result),
        _ => None,
    };
    events.iter().filter_map(result).collect()
}

/// The tasks that ended so, each by its place and host. Handlers follow from them.
fn steps(events: &[Event], ends: &[Status]) -> BTreeSet<(String, String)> {
    let (mut steps, mut current) = (BTreeSet::new(), None);
    for event in events {
        match event {
            Event::TaskStarted { kind, place, .. } => {
                current = (*kind == Kind::Task).then(|| place.clone());
            }
            Event::HostFinished { host, result, .. } if ends.contains(&result.status) => {
                steps.extend(current.clone().map(|place| (place, host.clone())));
            }
            _ => {}
        }
    }
    steps
}
