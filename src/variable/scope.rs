use {
    super::{Foresight, Layer, Memory, PlayContext, Values, World, layer::Binding, magic, merged},
    crate::{
        control, module,
        program::{Frame, FrameKind, foreign::Meaning},
        template::{Reach, TemplateError, Value, Variables, is_lazy, whole},
    },
    std::{
        collections::{BTreeSet, HashMap},
        fmt::{self, Debug, Formatter},
        path::PathBuf,
        sync::{Arc, Mutex, PoisonError, Weak},
    },
};

/// Where a step stands, as far as variables can tell.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub play: Option<Arc<PlayContext>>,
    pub frame: Option<Arc<Frame>>,
    /// The loop's item and what belongs to it.
    pub locals: Arc<Values>,
    /// Set where a step is made ready before its turn.
    pub foresight: Option<Arc<Foresight>>,
}

/// All variables of one host at one step: answers a name with Ansible's precedence, rendering when asked.
pub struct Scope {
    me: Weak<Scope>,
    world: Arc<World>,
    host: String,
    around: Surroundings,
    layers: Arc<Layers>,
    cache: Mutex<HashMap<String, Option<Result<Value, TemplateError>>>>,
}

/// Where the variables of a host at a step come from.
struct Layers {
    /// What was known of the host when these were put together.
    memory: Memory,
    /// Those that are not empty, strongest first.
    list: Vec<Layer>,
}

impl Scope {
    pub fn new(world: &Arc<World>, host: &str, around: Surroundings) -> Arc<Self> {
        let memory = world.memory(host);
        let list = layers(world, &memory, host, &around);
        let layers = Arc::new(Layers { memory, list });
        Self::over(world, host, around, layers)
    }

    fn over(
        world: &Arc<World>,
        host: &str,
        around: Surroundings,
        layers: Arc<Layers>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            world: Arc::clone(world),
            host: host.to_owned(),
            around,
            layers,
            cache: Mutex::default(),
        })
    }

    /// The same step with other locals, such as the next item of its loop.
    pub fn with_locals(&self, locals: Values) -> Arc<Self> {
        let mut all = (*self.around.locals).clone();
        all.extend(locals);
        let around = Surroundings {
            locals: Arc::new(all),
            ..self.around.clone()
        };
        // Items of a loop may have set what those after them see; nothing else of a step changes.
        match self.world.memory(&self.host).is_same(&self.layers.memory) {
            true => Self::over(&self.world, &self.host, around, Arc::clone(&self.layers)),
            false => Self::new(&self.world, &self.host, around),
        }
    }

    /// Keeps no more than what is of use until the step's turn, which may be long in coming: there may be many.
    pub fn settle(&self) {
        if let Some(foresight) = &self.around.foresight {
            foresight.close();
        }
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // That a variable is not there is found out as quickly again.
        cache.retain(|_, value| value.is_some());
        cache.shrink_to_fit();
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    pub fn around(&self) -> &Surroundings {
        &self.around
    }

    /// As what template engines take.
    pub fn variables(&self) -> Arc<dyn Variables> {
        match self.me.upgrade() {
            Some(me) => me,
            None => Scope::new(&self.world, &self.host, self.around.clone()),
        }
    }

    /// A variable's value, where it is defined; an error where its value cannot be rendered.
    pub fn value(&self, name: &str) -> Result<Option<Value>, TemplateError> {
        self.get(name)
            .map(|found| found.and_then(whole))
            .transpose()
    }

    fn find(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        if let Some(local) = self.around.locals.get(name) {
            return Some(Ok(local.clone()));
        }
        if let Some(value) = magic::value(self, name) {
            return Some(value);
        }
        let layers = self.layers.list.iter();
        let mut found = layers.filter_map(|layer| layer.get(name));
        let Some(strongest) = found.next() else {
            return magic::connection(self, name);
        };
        if !self.world.settings.merge_hashes || !strongest.is_map() {
            return Some(self.ready(strongest));
        }
        // A map hides what is below it, save maps.
        let maps: Vec<_> = found.take_while(Binding::is_map).collect();
        let mut maps = maps.into_iter().rev().chain([strongest]);
        let weakest = self.ready(maps.next()?);
        Some(maps.fold(weakest, |below, map| Ok(merged(&below?, &self.ready(map)?))))
    }

    fn ready(&self, binding: Binding) -> Result<Value, TemplateError> {
        match binding {
            Binding::Ready(value) => Ok(value),
            Binding::Raw(written) => written.value(&self.world.engine, || self.variables()),
        }
    }
}

impl Scope {
    /// The directories in which a step looks for files: its roles', innermost first, its file's and the playbook's.
    pub(super) fn stack(&self) -> Vec<PathBuf> {
        let frame = self.around.frame.as_deref();
        let roles = frame.into_iter().flat_map(Frame::roles);
        let roles = roles.map(|role| role.path.clone());
        let play = self.around.play.as_deref().map(|play| play.dir.clone());
        unique(roles.chain(task_dirs(frame)).chain(play))
    }
}

/// The paths made absolute, each once.
fn unique(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    paths
        .map(|path| match path.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => path,
        })
        // A path that cannot be made absolute stays what it is.
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .filter(|path| seen.insert(path.clone()))
        .collect()
}

