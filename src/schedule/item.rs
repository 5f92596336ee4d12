use {
    super::{arguments::Arguments, job::Job, outcome::Ending, run::Runner, target::Resolver},
    crate::{
        check,
        control::{self, Call, Done, Keep, Meta, Prepared, Remote, Wait, fault},
        module::{self, Schema},
        playbook::{Key, boolean},
        program::{
            Step,
            foreign::{Foreign, Meaning, Search},
        },
        source::{Fault, Kind, Node},
        template::{self, Value},
        variable::{Scope, Values},
        wire::{Course, Mode, Object, Outcome, Run},
    },
    std::{collections::BTreeMap, sync::Arc, time::Duration},
};

/// One item of one step on one host: the step's only one, where there is no loop.
pub(super) struct Item<'a> {
    pub(super) runner: &'a Runner,
    pub(super) step: &'a Step,
    pub(super) scope: Arc<Scope>,
    /// For events about its output.
    pub(super) label: Option<String>,
}

/// An item that is ready: finished already, or a module to run on a host.
pub(super) enum Ready {
    Ended(Box<Ending>),
    Remote(Box<Sending>),
}

/// A module to run, with everything that goes along.
pub(super) struct Sending {
    pub(super) remote: Remote,
    pub(super) environment: BTreeMap<String, String>,
    /// The host that it runs on.
    pub(super) host: Arc<Scope>,
    pub(super) delegated: Option<String>,
    pub(super) mode: Mode,
    pub(super) diff: bool,
    pub(super) timeout: Option<u64>,
    /// It is to run as a job.
    pub(super) job: Option<Job>,
}

