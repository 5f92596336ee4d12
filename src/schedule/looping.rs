use {
    super::{item::Item, outcome::Ending, run::register_name, step::HostStep},
    crate::{
        control::{Change, fault},
        event::Event,
        module,
        playbook::{Key, Loop},
        program::Step,
        source::{Fault, Kind, Node},
        template::{self, Value},
        variable::Values,
        wire::{Object, Outcome},
    },
    std::{sync::Arc, time::Duration},
};

/// How `loop_control` wants the loop.
pub(super) struct Control {
    variable: String,
    index: Option<String>,
    label: Option<Node>,
    extended: bool,
    /// All items as one value that each shares, where `ansible_loop` holds them, too.
    all: Option<Value>,
    pause: Duration,
    break_when: Vec<Node>,
}

impl HostStep<'_> {
    /// The items to loop over; `None` where the step has no loop.
    pub(super) fn items(&self) -> Result<Option<Vec<Value>>, Fault> {
        let Some(looping) = &self.step.task.looping else {
            return Ok(None);
        };
        let engine = &self.runner.world.engine;
        let variables = self.scope.variables();
        let place = &looping.value.place;
        let Loop { lookup, value } = looping;
        let found = match lookup {
            None => engine.node(value, &variables),
            Some(name) => engine.lookup_loop(name, value, &variables),
        };
        let list = found.map_err(|error| fault(error, place))?;
        let items: Vec<Value> = match list.kind() {
            template::ValueKind::Seq | template::ValueKind::Iterable => list
                .try_iter()
                .map_err(|error| Fault::new(error.to_string()).at(place))?
                .collect(),
            _ => {
                return Err(Fault::new(format!(
                    "a loop goes over a list, not {}",
                    template::describe(&list)
                ))
                .at(place));
            }
        };
        Ok(Some(items))
    }

    /// What the items that changed something notify; nothing where that cannot be told.
    fn topics(&self, items: &[Item], endings: &[Ending]) -> Option<Vec<String>> {
        let engine = &self.runner.world.engine;
        let mut topics = Vec::new();
        for (item, ending) in items.iter().zip(endings) {
            if !ending.outcome.changed && ending.outcome.unknown.is_none() {
                continue;
            }
            for node in self.step.frame.gather(Key::Notify) {
                let names = engine.node(node, &item.scope.variables()).ok()?;
                topics.extend(template::strings(&names));
            }
        }
        topics.dedup();
        Some(topics)
    }

    pub(super) async fn looped(&self, control: &Control, values: &[Value]) -> Ending {
        let (items, endings) = self.one_by_one(control, values).await;
        self.summed_up(&items, endings)
    }

    /// What the items of a loop come to.
    pub(super) fn summed_up(&self, items: &[Item<'_>], endings: Vec<Ending>) -> Ending {
        let topics = self.topics(items, &endings);
        Ending {
            topics,
            ..summary(self.step, items, endings)
        }
    }

    /// Whether all items can travel as one message: nothing of one item can depend on the end of another.
    pub(super) fn goes_at_once(&self, control: &Control) -> bool {
        let task = &self.step.task;
        let repeats = [Key::Until, Key::Retries]
            .iter()
            .any(|key| task.keywords.get(*key).is_some());
        let name = task.action.name.as_str().unwrap_or_default();
        let awaited = || {
            let item = self.item(Arc::clone(&self.scope), None);
            !matches!(item.job(), Ok(job) if job.as_ref().is_none_or(|job| !job.is_awaited()))
        };
        module::find(name).is_some()
            && !repeats
            && !awaited()
            && !self.reads_own_result()
            && control.pause.is_zero()
            && control.break_when.is_empty()
    }

    /// Whether an item may use what the one before it registered.
    fn reads_own_result(&self) -> bool {
        let task = &self.step.task;
        let judging = [Key::Register, Key::ChangedWhen, Key::FailedWhen];
        let keywords = task.keywords.iter();
        let keywords = keywords.filter(|(key, _)| !judging.contains(key));
        let args = task.action.args.iter().map(|(_, node)| node);
        let mut nodes = args
            .chain(&task.action.free)
            .chain(keywords.map(|(_, node)| node));
        register_name(self.step).is_some_and(|name| nodes.any(|node| speaks_of(node, name)))
    }

    /// Each item knows what the ones before it have set and registered.
    async fn one_by_one(
        &self,
        control: &Control,
        values: &[Value],
    ) -> (Vec<Item<'_>>, Vec<Ending>) {
        let (mut items, mut endings) = (Vec::new(), Vec::<Ending>::new());
        for index in 0..values.len() {
            let item = self.loop_item(control, values, index, endings.last());
            if index > 0 && !control.pause.is_zero() && !item.dry() {
                tokio::time::sleep(control.pause).await;
            }
            let ending = self.until(&item).await;
            self.tell_item(&item, &ending);
            self.remember(&ending);
            let over = self.breaks(control, &item, &ending);
            items.push(item);
            endings.push(ending);
            if over || self.runner.is_cancelled() {
                break;
            }
        }
        (items, endings)
    }

    /// Keeps what an item sets for those that come after it; the end of the step makes the change for good.
    fn remember(&self, ending: &Ending) {
        if self.step.frame.keyword(Key::DelegateFacts).is_some() {
            return;
        }
        let world = &self.runner.world;
        for change in &ending.changes {
            world.remember(self.scope.host(), |memory| match change {
                Change::Set(values) => memory.set(values.clone()),
                Change::Facts(values) => memory.learn(values.clone()),
                Change::Include(vars) => memory.include(vars.clone()),
                _ => {}
            });
        }
    }

    pub(super) fn loop_item(
        &self,
        control: &Control,
        values: &[Value],
        index: usize,
        before: Option<&Ending>,
    ) -> Item<'_> {
        let value = &values[index];
        let mut locals = Values::from([
            (control.variable.clone(), value.clone()),
            (
                "ansible_loop_var".to_owned(),
                control.variable.as_str().into(),
            ),
        ]);
        if let Some(name) = &control.index {
            locals.insert(name.clone(), index.into());
            locals.insert("ansible_index_var".to_owned(), name.as_str().into());
        }
        if let (Some(name), Some(before)) = (register_name(self.step), before) {
            locals.insert(name.to_owned(), before.value());
        }
        if control.extended {
            let all = control.all.as_ref();
            locals.insert("ansible_loop".to_owned(), extended(values, index, all));
        }
        let scope = self.delegated_scope(self.scope.with_locals(locals));
        let label = control.label.as_ref().and_then(|node| {
            let engine = &self.runner.world.engine;
            engine.node(node, &scope.variables()).ok()
        });
        let label = template::display(label.as_ref().unwrap_or(value));
        let label = if self.censored() {
            "(censored due to no_log)".to_owned()
        } else {
            label
        };
        self.item(scope, Some(label))
    }

    fn breaks(&self, control: &Control, item: &Item<'_>, ending: &Ending) -> bool {
        let mut locals = Values::new();
        if let Some(name) = register_name(self.step) {
            locals.insert(name.to_owned(), ending.value());
        }
        let scope = item.scope.with_locals(locals);
        !control.break_when.is_empty()
            && control
                .break_when
                .iter()
                .all(|node| matches!(super::item::condition(&scope, node), Ok(true)))
    }

    pub(super) fn tell_item(&self, item: &Item<'_>, ending: &Ending) {
        let mut result = ending.finished();
        if self.censored() {
            super::outcome::censor(&mut result);
        }
        result.ignored = self.ignores_errors() && ending.outcome.failed;
        if !ending.includes.is_empty() {
            return;
        }
        self.runner.sink.tell(Event::ItemFinished {
            task: self.number,
            host: self.scope.host().to_owned(),
            item: item.label.clone().unwrap_or_default(),
            result,
        });
    }

    /// How the step wants these items gone through.
    pub(super) fn control(&self, values: &[Value]) -> Result<Control, Fault> {
        let node = self.step.task.keywords.get(Key::LoopControl);
        let engine = &self.runner.world.engine;
        let part = |name: &str| node.and_then(|node| node.get(name));
        let value = |name: &str| match part(name) {
            None => Ok(None),
            Some(node) => engine
                .node(node, &self.scope.variables())
                .map(Some)
                .map_err(|error| fault(error, &node.place)),
        };
        let text = |name: &str| Ok::<_, Fault>(value(name)?.map(|value| value.to_string()));
        let pause = text("pause")?
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0);
        let extended = value("extended")?.is_some_and(|value| value.is_true());
        let all_items =
            || Ok::<_, Fault>(value("extended_allitems")?.is_none_or(|all| all.is_true()));
        let wants_all = extended && all_items()?;
        Ok(Control {
            variable: text("loop_var")?.unwrap_or_else(|| "item".to_owned()),
            index: text("index_var")?,
            label: part("label").cloned(),
            all: wants_all.then(|| Value::from(values.to_vec())),
            extended,
            pause: Duration::try_from_secs_f64(pause).unwrap_or_default(),
            break_when: part("break_when").map_or(Vec::new(), |node| {
                node.as_list()
                    .unwrap_or(std::slice::from_ref(node))
                    .to_vec()
            }),
        })
    }
}

