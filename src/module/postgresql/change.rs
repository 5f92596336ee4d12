use {
    super::{
        client::{Access, Login, Session, Trouble},
        sql::Sql,
    },
    crate::{
        act::{Act, Acts, Failure, Host},
        wire::{Diff, Effect, Object, Side},
    },
    serde_json::Value,
};

/// SQL that changes something, to be run in a session of its own.
pub struct Change {
    pub login: Login,
    pub statements: Vec<Sql>,
    /// All or nothing. What cannot be undone (a new database) is not.
    pub atomic: bool,
    /// What is there afterwards that was not, and that later steps may build on: "role ada".
    pub brings: Option<String>,
    /// What an error is introduced with, where Ansible has words for it.
    pub complaint: Option<&'static str>,
}

impl Change {
    pub fn new(login: Login, statements: Vec<Sql>) -> Self {
        Self {
            login,
            statements,
            atomic: true,
            brings: None,
            complaint: None,
        }
    }

    /// Adds it to the acts, if there is anything to do; names the return value that lists the statements.
    pub fn plan(self, acts: &mut Acts, list: &str) {
        let shown = self.statements.iter().map(|sql| Value::from(sql.shown()));
        acts.value(list, shown.collect::<Vec<_>>());
        if !self.statements.is_empty() {
            acts.push(self);
        }
    }

    fn run(&self, session: &mut Session) -> Result<(), Trouble> {
        if self.atomic {
            session.run("BEGIN")?;
        }
        for sql in &self.statements {
            session.execute(sql)?;
        }
        if self.atomic {
            session.run("COMMIT")?;
        }
        Ok(())
    }
}

impl Act for Change {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let mut session = Session::open(host, &self.login, Access::Change)?;
        match self.run(&mut session) {
            Ok(()) => Ok(Object::new()),
            Err(trouble) => Err(match (self.complaint, trouble.state()) {
                (Some(words), Some(_)) => {
                    Failure::refused(format!("{words}: {}", trouble.reason()))
                }
                _ => trouble.into(),
            }),
        }
    }

    fn diff(&self) -> Vec<Diff> {
        vec![shown(
            self.login.database(),
            self.statements.iter().map(Sql::shown),
        )]
    }

    fn effects(&self) -> Vec<Effect> {
        let opaque = self.brings.clone().map(|what| Effect::Opaque { what });
        opaque.into_iter().collect()
    }
}

/// The difference that shows which SQL runs in a database.
pub fn shown<'a>(database: &str, statements: impl Iterator<Item = &'a str>) -> Diff {
    let text: String = statements
        .map(|sql| format!("{};\n", sql.trim_end_matches(';')))
        .collect();
    Diff {
        what: format!("SQL in database {database}"),
        before: Side::Text(String::new()),
        after: Side::Text(text),
    }
}
