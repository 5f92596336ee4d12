use {
    super::{
        batch::{Batch, Onward},
        run::Runner,
    },
    crate::{
        check,
        control::fault,
        event::Event,
        playbook::{Key, Strategy},
        program::PlayProgram,
        source::{Fault, Node},
        template::{self, Value},
        variable::{PlayContext, Scope, Surroundings, Vars},
    },
    std::{
        path::Path,
        sync::{Arc, PoisonError, RwLock},
    },
};

impl Runner {
    /// Runs one play; says whether the run goes on.
    pub(super) async fn play(&self, program: &Arc<PlayProgram>) -> Result<bool, Fault> {
        let written = program.play.name();
        let before = self.context(program, Vec::new(), Vec::new(), Arc::default(), &written);
        let mut all = self.hosts(program, &before)?;
        let elsewhere = self.leave_to_other_shards(&mut all);
        let mut hosts = all.clone();
        order(&mut hosts, program, |node| self.render(&before, node))?;
        let name = self.play_name(program, &before);
        if hosts.is_empty() {
            let reason = elsewhere.unwrap_or_else(|| "no hosts matched".to_owned());
            self.sink.tell(Event::PlaySkipped { name, reason });
            return Ok(true);
        }
        self.world.check_inventory(&hosts)?;
        self.tell_of_cache();
        let strategy = self.strategy(program, &before)?;
        let prompted = Arc::new(self.prompted(program, &self.play_scope(&before))?);
        let mut rest = hosts.as_slice();
        let mut round = 0;
        while !rest.is_empty() && !self.is_cancelled() {
            let size = self.batch_size(program, &before, round, hosts.len())?;
            let (batch, later) = rest.split_at(size.min(rest.len()));
            (rest, round) = (later, round + 1);
            let prompted = Arc::clone(&prompted);
            let context = self.context(program, all.clone(), batch.to_vec(), prompted, &name);
            self.read_vars_files(program, &context)?;
            self.sink.tell(Event::PlayStarted {
                name: name.clone(),
                strategy,
                hosts: context.active(),
            });
            if context.active().is_empty() {
                continue;
            }
            match Batch::new(self, program, context, strategy).run().await? {
                Onward::Batch => {}
                Onward::Play => break,
                Onward::Nothing => return Ok(false),
            }
        }
        Ok(true)
    }

    fn context(
        &self,
        program: &Arc<PlayProgram>,
        all_hosts: Vec<String>,
        batch: Vec<String>,
        prompted: Arc<Vars>,
        name: &str,
    ) -> Arc<PlayContext> {
        let lost = all_hosts.iter().filter(|host| self.loss(host).is_some());
        Arc::new(PlayContext {
            lost: RwLock::new(lost.cloned().collect()),
            name: name.to_owned(),
            frame: Some(Arc::clone(&program.frame)),
            dir: program.library.dir.clone(),
            library: Some(Arc::clone(&program.library)),
            all_hosts,
            batch,
            prompted,
            roles: RwLock::new(Arc::clone(&program.roles)),
            role_names: RwLock::new(program.role_names.clone()),
            ..PlayContext::default()
        })
    }

    /// What the play's own keywords can see before any host is asked.
    fn play_scope(&self, context: &Arc<PlayContext>) -> Arc<Scope> {
        let host = context.batch.first().map_or("localhost", String::as_str);
        let around = Surroundings {
            play: Some(Arc::clone(context)),
            frame: context.frame.clone(),
            ..Surroundings::default()
        };
        Scope::new(&self.world, host, around)
    }

    fn render(&self, context: &Arc<PlayContext>, node: &Node) -> Result<Value, Fault> {
        let scope = self.play_scope(context);
        self.world
            .engine
            .node(node, &scope.variables())
            .map_err(|error| fault(error, &node.place))
    }

    fn play_name(&self, program: &PlayProgram, context: &Arc<PlayContext>) -> String {
        let name = program.play.keywords.get(Key::Name);
        let rendered = name.and_then(|node| self.render(context, node).ok());
        rendered.map_or_else(|| program.play.name(), |name| name.to_string())
    }

