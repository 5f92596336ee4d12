use super::{
    AgentProgram, Become, Pipe, Transport, Unreachable,
    dialogue::{Dialogue, Heard},
    line::{Line, Script},
};
use std::time::Duration;

const SCRIPT: &str = include_str!("bootstrap.sh");
const SHORTCUT: &str = concat!(include_str!("shortcut.sh"), include_str!("bootstrap.sh"));

/// How the agent is looked for on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// Where it lies in its usual place, it is taken to run.
    Quick,
    /// It is tried before.
    Thorough,
}

/// Starts the bootstrap on the host and goes through it until the agent speaks next; says how the agent was found.
pub(super) async fn start(
    transport: &dyn Transport,
    becoming: Option<&Become>,
    program: &AgentProgram,
    patience: Duration,
    search: Search,
) -> Result<(Dialogue, Search), Unreachable> {
    let text = match search {
        Search::Quick => SHORTCUT,
        Search::Thorough => SCRIPT,
    };
    let script = Script::new(text, &program.kinds()?);
    let line = match becoming {
        None if search == Search::Quick => Line::shortcut(&script),
        None => Line::shell(&script),
        Some(becoming) => becoming.line(&script)?,
    };
    let pipe: Pipe = transport.exec(&line).await?;
    let mut dialogue = Dialogue::new(pipe, patience);
    arrive(&mut dialogue, becoming).await?;
    let found = deliver(&mut dialogue, program).await?;
    Ok((dialogue, found))
}

/// Waits until the shell runs as the right user, answering the question for a password once.
async fn arrive(dialogue: &mut Dialogue, becoming: Option<&Become>) -> Result<(), Unreachable> {
    let mut answered = false;
    let mut read = 0;
    loop {
        match dialogue.hear().await? {
            Heard::Line(line) if line == "HERE" => return Ok(()),
            Heard::Line(line) => return Err(Unreachable::NotAnAgent(line)),
            Heard::End => return Err(stopped(dialogue, becoming, answered).await),
            Heard::Piece => {}
        }
        let Some(becoming) = becoming else { continue };
        if !becoming.asks(&dialogue.stderr.since(read)) && !becoming.asks(&dialogue.partial()) {
            continue;
        }
        let Some(password) = &becoming.password else {
            return Err(becoming.password_needed());
        };
        if answered {
            return Err(becoming.wrong_password());
        }
        answered = true;
        read = dialogue.stderr.position();
        dialogue.forget_partial();
        // Where it cannot be sent the process has ended, which is heard next.
        let _ = dialogue
            .send(format!("{}\n", password.reveal()).as_bytes())
            .await;
    }
}

/// Why no shell came.
async fn stopped(
    dialogue: &mut Dialogue,
    becoming: Option<&Become>,
    answered: bool,
) -> Unreachable {
    let code = dialogue.ended().await;
    let said = dialogue.said();
    match becoming {
        Some(becoming) => becoming.failure(&said, code, answered),
        None => Unreachable::AgentFailed { said },
    }
}

/// Sends the agent wherever the host asks for it, until it runs; says how it was found.
async fn deliver(dialogue: &mut Dialogue, program: &AgentProgram) -> Result<Search, Unreachable> {
    while let Some(line) = dialogue.line().await? {
        let words: Vec<&str> = line.splitn(2, ' ').collect();
        match words[..] {
            // The shortcut led nowhere.
            ["HERE"] => {}
            ["FOUND"] => return Ok(Search::Quick),
            ["HAVE"] => return Ok(Search::Thorough),
            ["NEED", rest] => send(dialogue, program, rest).await?,
            ["MACHINE", machine] => return Err(program.unsupported(machine)),
            ["FAIL", reasons] => return Err(no_place(reasons)),
            _ => return Err(Unreachable::NotAnAgent(line)),
        }
    }
    dialogue.ended().await;
    Err(Unreachable::AgentFailed {
        said: dialogue.said(),
    })
}

async fn send(
    dialogue: &mut Dialogue,
    program: &AgentProgram,
    need: &str,
) -> Result<(), Unreachable> {
    let (kind, encoding) = need.split_once(' ').unwrap_or((need, "raw"));
    let shipment = program.shipment(kind)?;
    let bytes = match encoding {
        "gzip" => shipment.packed(),
        _ => &shipment.raw,
    };
    let header = format!("{} {}\n", shipment.raw.len(), bytes.len());
    let sent = async {
        dialogue.send(header.as_bytes()).await?;
        dialogue.send(bytes).await
    };
    sent.await.map_err(|error| Unreachable::AgentFailed {
        said: format!("{error} while it was sent; {}", dialogue.said()),
    })
}

/// Reads `DIRECTORY: reason; ` for each place that was tried.
fn no_place(reasons: &str) -> Unreachable {
    let places = reasons.trim().trim_end_matches(';').to_owned();
    let has = |reason: &str| places.split("; ").any(|place| place.ends_with(reason));
    if has(": no space") {
        Unreachable::NoSpace { places }
    } else if has(": noexec") {
        Unreachable::NoExec { places }
    } else {
        Unreachable::NoPlace { places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_between_single_quotes_in_every_shell() {
        let code: Vec<&str> = SHORTCUT
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .collect();
        assert!(!code.join("\n").contains(['\'', '\\', '!']));
    }

    #[test]
    fn reasons_become_the_right_error() {
        let reasons = "/home/a/.cache/farcast: noexec; /var/tmp/farcast-7: no space; ";
        assert!(matches!(no_place(reasons), Unreachable::NoSpace { .. }));
        assert!(matches!(
            no_place("/home: noexec; /tmp: noexec; "),
            Unreachable::NoExec { .. }
        ));
        assert!(matches!(
            no_place("/tmp: not writable; "),
            Unreachable::NoPlace { .. }
        ));
    }
}
