//! What must be true of a host once it is provisioned, each with a sentence for people.

use std::{
    thread,
    time::{Duration, Instant},
};

use farcast::{
    event::{Event, Recap},
    sandbox::HostView,
};

use super::{baseline, database, door, farcast_program::Ran, stage::Stage, web};

/// Looks at a host and says what is wrong.
type Check = fn(&Stage, &HostView) -> Result<(), String>;

/// All proofs, in the order of the story: the first greeting must be the first.
pub const PROOFS: [(&str, Check); 9] = [
    ("curl, wget, vim, nano and jq run", baseline::has_the_tools),
    (
        "prusa_admin and prusa_non_admin log in with their keys",
        door::lets_the_users_in,
    ),
    (
        "`sudo -n true` works for prusa_admin only",
        door::lets_one_be_root,
    ),
    ("no password opens the door", door::takes_no_password),
    (
        "over HTTPS: “Nice to meet you Ada”, then “Hello again Ada”",
        web::greets,
    ),
    (
        "the certificate proves the host, and HTTP leads to HTTPS",
        web::proves_who_it_is,
    ),
    (
        "the service is killed, and supervisor brings it back",
        web::comes_back,
    ),
    (
        "PostgreSQL lets in whom pg_hba.conf names, and nobody else",
        database::lets_in_whom_pg_hba_names,
    ),
    (
        "cron purges what is older than an hour",
        baseline::forgets_by_cron,
    ),
];

/// How long a host may take to come to what is asked.
const DEADLINE: Duration = Duration::from_secs(30);

/// Asks again until it is so.
///
/// # Errors
/// The last answer before the deadline.
pub fn until(what: &str, mut ask: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    let began = Instant::now();
    loop {
        match ask() {
            Ok(()) => return Ok(()),
            Err(error) if began.elapsed() > DEADLINE => return Err(format!("{what}: {error}")),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// A second apply changes nothing.
///
/// # Errors
/// What it says.
pub fn unchanged(stage: &Stage) -> Result<(), String> {
    let ran = stage.run(&["apply", "--format", "jsonl"])?;
    let recap = recap(&ran)?;
    let still = recap
        .hosts
        .iter()
        .all(|(_, tally)| tally.changed == 0 && tally.ok > 0);
    if ran.code == 0 && still {
        Ok(())
    } else {
        Err(ran.said())
    }
}

/// A plan says that there is nothing to do.
///
/// # Errors
/// What it says.
pub fn settled(stage: &Stage) -> Result<(), String> {
    let ran = stage.run(&["plan"])?;
    if ran.code == 0 {
        Ok(())
    } else {
        Err(ran.said())
    }
}

fn recap(ran: &Ran) -> Result<Recap, String> {
    let recap = ran.events()?.into_iter().find_map(|event| match event {
        Event::RunFinished(recap) => Some(recap),
        _ => None,
    });
    recap.ok_or_else(|| ran.said())
}
