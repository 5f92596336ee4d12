use {
    crate::{
        control::{Change, Include, Meta},
        event::{Finished, Status},
        source::Fault,
        template::{self, Value},
        wire::{Object, Outcome},
    },
    std::time::Duration,
};

/// How a step, or one item of it, ended on a host, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    pub(super) unreachable: bool,
    pub(super) ignored: bool,
    pub(super) censored: bool,
    pub(super) looped: bool,
    pub(super) module: String,
    pub(super) delegated: Option<String>,
    /// Where what failed stands, if that is not the step itself.
    pub(super) place: Option<String>,
    pub(super) elapsed: Duration,
    pub(super) changes: Vec<Change>,
    pub(super) includes: Vec<(Include, Vec<(String, Value)>)>,
    pub(super) meta: Option<Meta>,
    /// What the items of a loop notify, where their templates told.
    pub(super) topics: Option<Vec<String>>,
    /// The host that the facts are about, where that is another one (`delegate_facts`).
    pub(super) facts_to: Option<String>,
    /// The handlers are notified already: of a step that ran once, only the host that ran it notifies.
    pub(super) notified: bool,
}

impl Ending {
    pub(super) fn of(module: &str, outcome: Outcome) -> Self {
        Self {
            outcome,
            module: module.to_owned(),
            ..Self::default()
        }
    }

    /// A step that failed on the controller.
    pub(super) fn fault(module: &str, fault: &Fault) -> Self {
        let mut msg = fault.message().to_owned();
        if let Some(help) = fault.help_text() {
            msg = format!("{msg}\n{help}");
        }
        let outcome = Outcome {
            failed: true,
            msg: Some(msg),
            ..Outcome::default()
        };
        Self {
            place: fault.place().map(ToString::to_string),
            ..Self::of(module, outcome)
        }
    }

    /// A host that could not be reached, or was lost.
    pub(super) fn unreachable(module: &str, why: &dyn std::error::Error) -> Self {
        let outcome = Outcome {
            failed: false,
            msg: Some(why.to_string()),
            ..Outcome::default()
        };
        Self {
            unreachable: true,
            ..Self::of(module, outcome)
        }
    }

    pub(super) fn skipped(module: &str, why: &str, condition: Option<serde_json::Value>) -> Self {
        let mut data = Object::from_iter([("skip_reason".to_owned(), why.into())]);
        if let Some(condition) = condition {
            data.insert("false_condition".to_owned(), condition);
        }
        let outcome = Outcome {
            skipped: true,
            data,
            ..Outcome::default()
        };
        Self::of(module, outcome)
    }

    pub(super) fn status(&self) -> Status {
        let outcome = &self.outcome;
        match () {
            () if self.unreachable => Status::Unreachable,
            () if outcome.failed => Status::Failed,
            () if outcome.unknown.is_some() => Status::Unknown,
            () if outcome.skipped => Status::Skipped,
            () if outcome.changed => Status::Changed,
            () => Status::Ok,
        }
    }

    /// Failed, or unreachable, in a way that counts.
    pub(super) fn is_lost(&self) -> bool {
        !self.ignored && (self.unreachable || self.outcome.failed)
    }

    /// What `register` keeps.
    pub(super) fn registered(&self) -> Object {
        let outcome = &self.outcome;
        let mut result = outcome.data.clone();
        result.shift_remove("invocation");
        result.insert("changed".to_owned(), outcome.changed.into());
        // As Ansible has it: of a loop that went well, and of what did not run at all, nothing is said here.
        let passed_over = ["skip_reason", "skipped_reason"];
        let silent = self.looped || passed_over.iter().any(|why| result.contains_key(*why));
        if outcome.failed || !silent {
            result.insert("failed".to_owned(), outcome.failed.into());
        }
        if outcome.skipped || self.looped {
            result.insert("skipped".to_owned(), outcome.skipped.into());
        }
        if self.unreachable {
            result.insert("unreachable".to_owned(), true.into());
        }
        if let Some(msg) = &outcome.msg {
            result.entry("msg").or_insert_with(|| msg.as_str().into());
        }
        for stream in ["stdout", "stderr"] {
            let lines = result.get(stream).and_then(|text| text.as_str()).map(lines);
            if let Some(lines) = lines {
                result.entry(format!("{stream}_lines")).or_insert(lines);
            }
        }
        if let Some(why) = &outcome.unknown {
            result.insert("known_after_apply".to_owned(), why.as_str().into());
        }
        result
    }

    pub(super) fn value(&self) -> Value {
        template::from_json(&self.registered().into())
    }

    /// Lets go of what the step gave: it was told, and kept where it is registered. A failure that counts is asked for later.
    pub(super) fn forget(&mut self) {
        if !self.is_lost() {
            self.outcome.data = Object::new();
            self.outcome.diff = Vec::new();
            self.outcome.effects = Vec::new();
        }
    }

    /// For the event; what is censored says nothing.
    pub(super) fn finished(&self) -> Finished {
        let outcome = &self.outcome;
        let msg = outcome.unknown.as_ref().or(outcome.msg.as_ref());
        let reason = || outcome.data.get("skip_reason").and_then(|why| why.as_str());
        let mut finished = Finished {
            status: self.status(),
            ignored: self.ignored,
            looped: self.looped,
            module: self.module.clone(),
            delegated: self.delegated.clone(),
            msg: msg.map(String::as_str).or_else(reason).map(str::to_owned),
            data: outcome.data.clone(),
            diff: outcome.diff.clone(),
            warnings: outcome.warnings.clone(),
            censored: false,
            place: self.place.clone(),
            elapsed: self.elapsed.as_secs_f64(),
        };
        // A command that failed may have changed something all the same: Ansible counts it.
        if outcome.failed && outcome.changed {
            finished.data.insert("changed".to_owned(), true.into());
        }
        if self.censored {
            censor(&mut finished);
        }
        finished
    }
}

/// Takes away everything that could tell a secret.
pub(super) fn censor(finished: &mut Finished) {
    finished.censored = true;
    finished.msg = None;
    finished.data = Object::new();
    finished.diff.clear();
    finished.warnings.clear();
}

fn lines(text: &str) -> serde_json::Value {
    text.lines().map(serde_json::Value::from).collect()
}
