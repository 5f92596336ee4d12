use {
    super::super::said::Said,
    super::{Apt, Lists, Plan, Refresh},
    crate::{
        act::{Delta, Failure, Host, Look, Probe},
        wire::{Diff, Effect, Mode, Object, Outcome},
    },
};

/// What apt would change: at first the package lists, then packages.
#[derive(Clone, Debug)]
pub struct Transaction {
    requests: Vec<Apt>,
    lists: Lists,
    refresh: Option<Refresh>,
    plan: Plan,
}

impl Transaction {
    pub(super) fn new(request: Apt, lists: Lists, refresh: Option<Refresh>, plan: Plan) -> Self {
        let requests = vec![request];
        Self {
            requests,
            lists,
            refresh,
            plan,
        }
    }

    /// One transaction of several.
    pub fn join(transactions: Vec<Self>) -> Self {
        let mut joined: Option<Self> = None;
        for transaction in transactions {
            joined = Some(match joined {
                None => transaction,
                Some(mut before) => {
                    before.requests.extend(transaction.requests);
                    before.refresh = before.refresh.or(transaction.refresh);
                    before.plan.join(transaction.plan);
                    before
                }
            });
        }
        joined.unwrap_or_else(|| Self {
            requests: Vec::new(),
            lists: Lists {
                time: 0,
                empty: false,
            },
            refresh: None,
            plan: Plan::default(),
        })
    }

    /// A refresh alone is a change where nothing else is asked for. Where packages are, a dry run only mentions it, and a
    /// run carries it out.
    pub(super) fn into_look(self, mode: Mode) -> Look<Self> {
        let counts = self.refresh.is_some() && (mode == Mode::Apply || self.only_refreshes());
        if counts || !self.plan.is_empty() {
            return Look::Change(self);
        }
        Look::Same(Outcome {
            data: self.predicted(),
            msg: self.message(),
            warnings: self.plan.warnings,
            ..Outcome::default()
        })
    }

    fn only_refreshes(&self) -> bool {
        self.requests.iter().any(Apt::only_refreshes)
    }

    fn plan_again(&self, probe: &Probe) -> Result<Plan, Failure> {
        let lists = Lists::look(probe)?;
        let mut plan = Plan::default();
        for request in &self.requests {
            plan.join(request.plan(probe, &lists)?);
        }
        Ok(plan)
    }
}

impl Delta for Transaction {
    fn diff(&self) -> Vec<Diff> {
        self.plan.diff()
    }

    fn effects(&self) -> Vec<Effect> {
        let mut effects = self.plan.effects();
        effects.extend(self.refresh.is_some().then(|| Effect::Opaque {
            what: "the refresh of the package lists".into(),
        }));
        effects
    }

    fn predicted(&self) -> Object {
        self.lists.values(self.refresh.is_some())
    }

    fn warnings(&self) -> Vec<String> {
        self.plan.warnings.clone()
    }

    fn message(&self) -> Option<String> {
        let refresh = self.refresh.as_ref();
        refresh.map(|_| "the package lists are due for a refresh".into())
    }

    fn apply(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        let mut said = Said::default();
        let mut refreshed = false;
        if let Some(refresh) = &self.refresh {
            said.add(&refresh.perform(host)?);
            refreshed = Lists::look(host)?.time != self.lists.time;
            self.plan = self.plan_again(host)?;
        }
        self.plan.perform(host, &mut said)?;
        let mut data = said.values();
        data.extend(Lists::look(host)?.values(refreshed));
        let done = self.refresh.is_some();
        Ok(Outcome {
            changed: !self.plan.is_empty() || refreshed && self.only_refreshes(),
            msg: done.then(|| "the package lists were refreshed".into()),
            data,
            ..Outcome::default()
        })
    }
}