impl Item<'_> {
    /// Decides, renders and does what the controller does.
    pub(super) async fn prepare(&self) -> Ready {
        let prepared = match self.time_limit() {
            Ok(Some(seconds)) => {
                let limit = Duration::from_secs(seconds);
                match tokio::time::timeout(limit, self.try_prepare()).await {
                    Ok(prepared) => prepared,
                    Err(_) => {
                        let ending = Ending::timed_out(self.module(), seconds);
                        return Ready::Ended(Box::new(ending));
                    }
                }
            }
            // A limit that cannot be told does not matter where the step's condition rules it out.
            Ok(None) | Err(_) => self.try_prepare().await,
        };
        match prepared {
            Ok(ready) => ready,
            Err(fault) => Ready::Ended(Box::new(Ending::fault(self.module(), &fault))),
        }
    }

    async fn try_prepare(&self) -> Result<Ready, Fault> {
        if let Some(ending) = self.unmet()? {
            return Ok(Ready::Ended(Box::new(ending)));
        }
        let job = self.job()?;
        if let Some(ending) = job.as_ref().and_then(|_| self.no_job()) {
            return Ok(Ready::Ended(Box::new(ending)));
        }
        let prepared = match self.call() {
            Ok(prepared) => prepared,
            Err(problem) => return self.unknown_or(problem),
        };
        Ok(match prepared {
            Prepared::Remote(remote) => {
                let mut sending = self.sending(remote)?;
                if let Some(job) = job {
                    self.as_job(&mut sending, job);
                }
                Ready::Remote(Box::new(sending))
            }
            Prepared::Done(done) => self.ended(done),
            Prepared::Wait(wait) => self.ended(self.wait(wait).await),
            Prepared::Include(include) => {
                let mut ending = Ending::of(self.module(), Outcome::default());
                let locals = &self.scope.around().locals;
                let locals = locals
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()));
                ending.includes.push((*include, locals.collect()));
                Ready::Ended(Box::new(ending))
            }
            Prepared::Meta(meta) => {
                if meta == Meta::ResetConnection {
                    self.runner
                        .connections
                        .reset(&self.resolver().target()?)
                        .await;
                }
                if meta == Meta::RefreshInventory {
                    let place = &self.step.task.place;
                    let refreshed = self.runner.world.refresh_inventory();
                    refreshed.map_err(|problem| problem.at_least(place))?;
                }
                let mut ending = Ending::of(self.module(), Outcome::default());
                ending.meta = Some(meta);
                Ready::Ended(Box::new(ending))
            }
        })
    }

    fn ended(&self, done: Done) -> Ready {
        let mut ending = Ending::of(self.module(), done.outcome);
        ending.changes = done.changes;
        Ready::Ended(Box::new(ending))
    }

    /// The condition that does not hold, if any.
    fn unmet(&self) -> Result<Option<Ending>, Fault> {
        for node in self.step.frame.conditions() {
            let holds = match self.condition(node) {
                Ok(holds) => holds,
                Err(problem) => {
                    let ending = self.unknown(&problem).ok_or(problem)?;
                    return Ok(Some(ending));
                }
            };
            if !holds {
                let text = match node.kind {
                    Kind::Bool(value) => value.into(),
                    _ => node.as_str().unwrap_or(node.place.text()).into(),
                };
                let why = "Conditional result was False";
                return Ok(Some(Ending::skipped(self.module(), why, Some(text))));
            }
        }
        Ok(None)
    }

    /// Evaluates one condition of `when`, `until`, `changed_when`, `failed_when`.
    pub(super) fn condition(&self, node: &Node) -> Result<bool, Fault> {
        condition(&self.scope, node)
    }

    /// A step that reads what a dry run cannot know has an unknown end; nothing else hides an error.
    fn unknown(&self, problem: &Fault) -> Option<Ending> {
        if !self.dry() {
            return None;
        }
        let name = self.runner.unknown_name(&self.scope, problem)?;
        let outcome = Outcome {
            unknown: Some(format!("it needs the result `{name}`")),
            ..Outcome::default()
        };
        Some(Ending::of(self.module(), outcome))
    }

    fn unknown_or(&self, problem: Fault) -> Result<Ready, Fault> {
        match self.unknown(&problem) {
            Some(ending) => Ok(Ready::Ended(Box::new(ending))),
            None => Err(problem),
        }
    }

    pub(super) fn module(&self) -> &str {
        self.step.task.action.short_name()
    }

    /// Whether this step only looks.
    pub(super) fn dry(&self) -> bool {
        match self.keyword_bool(Key::CheckMode) {
            Ok(Some(own)) => own,
            _ => self.runner.options.check,
        }
    }

    /// Renders the arguments and lets the controller's half begin.
    fn call(&self) -> Result<Prepared, Fault> {
        let written = self.step.task.action.name.as_str().unwrap_or_default();
        let search = self.search();
        let meaning = search.as_ref().map(|search| search.meaning(written));
        let name = match &meaning {
            Some(Meaning::Own(name)) => name.as_str(),
            Some(Meaning::Foreign(foreign)) => {
                return self.foreign(foreign, search.as_ref());
            }
            _ => written,
        };
        let Some(declared) = check::declared(name) else {
            let action = &self.step.task.action;
            return Err(check::missing_module(action, meaning.as_ref()));
        };
        let args = Arguments {
            item: self,
            schema: &declared.schema,
            raw: declared.raw,
            open: declared.open,
            free_form: declared.free_form,
        };
        let (values, object) = args.render()?;
        let Some(entry) = control::find(name) else {
            let module = module::find(name).map_or("", |entry| entry.name);
            return Ok(Prepared::Remote(Remote {
                module,
                args: object,
                keep: None,
                data: Object::new(),
            }));
        };
        (entry.prepare)(object, &self.call_of(&values))
    }

    fn call_of<'a>(&'a self, values: &'a Values) -> Call<'a> {
        Call {
            scope: &self.scope,
            step: self.step,
            values,
            contents: &self.runner.contents,
            dry: self.dry(),
        }
    }

    /// Looks for modules where the step stands.
    fn search(&self) -> Option<Search<'_>> {
        let play = self.scope.around().play.as_deref()?;
        let library = play.library.as_deref()?;
        Some(library.search(&self.step.frame, &play.role_list()))
    }

    /// Renders the arguments of a module that is not farcast's own, and prepares it.
    fn foreign(&self, foreign: &Foreign, search: Option<&Search<'_>>) -> Result<Prepared, Fault> {
        let shadowed = module::find(self.module());
        let takes_text = shadowed.is_some_and(|entry| entry.free_form.is_some());
        let args = Arguments {
            item: self,
            schema: &Schema::default(),
            raw: &[],
            open: true,
            free_form: takes_text.then_some("_raw_params"),
        };
        let (values, object) = args.render()?;
        let host = match self.delegated()? {
            None => Arc::clone(&self.scope),
            Some(name) => self.runner.delegate_scope(&self.scope, &name),
        };
        let wish = control::foreign::Wish {
            host: &host,
            diff: self.shows_differences()?,
            no_log: self.keyword_bool(Key::NoLog)?.unwrap_or(false),
        };
        let Some(search) = search else {
            return Err(check::unknown_module(&self.step.task.action));
        };
        let call = self.call_of(&values);
        let prepare = || control::foreign::prepare(foreign, search, &object, &wish, &call);
        // A module in Python is packed by another program, which takes its time.
        tokio::task::block_in_place(prepare)
    }

    fn shows_differences(&self) -> Result<bool, Fault> {
        let own = self.keyword_bool(Key::Diff)?;
        Ok(own.unwrap_or(self.runner.options.diff))
    }

    /// What goes along with a module, as the step says.
    pub(super) fn sending(&self, remote: Remote) -> Result<Sending, Fault> {
        let delegated = self.delegated()?;
        let host = match &delegated {
            None => Arc::clone(&self.scope),
            Some(name) => self.runner.delegate_scope(&self.scope, name),
        };
        Ok(Sending {
            remote,
            environment: self.environment()?,
            host,
            delegated,
            mode: if self.dry() { Mode::Look } else { Mode::Apply },
            diff: self.shows_differences()?,
            timeout: self.time_limit()?,
            job: None,
        })
    }

    /// The host that the item runs on instead.
    pub(super) fn delegated(&self) -> Result<Option<String>, Fault> {
        if self.step.task.keywords.get(Key::LocalAction).is_some() {
            return Ok(Some("localhost".to_owned()));
        }
        let value = self.keyword(Key::DelegateTo)?;
        let name = value.filter(|value| !value.is_none());
        let name = name.map(|value| value.to_string());
        Ok(name.filter(|name| name != self.scope.host()))
    }

    fn environment(&self) -> Result<BTreeMap<String, String>, Fault> {
        let mut environment = BTreeMap::new();
        for node in self.step.frame.gather(Key::Environment) {
            let value = self.node(node)?;
            let entries = value.try_iter().map_err(|_| {
                Fault::new("`environment` is a map of names and values").at(&node.place)
            })?;
            for name in entries {
                let entry = value.get_item(&name).unwrap_or_default();
                if !template::is_omit(&entry) {
                    environment.insert(name.to_string(), entry.to_string());
                }
            }
        }
        Ok(environment)
    }

    /// The value of the innermost such keyword; `omit` counts as absent.
    pub(super) fn keyword(&self, key: Key) -> Result<Option<Value>, Fault> {
        let Some(node) = self.step.frame.keyword(key) else {
            return Ok(None);
        };
        let value = self.node(node)?;
        Ok((!template::is_omit(&value)).then_some(value))
    }

    pub(super) fn keyword_bool(&self, key: Key) -> Result<Option<bool>, Fault> {
        let Some(node) = self.step.frame.keyword(key) else {
            return Ok(None);
        };
        if let Some(value) = boolean(node) {
            return Ok(Some(value));
        }
        let value = self.node(node)?;
        if template::is_omit(&value) || value.is_none() {
            return Ok(None);
        }
        let text = value.to_string();
        crate::playbook::boolean_text(&text)
            .map(Some)
            .ok_or_else(|| {
                Fault::new(format!(
                    "`{}` takes true or false, not `{text}`",
                    key.name()
                ))
                .at(&node.place)
            })
    }

    pub(super) fn number(&self, key: Key) -> Result<Option<u64>, Fault> {
        let Some(value) = self.keyword(key)? else {
            return Ok(None);
        };
        let place = self.step.frame.keyword(key).map(|node| &node.place);
        let number = value.to_string().trim().parse::<f64>();
        match number {
            Ok(number) if number >= 0.0 => Ok(Some(number.round() as u64)),
            _ => Err(
                Fault::new(format!("`{}` takes a number, not `{value}`", key.name()))
                    .at(place.unwrap_or(&self.step.task.place)),
            ),
        }
    }

    pub(super) fn node(&self, node: &Node) -> Result<Value, Fault> {
        let engine = &self.scope.world().engine;
        engine
            .node(node, &self.scope.variables())
            .map_err(|error| fault(error, &node.place))
    }

    async fn wait(&self, wait: Wait) -> Done {
        match wait {
            Wait::Pause(pause) => self.pause(&pause).await,
            Wait::Connection {
                delay,
                timeout,
                sleep,
            } => self.wait_for_connection(delay, timeout, sleep).await,
        }
    }

    async fn wait_for_connection(
        &self,
        delay: Duration,
        timeout: Duration,
        sleep: Duration,
    ) -> Done {
        if self.dry() {
            return Done::ok(Object::new());
        }
        let begun = std::time::Instant::now();
        tokio::time::sleep(delay).await;
        loop {
            let tried = self.runner.reach(&self.resolver()).await;
            let elapsed = begun.elapsed();
            match tried {
                Ok(()) => {
                    let data =
                        Object::from_iter([("elapsed".to_owned(), elapsed.as_secs().into())]);
                    return Done::ok(data);
                }
                Err(why) if elapsed >= timeout => {
                    return Done::failed(format!("timed out waiting for the host: {why}"));
                }
                Err(_) => tokio::time::sleep(sleep).await,
            }
        }
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver {
            scope: &self.scope,
            login: &self.runner.options.login,
            place: &self.step.task.place,
        }
    }

    /// What is asked of the agent.
    pub(super) fn request(&self, sending: &Sending, items: Vec<Object>) -> Run {
        Run {
            id: self.runner.next_id(),
            module: sending.remote.module.to_owned(),
            items,
            mode: sending.mode,
            diff: sending.diff,
            environment: sending.environment.clone(),
            timeout: sending.timeout,
            // What a foreign module prints is its answer.
            course: Course::Alone,
            stream: self.runner.options.stream && sending.remote.module != control::foreign::MODULE,
        }
    }

    /// What the host answered, with what the controller adds: return values of its own, and a file that was fetched.
    pub(super) fn answered(
        &self,
        sending: &Sending,
        mut outcome: Outcome,
        bytes: Option<Vec<u8>>,
    ) -> Ending {
        if sending.remote.module == control::foreign::MODULE {
            outcome = control::foreign::read(self.module(), outcome);
        } else if sending.remote.module == "async_status" {
            outcome = control::foreign::read_job(outcome);
        }
        for (name, value) in &sending.remote.data {
            outcome.data.insert(name.clone(), value.clone());
        }
        if let Some(keep) = &sending.remote.keep {
            outcome = kept(keep, outcome, bytes);
        }
        if let (Some(job), Mode::Look) = (&sending.job, sending.mode) {
            job.foresee(&mut outcome);
        }
        let mut ending = Ending::of(self.module(), outcome);
        ending.delegated.clone_from(&sending.delegated);
        ending
    }

    /// Applies `changed_when` and `failed_when` to how the item ended.
    pub(super) fn judge(&self, ending: &mut Ending) -> Result<(), Fault> {
        if ending.delegated.is_none() {
            // Where it cannot be told, the step did not get that far.
            ending.delegated = self.delegated().unwrap_or_default();
        }
        if ending.unreachable || ending.outcome.skipped || ending.outcome.unknown.is_some() {
            return Ok(());
        }
        let keywords = &self.step.task.keywords;
        let mut locals = Values::new();
        if let Some(name) = keywords.text(Key::Register) {
            locals.insert(name.to_owned(), ending.value());
        }
        let scope = self.scope.with_locals(locals);
        let all = |nodes: &[Node]| {
            nodes.iter().try_fold(true, |all, node| {
                Ok::<_, Fault>(all && condition(&scope, node)?)
            })
        };
        if keywords.get(Key::ChangedWhen).is_some() {
            ending.outcome.changed = all(keywords.list(Key::ChangedWhen))?;
        }
        if keywords.get(Key::FailedWhen).is_some() {
            let failed = all(keywords.list(Key::FailedWhen))?;
            ending
                .outcome
                .data
                .insert("failed_when_result".to_owned(), failed.into());
            ending.outcome.failed = failed;
        }
        Ok(())
    }
}

