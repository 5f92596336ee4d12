use {
    super::Meta,
    crate::{
        program::{Library, Step},
        source::{Fault, Place},
        template::{TemplateError, Value},
        variable::{Scope, Values, Vars},
        wire::{Object, Outcome},
    },
    std::{path::PathBuf, sync::Arc, time::Duration},
};

/// One step on one host for one item, its arguments rendered.
pub struct Call<'a> {
    pub scope: &'a Arc<Scope>,
    pub step: &'a Step,
    /// The arguments as values, under their canonical names; those that stay raw are as written.
    pub values: &'a Values,
    pub contents: &'a crate::transport::ContentStore,
    /// A dry run.
    pub dry: bool,
}

/// What remains to be done of a step.
#[derive(Debug)]
pub enum Prepared {
    /// Run a module on the host.
    Remote(Remote),
    /// Nothing: this is how it ended.
    Done(Done),
    /// Wait for time or a person, then it is done.
    Wait(Wait),
    /// Bring in tasks.
    Include(Box<Include>),
    /// Steer the play.
    Meta(Meta),
}

/// A module to run on the host.
#[derive(Debug)]
pub struct Remote {
    pub module: &'static str,
    pub args: Object,
    /// Where to put the bytes that the host sends back.
    pub keep: Option<Keep>,
    /// Return values that the controller knows better.
    pub data: Object,
}

/// Bytes from the host to a file here.
#[derive(Debug)]
pub struct Keep {
    pub path: PathBuf,
    /// The SHA-256 of what is there now.
    pub have: Option<String>,
}

/// A finished step, and what it changes on the controller.
#[derive(Debug, Default)]
pub struct Done {
    pub outcome: Outcome,
    pub changes: Vec<Change>,
}

/// What a step changes on the controller.
#[derive(Debug)]
pub enum Change {
    Set(Values),
    Facts(Values),
    Include(Vars),
    AddHost {
        name: String,
        groups: Vec<String>,
        vars: Values,
    },
    GroupBy {
        group: String,
        parents: Vec<String>,
    },
    Stats {
        data: Values,
        aggregate: bool,
        per_host: bool,
    },
}

#[derive(Debug)]
pub enum Wait {
    Pause(super::Pausing),
    Connection {
        delay: Duration,
        timeout: Duration,
        sleep: Duration,
    },
}

/// Tasks to bring in.
#[derive(Clone, Debug)]
pub enum Include {
    Tasks {
        file: String,
        apply: Option<crate::source::Node>,
        place: Place,
    },
    Role {
        name: String,
        parts: crate::program::RoleParts,
        apply: Option<crate::source::Node>,
        public: bool,
        /// Run it again where it ran before in the same way.
        allow_duplicates: bool,
        /// Hold its arguments against its specification.
        validate: bool,
        place: Place,
    },
}

impl Call<'_> {
    /// Where files and roles of the play come from.
    pub fn library(&self) -> Result<&Library, Fault> {
        let play = self.scope.around().play.as_deref();
        play.and_then(|play| play.library.as_deref())
            .ok_or_else(|| Fault::new("there is no playbook to take files from").at(self.place()))
    }

    /// Where the step stands.
    pub fn place(&self) -> &Place {
        &self.step.task.place
    }

    /// Where an argument stands, or the step.
    pub fn place_of(&self, argument: &str) -> &Place {
        let node = self.step.task.action.arg(argument);
        node.map_or(self.place(), |node| &node.place)
    }

    /// Evaluates a bare expression.
    pub fn expression(&self, source: &str, place: &Place) -> Result<Value, Fault> {
        let engine = &self.scope.world().engine;
        engine
            .expression(source, &self.scope.variables())
            .map_err(|error| fault(error, place))
    }

    /// Evaluates a condition.
    pub fn truth(&self, source: &str, place: &Place) -> Result<bool, Fault> {
        let engine = &self.scope.world().engine;
        engine
            .truth(source, &self.scope.variables())
            .map_err(|error| fault(error, place))
    }
}

/// A template's error as a fault at its own place, or where the template stands.
pub fn fault(error: TemplateError, place: &Place) -> Fault {
    error.at(place).into()
}

impl Done {
    /// Ended well and changed nothing.
    pub fn ok(data: Object) -> Self {
        Self {
            outcome: Outcome {
                data,
                ..Outcome::default()
            },
            changes: Vec::new(),
        }
    }

    /// Failed, and why.
    pub fn failed(msg: impl Into<String>) -> Self {
        Self {
            outcome: Outcome {
                failed: true,
                msg: Some(msg.into()),
                ..Outcome::default()
            },
            changes: Vec::new(),
        }
    }

    pub fn with_message(mut self, msg: impl Into<String>) -> Self {
        self.outcome.msg = Some(msg.into());
        self
    }

    pub fn and(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

impl From<Done> for Prepared {
    fn from(done: Done) -> Self {
        Prepared::Done(done)
    }
}
