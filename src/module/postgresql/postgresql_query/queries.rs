use {
    super::{Results, results::Answer},
    crate::{
        act::{Delta, Failure, Host},
        module::postgresql::{
            change::shown,
            client::{Access, Login, Session, Trouble},
            sql::Sql,
        },
        wire::{Diff, Effect, Object, Outcome},
    },
    std::time::Instant,
};

/// Queries that may change something.
pub struct Queries {
    pub login: Login,
    /// As the user wrote them.
    pub written: Vec<String>,
    /// With their values.
    pub filled: Vec<String>,
    /// Says where names are looked for.
    pub path: Option<Sql>,
    /// In one transaction.
    pub atomic: bool,
}

impl Queries {
    /// Runs them in a session.
    pub fn run(&self, session: &mut Session) -> Result<Results, Trouble> {
        if let Some(path) = &self.path {
            session.execute(path)?;
        }
        if self.atomic {
            session.run("BEGIN")?;
        }
        let mut answers = Vec::new();
        for query in &self.filled {
            let begun = Instant::now();
            let rows = session.run(query)?.pop().unwrap_or_default();
            answers.push(Answer {
                rows,
                took: begun.elapsed(),
            });
        }
        if self.atomic {
            session.run("COMMIT")?;
        }
        Ok(Results { answers })
    }

    /// A refusal, in Ansible's words.
    pub fn failure(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Refused { sql, error } => Failure::refused(format!(
                "Cannot execute SQL '{sql}': {error}, query list: {:?}",
                self.written
            )),
            Trouble::Ended(failure) => failure,
        }
    }
}

impl Delta for Queries {
    fn diff(&self) -> Vec<Diff> {
        vec![shown(
            self.login.database(),
            self.filled.iter().map(|query| query.trim()),
        )]
    }

    fn effects(&self) -> Vec<Effect> {
        let what = format!("a query in database {}", self.login.database());
        vec![Effect::Opaque { what }]
    }

    fn predicted(&self) -> Object {
        let query = self.filled.last().cloned().unwrap_or_default();
        Object::from_iter([
            ("query".into(), query.into()),
            ("query_list".into(), self.written.clone().into()),
        ])
    }

    fn unknown(&self) -> Option<String> {
        Some("what the query changes and gives".into())
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut session = Session::open(host, &self.login, Access::Change)?;
        let results = self
            .run(&mut session)
            .map_err(|trouble| self.failure(trouble))?;
        Ok(Outcome {
            changed: results.changed(),
            data: results.data(&self),
            ..Outcome::default()
        })
    }
}