/// Whether a name stands in a text anywhere within.
fn speaks_of(node: &Node, name: &str) -> bool {
    match &node.kind {
        Kind::String(text) => text.contains(name),
        Kind::List(items) => items.iter().any(|item| speaks_of(item, name)),
        Kind::Map(entries) => entries.iter().any(|(_, value)| speaks_of(value, name)),
        _ => false,
    }
}

/// `ansible_loop`.
fn extended(values: &[Value], index: usize, all: Option<&Value>) -> Value {
    let length = values.len();
    let mut map = vec![
        ("index", (index + 1).into()),
        ("index0", index.into()),
        ("revindex", (length - index).into()),
        ("revindex0", (length - index - 1).into()),
        ("first", (index == 0).into()),
        ("last", (index + 1 == length).into()),
        ("length", length.into()),
    ];
    if let Some(all) = all {
        map.push(("allitems", all.clone()));
    }
    if let Some(previous) = index.checked_sub(1) {
        map.push(("previtem", values[previous].clone()));
    }
    if let Some(next) = values.get(index + 1) {
        map.push(("nextitem", next.clone()));
    }
    Value::from_pairs(map)
}

/// What a loop over nothing comes to.
pub(super) fn nothing(step: &Step) -> Ending {
    let outcome = Outcome {
        skipped: true,
        data: Object::from_iter([
            ("results".to_owned(), serde_json::Value::Array(Vec::new())),
            ("skipped_reason".to_owned(), "No items in the list".into()),
        ]),
        ..Outcome::default()
    };
    Ending::of(step.task.action.short_name(), outcome)
}

