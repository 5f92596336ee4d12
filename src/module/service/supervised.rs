use crate::act::{Failure, Finished, Probe, Program, Question, Thing};

/// A program of supervisord as `supervisorctl status` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervised {
    /// `NAME`, or `GROUP:NAME`.
    pub name: String,
    pub status: String,
}

impl Supervised {
    pub fn runs(&self) -> bool {
        ["RUNNING", "STARTING"].contains(&self.status.as_str())
    }

    /// Whether a task's `name` means it: itself, its group (`GROUP:`), or `all`.
    pub fn is(&self, name: &str) -> bool {
        name == "all"
            || match name.ends_with(':') {
                true => self.name.starts_with(name),
                false => self.name == name,
            }
    }
}

/// How supervisorctl is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    pub program: String,
    pub options: Vec<String>,
    /// A configuration for its standard input: passwords do not belong on a command line.
    pub input: Option<String>,
}

impl Control {
    /// A call with these words.
    pub fn call(&self, words: &[String]) -> Program {
        let argv = [&self.program]
            .into_iter()
            .chain(&self.options)
            .chain(words);
        let program = Program::new(argv.cloned());
        match &self.input {
            Some(input) => program.stdin(input.as_str()),
            None => program,
        }
    }

    /// The programs that supervisord knows.
    pub fn ask(&self, probe: &Probe) -> Result<Vec<Supervised>, Failure> {
        let Self {
            program,
            options,
            input,
        } = self.clone();
        let finished = probe.ask(&Question::SupervisorStatus(program, options, input))?;
        match unreachable(&finished) {
            None => Ok(read(&finished.text())),
            Some(_) if probe.pending().is_some() => {
                Err(Failure::missing(Thing::Service, "supervisord"))
            }
            Some(said) => Err(Failure::Refused {
                msg: format!(
                    "supervisord does not answer: {said}\nIs its service started (supervisor on Debian, supervisord on CentOS), \
                     and does `config` or `server_url` name the right place?"
                ),
                data: finished.values(),
            }),
        }
    }
}

/// A configuration of supervisorctl that logs in.
pub fn login(url: &str, user: &str, password: &str) -> String {
    let lines = [
        ("serverurl", url),
        ("username", user),
        ("password", password),
    ];
    let lines = lines.map(|(name, value)| format!("{name}={}\n", value.replace('%', "%%")));
    format!("[supervisorctl]\n{}", lines.concat())
}

/// supervisorctl's code also tells of programs that do not run; only its words tell that it reached nobody.
fn unreachable(finished: &Finished) -> Option<String> {
    let said = format!(
        "{}\n{}",
        finished.text(),
        String::from_utf8_lossy(&finished.stderr)
    );
    let signs = [
        "no such file",
        "refused connection",
        "Error: ",
        "error: ",
        "HTTP/",
        "Unauthorized",
        "requires authentication",
    ];
    let line = said
        .lines()
        .find(|line| signs.iter().any(|sign| line.contains(sign)));
    line.filter(|_| !finished.success())
        .map(|line| line.trim().to_owned())
}

fn read(text: &str) -> Vec<Supervised> {
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, status) = (words.next()?, words.next()?);
        let is_status = status.chars().all(|c| c.is_ascii_uppercase());
        (is_status && !name.ends_with(':')).then(|| Supervised {
            name: name.into(),
            status: status.into(),
        })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_states() {
        let programs = read(
            "web                              RUNNING   pid 7, uptime 0:00:05\npool:pool_00  STOPPED   Not started\nx: ERROR (no such process)\n",
        );
        assert_eq!(programs.len(), 2);
        assert!(programs[0].runs() && !programs[1].runs());
        assert!(programs[1].is("pool:") && programs[1].is("all") && !programs[1].is("pool"));
    }

    #[test]
    fn knows_that_nobody_answers() {
        let finished = |rc, text: &str| Finished {
            rc,
            stdout: text.into(),
            ..Finished::default()
        };
        let away = finished(4, "unix:///var/run/supervisor.sock no such file\n");
        assert!(unreachable(&away).unwrap().starts_with("unix:///"));
        assert_eq!(
            unreachable(&finished(3, "web  STOPPED  Not started\n")),
            None
        );
    }
}