/// Evaluates a condition as written: a string is an expression, a boolean is itself.
pub(super) fn condition(scope: &Arc<Scope>, node: &Node) -> Result<bool, Fault> {
    match &node.kind {
        Kind::Bool(value) => Ok(*value),
        Kind::Null => Ok(true),
        Kind::String(text) => scope
            .world()
            .engine
            .truth(text, &scope.variables())
            .map_err(|error| fault(error, &node.place)),
        Kind::Int(number) => Ok(*number != 0),
        _ => Err(Fault::new(format!(
            "a condition is an expression, not {}",
            node.describe()
        ))
        .at(&node.place)),
    }
}

/// Writes what the host sent to the file here. It sends nothing where the file here is the same, and in a dry run.
fn kept(keep: &Keep, mut outcome: Outcome, bytes: Option<Vec<u8>>) -> Outcome {
    let Some(sha256) = outcome.data.get("sha256").filter(|_| !outcome.failed) else {
        return outcome;
    };
    outcome.changed = keep.have.as_deref() != sha256.as_str();
    let path = keep.path.display().to_string();
    outcome.data.insert("dest".to_owned(), path.into());
    if let Some(bytes) = bytes
        && let Err(error) = crate::control::write_here(&keep.path, &bytes)
    {
        outcome.failed = true;
        outcome.msg = Some(format!("cannot write {}: {error}", keep.path.display()));
    }
    outcome
}
