//! `validate` of a site of five hundred files.

use std::{fs, path::Path};

use super::Scenario;
use crate::{
    Outcome,
    bench::Bench,
    command::finish,
    home::Home,
    race::{Entrant, race},
    record::{FARCAST, Record, Unit},
};

/// Roles of five files each; two of these are the playbook's share: itself and the variables of all.
const ROLES: usize = 100;

pub const VALIDATE: Scenario = Scenario {
    name: "validate",
    work: "validate of 500 files",
    measure,
};

fn measure(bench: &Bench, record: &mut Record) -> Outcome<()> {
    let home = tempfile::tempdir()?;
    for role in 0..ROLES {
        write_role(&home.path().join(format!("roles/role{role}")), role)?;
    }
    let roles: String = (0..ROLES)
        .map(|role| format!("    - role{role}\n"))
        .collect();
    fs::write(
        home.path().join("site.yml"),
        format!("- hosts: all\n  roles:\n{roles}"),
    )?;
    let validate = || {
        let mut command = Home::new(bench, home.path()).farcast();
        command.args(["validate", "-i", "h,", "site.yml"]);
        finish(command).map(drop)
    };
    record.series = race(bench.runs, vec![Entrant::new(FARCAST, validate)]);
    record.at_most("time", Unit::Seconds, record.median(FARCAST), 0.1);
    Ok(())
}

/// A role of five files.
fn write_role(role: &Path, number: usize) -> Outcome<()> {
    let file = |path: &str, text: String| -> Outcome<()> {
        let path = role.join(path);
        fs::create_dir_all(path.parent().ok_or("no directory")?)?;
        Ok(fs::write(path, text)?)
    };
    let task = |i: usize| {
        format!(
            "- name: Write part {i} of {number}\n  copy:\n    content: \"{{{{ role{number}_text }}}} {i}\\n\"\n    \
             dest: \"{{{{ role{number}_place }}}}/part{i}\"\n    mode: \"0644\"\n  when: role{number}_on\n  \
             notify: Restart {number}\n"
        )
    };
    let tasks = |range: std::ops::Range<usize>| range.map(task).collect::<String>();
    file("tasks/main.yml", tasks(0..5) + "- import_tasks: more.yml\n")?;
    file("tasks/more.yml", tasks(5..10))?;
    let handler = format!(
        "- name: Restart {number}\n  service:\n    name: service{number}\n    state: restarted\n"
    );
    file("handlers/main.yml", handler)?;
    file(
        "defaults/main.yml",
        format!("role{number}_on: true\nrole{number}_text: some text\n"),
    )?;
    file(
        "vars/main.yml",
        format!("role{number}_place: /srv/role{number}\n"),
    )
}