impl Variables for Scope {
    fn get(&self, name: &str) -> Option<Result<Value, TemplateError>> {
        if let Some(foresight) = &self.around.foresight {
            foresight.read(name);
        }
        let known = |cache: &HashMap<String, _>| cache.get(name).cloned();
        if let Some(found) = known(&self.cache.lock().unwrap_or_else(PoisonError::into_inner)) {
            return found;
        }
        let found = self.find(name);
        if let Some(Ok(value)) = &found
            && is_lazy(value)
        {
            return found;
        }
        self.cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), found.clone());
        found
    }

    fn names(&self) -> Vec<String> {
        if let Some(foresight) = &self.around.foresight {
            foresight.read("vars");
        }
        let layers = self.layers.list.iter().flat_map(Layer::names);
        let locals = self.around.locals.keys().cloned();
        let magic = magic::NAMES.iter().map(|name| (*name).to_owned());
        let all: BTreeSet<_> = layers.chain(locals).chain(magic).collect();
        all.into_iter().collect()
    }

    fn search_path(&self, kind: &str) -> Vec<PathBuf> {
        if let Some(foresight) = &self.around.foresight {
            foresight.reach(Reach::Files);
        }
        let dirs = self.stack().into_iter();
        unique(dirs.flat_map(|dir| [dir.join(kind), dir]))
    }

    fn may_reach(&self, reach: Reach) -> bool {
        let foresight = self.around.foresight.as_ref();
        foresight.is_none_or(|foresight| foresight.reach(reach))
    }

    fn hosts(&self, pattern: &str) -> Vec<String> {
        if let Some(foresight) = &self.around.foresight {
            foresight.read("groups");
        }
        let inventory = self.world.inventory.read();
        let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
        let chosen = inventory.select(pattern, None);
        chosen.map(|chosen| chosen.hosts).unwrap_or_default()
    }

    fn has_module(&self, name: &str) -> bool {
        let own = || module::find(name).is_some() || control::find(name).is_some();
        let Surroundings { play, frame, .. } = &self.around;
        let (Some(play), Some(frame)) = (play, frame) else {
            return own();
        };
        play.library.as_ref().map_or_else(own, |library| {
            let roles = play.role_list();
            let meaning = library.search(frame, &roles).meaning(name);
            matches!(meaning, Meaning::Own(_) | Meaning::Foreign(_))
        })
    }
}

/// The directories of the files that the step stands in, innermost first.
fn task_dirs(frame: Option<&Frame>) -> Vec<PathBuf> {
    let places = frame
        .into_iter()
        .flat_map(Frame::chain)
        .filter_map(|frame| {
            let written = frame.keywords.iter().next();
            frame
                .place
                .as_ref()
                .or(written.map(|(_, node)| &node.place))
        })
        .filter_map(|place| place.path().parent().map(PathBuf::from));
    let mut dirs: Vec<PathBuf> = Vec::new();
    for dir in places {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs
}

impl Debug for Scope {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.debug_struct("Scope")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// Every layer that is not empty, strongest first: the order is Ansible's documented precedence.
fn layers(world: &World, memory: &Memory, host: &str, around: &Surroundings) -> Vec<Layer> {
    let facts = memory.injected(world.settings.keep_facts_apart);
    let frame = around.frame.as_deref();
    let chain = || frame.into_iter().flat_map(Frame::chain);
    let play = around.play.as_deref();
    let play_roles = play.map(PlayContext::role_list).unwrap_or_default();

    let mut layers = vec![Layer::Raw(Arc::clone(&world.extra))];
    layers.extend(chain().flat_map(|frame| {
        [
            Layer::Ready(Arc::clone(&frame.values)),
            Layer::Raw(Arc::clone(&frame.params)),
        ]
    }));
    layers.push(Layer::Set(memory.set.clone()));
    layers.push(Layer::Raw(Arc::clone(&memory.included)));
    let inner = chain().filter(|frame| frame.kind != FrameKind::Play);
    layers.extend(inner.map(|frame| Layer::Raw(Arc::clone(&frame.vars))));
    let own_roles = || frame.into_iter().flat_map(Frame::roles);
    layers.extend(own_roles().map(|role| Layer::Raw(Arc::clone(&role.vars))));
    layers.extend(
        play_roles
            .iter()
            .rev()
            .map(|role| Layer::Raw(Arc::clone(&role.vars))),
    );
    if let Some(play) = play {
        layers.push(Layer::Raw(play.files()));
        layers.push(Layer::Raw(Arc::clone(&play.prompted)));
        layers.extend(
            play.frame
                .iter()
                .map(|frame| Layer::Raw(Arc::clone(&frame.vars))),
        );
    }
    layers.push(Layer::Ready(facts));
    let inventory = world.inventory_layers(host);
    layers.extend(inventory.iter().rev().cloned().map(Layer::Raw));
    layers.extend(own_roles().map(|role| Layer::Raw(Arc::clone(&role.defaults))));
    layers.extend(
        play_roles
            .iter()
            .rev()
            .map(|role| Layer::Raw(Arc::clone(&role.defaults))),
    );
    layers.retain(|layer| !layer.is_empty());
    layers.shrink_to_fit();
    layers
}
