//! Whom PostgreSQL lets in.

use farcast::sandbox::HostView;

use super::stage::{STRANGER, Stage};

pub fn lets_in_whom_pg_hba_names(stage: &Stage, host: &HostView) -> Result<(), String> {
    let answer = psql(
        stage,
        host,
        "postgres",
        &["-h", "/var/run/postgresql", "-U", "postgres"],
    )?;
    if answer != "1\n" {
        return Err(format!("the owner is not let in: {answer}"));
    }
    // Each of these is turned away by another line of the file.
    let refusals = [
        (
            STRANGER,
            "/var/run/postgresql",
            "pg_hba.conf rejects connection",
        ),
        (
            "postgres",
            "/var/run/postgresql",
            "Peer authentication failed",
        ),
        ("postgres", "127.0.0.1", "no password supplied"),
        ("postgres", "::1", "no pg_hba.conf entry"),
    ];
    for (user, place, reason) in refusals {
        match psql(stage, host, "operator", &["-h", place, "-U", user]) {
            Err(refusal) if refusal.contains(reason) => {}
            Err(other) => return Err(format!("{user} at {place}: {other}")),
            Ok(_) => return Err(format!("{user} was let in at {place}")),
        }
    }
    Ok(())
}

/// Asks the server a question as an account of the host.
fn psql(stage: &Stage, host: &HostView, account: &str, options: &[&str]) -> Result<String, String> {
    let mut argv = vec!["runuser", "-u", account, "--", "psql", "-w", "-At"];
    argv.extend(options);
    argv.extend(["-d", "postgres", "-c", "select 1"]);
    stage.on(host, &argv)
}