    /// The play's hosts in the order of the inventory; those that were lost in earlier plays have their place among them.
    fn hosts(
        &self,
        program: &PlayProgram,
        context: &Arc<PlayContext>,
    ) -> Result<Vec<String>, Fault> {
        let mut patterns = Vec::new();
        for node in program.play.keywords.list(Key::Hosts) {
            patterns.extend(template::strings(&self.render(context, node)?));
        }
        let pattern = patterns.join(",");
        let place = program
            .play
            .keywords
            .get(Key::Hosts)
            .map(|node| &node.place);
        let place = place.unwrap_or(&program.play.place);
        let inventory = self
            .world
            .inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let selection = inventory
            .select(&pattern, self.options.limit.as_deref())
            .map_err(|problem| problem.at_least(place))?;
        for name in &selection.unmatched {
            let message = format!("Could not match supplied host pattern, ignoring: {name}");
            self.sink.warn(message, Some(place.to_string()));
        }
        Ok(selection.hosts)
    }

    /// Keeps only the hosts of this run's shard; where that leaves none, says so.
    fn leave_to_other_shards(&self, hosts: &mut Vec<String>) -> Option<String> {
        let shard = self.options.shard.filter(|_| !hosts.is_empty())?;
        hosts.retain(|host| shard.takes(host));
        hosts
            .is_empty()
            .then(|| format!("none of its hosts is in shard {shard}"))
    }

    fn strategy(
        &self,
        program: &PlayProgram,
        context: &Arc<PlayContext>,
    ) -> Result<Strategy, Fault> {
        let Some(node) = program.play.keywords.get(Key::Strategy) else {
            return Ok(self.world.settings.strategy);
        };
        let name = self.render(context, node)?.to_string();
        Strategy::find(&name).ok_or_else(|| check::no_such_strategy(&name).at(&node.place))
    }

    /// How many hosts batch number `round` has.
    fn batch_size(
        &self,
        program: &PlayProgram,
        context: &Arc<PlayContext>,
        round: usize,
        hosts: usize,
    ) -> Result<usize, Fault> {
        let sizes = program.play.keywords.list(Key::Serial);
        let Some(node) = sizes.get(round).or(sizes.last()) else {
            return Ok(hosts);
        };
        let text = self.render(context, node)?.to_string();
        let wrong = || {
            Fault::new(format!(
                "`serial` takes a number or a percentage, not `{text}`"
            ))
            .at(&node.place)
        };
        let size = match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent: usize = percent.trim().parse().map_err(|_| wrong())?;
                (hosts * percent / 100).max(1)
            }
            None => text.trim().parse().map_err(|_| wrong())?,
        };
        Ok(if size == 0 { hosts } else { size })
    }

    fn read_vars_files(
        &self,
        program: &PlayProgram,
        context: &Arc<PlayContext>,
    ) -> Result<(), Fault> {
        let mut all = Vars::default();
        for node in program.play.keywords.list(Key::VarsFiles) {
            let choices = node.as_list().unwrap_or(std::slice::from_ref(node));
            all.extend(self.first_vars_file(program, context, choices)?);
        }
        *context
            .vars_files
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// The first file of a list that is there; where none is, nothing is read, as in ansible-core: the check has warned.
    fn first_vars_file(
        &self,
        program: &PlayProgram,
        context: &Arc<PlayContext>,
        choices: &[Node],
    ) -> Result<Vars, Fault> {
        for choice in choices {
            let name = self.render(context, choice)?.to_string();
            let places = [
                program.library.dir.join(&name),
                program.library.dir.join("vars").join(&name),
            ];
            if let Some(path) = places.iter().find(|path| Path::is_file(path)) {
                return program.library.vars(path);
            }
        }
        Ok(Vars::default())
    }
}

/// `order:` of a play.
fn order(
    hosts: &mut [String],
    program: &PlayProgram,
    render: impl Fn(&Node) -> Result<Value, Fault>,
) -> Result<(), Fault> {
    let Some(node) = program.play.keywords.get(Key::Order) else {
        return Ok(());
    };
    match render(node)?.to_string().as_str() {
        "inventory" => {}
        "reverse_inventory" => hosts.reverse(),
        "sorted" => hosts.sort(),
        "reverse_sorted" => {
            hosts.sort();
            hosts.reverse();
        }
        "shuffle" => shuffle(hosts),
        other => {
            return Err(Fault::new(format!("`{other}` is no order of hosts"))
                .at(&node.place)
                .help("use inventory, reverse_inventory, sorted, reverse_sorted or shuffle"));
        }
    }
    Ok(())
}

/// Brings hosts into an order that nobody can foresee.
fn shuffle(hosts: &mut [String]) {
    use std::hash::{BuildHasher, RandomState};
    let seed = RandomState::new();
    hosts.sort_by_cached_key(|host| seed.hash_one(host));
}