/// What a loop comes to, as Ansible sums it up.
fn summary(step: &Step, items: &[Item], endings: Vec<Ending>) -> Ending {
    let module = step.task.action.short_name();
    let mut whole = Ending {
        looped: true,
        ..Ending::of(module, Outcome::default())
    };
    let outcome = &mut whole.outcome;
    outcome.failed = endings.iter().any(|ending| ending.outcome.failed);
    outcome.changed = endings.iter().any(|ending| ending.outcome.changed);
    outcome.skipped = endings.iter().all(|ending| ending.outcome.skipped);
    whole.unreachable = endings.iter().any(|ending| ending.unreachable);
    let unknown = endings
        .iter()
        .find_map(|ending| ending.outcome.unknown.clone());
    outcome.unknown = unknown.filter(|_| !outcome.changed);
    outcome.msg = Some(match () {
        () if whole.unreachable => endings
            .iter()
            .find(|ending| ending.unreachable)
            .and_then(|ending| ending.outcome.msg.clone())
            .unwrap_or_default(),
        () if outcome.failed => "One or more items failed".to_owned(),
        () if outcome.skipped => "All items skipped".to_owned(),
        () => "All items completed".to_owned(),
    });
    let results = endings.iter().zip(items).map(|(ending, item)| {
        let mut result: Object = ending.registered();
        result.extend(told(item));
        serde_json::Value::Object(result)
    });
    outcome.data.insert("results".to_owned(), results.collect());
    for ending in endings {
        let (sets, facts) = (!ending.changes.is_empty(), facts(&ending));
        whole.changes.extend(ending.changes);
        whole.includes.extend(ending.includes);
        whole.meta = whole.meta.or(ending.meta);
        if !sets && let Some(facts) = facts {
            whole.changes.push(Change::Facts(facts));
        }
    }
    whole
}

/// What an item's result says of the loop: the item, and what `loop_control` names.
fn told(item: &Item) -> Object {
    let locals = &item.scope.around().locals;
    let mut told = Object::new();
    for name in ["ansible_loop_var", "ansible_index_var"] {
        if let Some(variable) = locals.get(name) {
            let value = locals.get(&template::display(variable));
            let value = value.map(template::to_json).unwrap_or_default();
            told.insert(name.to_owned(), template::to_json(variable));
            told.insert(template::display(variable), value);
        }
    }
    if let Some(extended) = locals.get("ansible_loop") {
        told.insert("ansible_loop".to_owned(), template::to_json(extended));
    }
    told
}

/// The facts that a module on the host found; a step of the controller asks for the change itself.
fn facts(ending: &Ending) -> Option<Values> {
    let facts = ending.outcome.data.get("ansible_facts")?.as_object()?;
    let facts = facts.iter();
    Some(
        facts
            .map(|(name, value)| (name.clone(), template::from_json(value)))
            .collect(),
    )
}
