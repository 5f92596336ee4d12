use {
    crate::{
        act::{Delta, Failure, Finished, Host, Look, Program, Question},
        wire::{Diff, Effect, Mode, Object, Outcome, Side},
    },
    std::collections::BTreeMap,
};

/// One thing to do with a service.
#[derive(Clone, Debug)]
pub struct Action {
    pub program: Program,
    /// For the failure's text: `start service nginx`.
    pub doing: String,
    /// A unit whose state and journal tell why it failed.
    pub unit: Option<(Option<&'static str>, String)>,
}

/// What would change about a service.
#[derive(Clone, Debug, Default)]
pub struct ServiceChange {
    pub name: String,
    /// Does not count as a change.
    pub preparations: Vec<Action>,
    pub actions: Vec<Action>,
    pub before: BTreeMap<String, String>,
    pub after: BTreeMap<String, String>,
    pub running: Option<bool>,
    pub enabled: Option<bool>,
    pub values: Object,
    pub warnings: Vec<String>,
}

impl ServiceChange {
    /// Adds an action that changes a property.
    pub fn push(&mut self, action: Action, property: &str, before: &str, after: &str) {
        self.actions.push(action);
        self.before.insert(property.into(), before.into());
        self.after.insert(property.into(), after.into());
    }

    pub fn into_look(self, mode: Mode) -> Look<Self> {
        let prepares = mode == Mode::Apply && !self.preparations.is_empty();
        if prepares || !self.actions.is_empty() {
            return Look::Change(self);
        }
        Look::Same(Outcome {
            data: self.values,
            warnings: self.warnings,
            ..Outcome::default()
        })
    }
}

impl Delta for ServiceChange {
    fn diff(&self) -> Vec<Diff> {
        if self.before == self.after {
            return Vec::new();
        }
        vec![Diff {
            what: format!("service {}", self.name),
            before: Side::State(self.before.clone()),
            after: Side::State(self.after.clone()),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        if self.actions.is_empty() {
            return Vec::new();
        }
        vec![Effect::Service {
            name: self.name.clone(),
            running: self.running,
            enabled: self.enabled,
        }]
    }

    fn predicted(&self) -> Object {
        self.values.clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        for action in self.preparations.iter().chain(&self.actions) {
            action.perform(host)?;
        }
        Ok(Outcome {
            changed: !self.actions.is_empty(),
            data: self.values,
            ..Outcome::default()
        })
    }
}

impl Action {
    pub fn perform(&self, host: &mut Host) -> Result<(), Failure> {
        let finished = host.spawn(&self.program)?;
        match finished.success() {
            true => Ok(()),
            false => Err(self.failure(host, finished)),
        }
    }

    fn failure(&self, host: &Host, finished: Finished) -> Failure {
        let mut msg = format!("Unable to {}: {}", self.doing, finished.complaint());
        if let Some((scope, name)) = &self.unit
            && let Ok(report) = host.ask(&Question::UnitReport(*scope, name.clone()))
        {
            let report = report.text();
            let report = report.trim_end();
            if !report.is_empty() {
                msg = format!("{msg}\n{report}");
            }
        }
        let data = finished.values();
        Failure::Refused { msg, data }
    }
}
