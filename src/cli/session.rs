use {
    super::{
        config::Config,
        environment::Environment,
        extra_vars,
        option::{ConnectionOptions, EscalationOptions, InventoryOptions, VaultOptions},
        print::tell,
        terminal,
    },
    crate::{
        inventory::{self, Inventory, Plugin, VarsOrigin},
        program::foreign::{Beside, Places, Shelves},
        schedule::Login,
        source::{Redactor, Secret, Store, vault},
        template::{self, Engine},
        transport::{Agents, HostKeys, Operator},
        variable::Vars,
        wire::Claim,
    },
    anyhow::{Context, Result, bail},
    rustix::rand::GetRandomFlags,
    std::{
        path::{Path, PathBuf},
        sync::Arc,
        time::Duration,
    },
};

/// What every verb that works with an inventory begins with.
pub(super) struct Session {
    pub(super) environment: Environment,
    pub(super) config: Config,
    pub(super) store: Arc<Store>,
    pub(super) redactor: Redactor,
    /// Where modules that are not farcast's own are.
    pub(super) shelves: Arc<Shelves>,
}

/// So many handshakes go on at once, whatever `--forks` says: servers refuse more.
pub(super) const HANDSHAKES: usize = 32;

/// A host may be silent so long while its agent starts.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

impl Session {
    /// Reads the environment, the configuration and the vault passwords.
    pub(super) fn begin(options: &VaultOptions) -> Result<Self> {
        let environment = Environment::read();
        let config = Config::read(&environment)?;
        let secrets = secrets(options, &config, &environment)?;
        Ok(Self {
            shelves: Arc::new(shelves(&config, &environment)),
            store: Arc::new(Store::new(secrets)),
            redactor: Redactor::default(),
            environment,
            config,
        })
    }

    /// The inventory of `-i`, else the configuration's, else `/etc/ansible/hosts`, else only the local host.
    pub(super) fn inventory(
        &self,
        options: &InventoryOptions,
        playbook_dir: Option<&Path>,
    ) -> Result<Inventory> {
        let mut inventory = match self.sources(options) {
            sources if sources.is_empty() => Inventory::default(),
            sources => Inventory::load(
                &sources,
                &self.store,
                &Arc::new(self.inventory_settings(options)?),
            )?,
        };
        let dir = options.playbook_dir.as_deref().or(playbook_dir);
        if let Some(dir) = dir {
            inventory.add_vars_dir(dir, VarsOrigin::Playbook);
        }
        Ok(inventory)
    }

    /// How the configuration wants sources read.
    fn inventory_settings(&self, options: &InventoryOptions) -> Result<inventory::Settings> {
        let mut settings = inventory::Settings::new(self.engine());
        let config = &self.config;
        let list = |name: &str| {
            let items = config.text(name)?.split(',').map(str::trim);
            Some(
                items
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect::<Vec<_>>(),
            )
        };
        if let Some(names) = list("inventory.enable_plugins") {
            settings.enabled = names.iter().filter_map(|name| Plugin::find(name)).collect();
            for unknown in names.iter().filter(|name| Plugin::find(name).is_none()) {
                tell(&format!(
                    "[WARNING]: `enable_plugins` names the inventory plugin `{unknown}`, which farcast does not have"
                ));
            }
        }
        let ends = list("inventory.ignore_extensions")
            .or_else(|| list("defaults.inventory_ignore_extensions"));
        if let Some(ends) = ends {
            settings.ignored_ends = ends;
        }
        let patterns = list("inventory.ignore_patterns")
            .or_else(|| list("defaults.inventory_ignore_patterns"));
        settings.ignore(&patterns.unwrap_or_default())?;
        let flag = |name: &str, usual: bool| config.bool(name).unwrap_or(usual);
        settings.refuse_unparsed = flag("inventory.any_unparsed_is_failed", true);
        settings.refuse_empty = flag("inventory.unparsed_is_failed", settings.refuse_unparsed);
        settings.warn_empty = flag("inventory.inventory_unparsed_warning", true);
        settings.use_extra_vars = flag("inventory_plugins.use_extra_vars", false);
        let extra = self.extra_vars(options)?;
        settings.extra = extra
            .iter()
            .map(|(name, node)| (name.clone(), node.clone()))
            .collect();
        Ok(settings)
    }

    pub(super) fn sources(&self, options: &InventoryOptions) -> Vec<String> {
        if !options.inventory.is_empty() {
            return options.inventory.clone();
        }
        if let Some(text) = self.config.text("defaults.inventory") {
            let sources = text
                .split(',')
                .map(str::trim)
                .filter(|source| !source.is_empty());
            let from = |source: &str| match text.ends_with(',') {
                true => source.to_owned(),
                false => self.config_path(source).display().to_string(),
            };
            return match text.ends_with(',') {
                true => vec![text.to_owned()],
                false => sources.map(from).collect(),
            };
        }
        let usual = Path::new("/etc/ansible/hosts");
        usual
            .is_file()
            .then(|| usual.display().to_string())
            .into_iter()
            .collect()
    }

    fn config_path(&self, path: &str) -> PathBuf {
        let dir = self.config.path.as_deref().and_then(Path::parent);
        let path = self.environment.expand(path);
        dir.map_or(path.clone(), |dir| dir.join(path))
    }

    pub(super) fn extra_vars(&self, options: &InventoryOptions) -> Result<Vars> {
        Ok(extra_vars::read(
            &options.extra_vars,
            &self.store,
            &self.environment,
        )?)
    }

    /// The template engine; what vaults give up is hidden from every output from then on.
    pub(super) fn engine(&self) -> Engine {
        let (store, redactor) = (Arc::clone(&self.store), self.redactor.clone());
        Engine::new(template::Settings {
            environment: self.environment.all.clone(),
            configuration: self.config.told(),
            decrypt: Box::new(move |envelope| {
                let secret = store
                    .secrets()
                    .decrypt(envelope)
                    .map_err(|error| error.to_string())?;
                redactor.learn(secret.reveal());
                Ok(secret.reveal().to_owned())
            }),
            strict_conditions: self.config.bool("defaults.allow_broken_conditionals")
                == Some(false),
        })
    }

    /// The agents to deliver: beside farcast, unless the environment says where.
    pub(super) fn agents(&self) -> Result<Agents> {
        if let Some(dir) = &self.environment.agent_dir {
            return Ok(Agents::in_directory(dir));
        }
        let own = std::env::current_exe().context("cannot tell where farcast itself is")?;
        let own = own.canonicalize().unwrap_or(own);
        let beside = own.parent().unwrap_or(Path::new("."));
        Ok(Agents::in_directory(beside))
    }

    /// What tells this run from every other one.
    pub(super) fn claim(&self) -> Result<Claim> {
        let mut random = [0; 16];
        rustix::rand::getrandom(&mut random, GetRandomFlags::empty())
            .context("cannot get random numbers")?;
        let system = rustix::system::uname();
        let user = self.environment.user.as_deref().unwrap_or("somebody");
        let (host, process) = (system.nodename().to_string_lossy(), std::process::id());
        Ok(Claim {
            run: format!("{:032x}", u128::from_ne_bytes(random)),
            who: format!("{user}@{host}, process {process}"),
        })
    }

    /// How to reach hosts where their own variables say nothing.
    pub(super) fn login(
        &self,
        connection: &ConnectionOptions,
        escalation: &EscalationOptions,
    ) -> Result<Login> {
        let config = &self.config;
        let own = |text: Option<&str>| text.map(str::to_owned);
        let words = |text: Option<&str>| match text {
            None => Ok(Vec::new()),
            Some(text) => shlex::split(text)
                .with_context(|| format!("an unclosed quote in the ssh options `{text}`")),
        };
        let mut common = words(config.text("ssh_connection.ssh_args"))?;
        let given = connection.ssh_common_args.as_deref();
        common.extend(words(
            given.or(config.text("ssh_connection.ssh_common_args")),
        )?);
        let given = connection.ssh_extra_args.as_deref();
        let extra_args = words(given.or(config.text("ssh_connection.ssh_extra_args")))?;
        let trusting = connection.accept_new_host_keys
            || config.bool("defaults.host_key_checking") == Some(false);
        let timeout = connection
            .timeout
            .or_else(|| config.number("defaults.timeout"));
        Ok(Login {
            connection: self.connection(connection),
            user: self.user(connection),
            port: config.number("defaults.remote_port"),
            password: self.password(
                connection.ask_pass || config.bool("defaults.ask_pass") == Some(true),
                connection.connection_password_file.as_deref(),
                "SSH password: ",
            )?,
            key_file: connection
                .private_key
                .clone()
                .or_else(|| config.path("defaults.private_key_file", &self.environment)),
            common_args: common,
            extra_args,
            known_hosts: None,
            host_keys: if trusting {
                HostKeys::AcceptNew
            } else {
                HostKeys::Verify
            },
            timeout: Duration::from_secs(timeout.unwrap_or(10)),
            keepalive: Duration::from_secs(15),
            operator: Operator {
                user: self.environment.user.clone(),
                home: self.environment.home.clone(),
                agent_socket: self.environment.agent_socket.clone(),
            },
            becomes: escalation.r#become
                || config.bool("privilege_escalation.become") == Some(true),
            become_method: escalation
                .become_method
                .clone()
                .or_else(|| own(config.text("privilege_escalation.become_method"))),
            become_user: escalation
                .become_user
                .clone()
                .or_else(|| own(config.text("privilege_escalation.become_user"))),
            become_password: self.password(
                escalation.ask_become_pass
                    || config.bool("privilege_escalation.become_ask_pass") == Some(true),
                escalation.become_password_file.as_deref(),
                "BECOME password: ",
            )?,
        })
    }

    /// How hosts are connected to where they do not say it themselves.
    pub(super) fn connection(&self, options: &ConnectionOptions) -> Option<String> {
        let set = || Some(self.config.text("defaults.transport")?.to_owned());
        options.connection.clone().or_else(set)
    }

    /// The user to log in as where hosts do not say it themselves.
    pub(super) fn user(&self, options: &ConnectionOptions) -> Option<String> {
        let set = || Some(self.config.text("defaults.remote_user")?.to_owned());
        options.user.clone().or_else(set)
    }

    /// A password from the person or a file, hidden from every output.
    fn password(&self, ask: bool, file: Option<&Path>, prompt: &str) -> Result<Option<Secret>> {
        let text = match (ask, file) {
            (true, _) => terminal::ask(prompt, false),
            (false, Some(path)) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the password file {}", path.display()))?
                .trim_end_matches(['\r', '\n'])
                .to_owned(),
            (false, None) => return Ok(None),
        };
        self.redactor.learn(&text);
        Ok(Some(Secret::new(text)))
    }

    /// Where collections are looked for besides the playbook's own directory.
    pub(super) fn collections_path(&self) -> Vec<PathBuf> {
        for setting in ["defaults.collections_path", "defaults.collections_paths"] {
            let named = self.config.paths(setting, &self.environment);
            if !named.is_empty() {
                return named;
            }
        }
        let home = self.environment.home.as_ref();
        let home = home.map(|home| home.join(".ansible/collections"));
        let usual = PathBuf::from("/usr/share/ansible/collections");
        home.into_iter().chain([usual]).collect()
    }

    /// Where roles are looked for besides the playbook's own directory.
    pub(super) fn roles_path(&self) -> Vec<PathBuf> {
        let named = self.config.paths("defaults.roles_path", &self.environment);
        if !named.is_empty() {
            return named;
        }
        let home = self
            .environment
            .home
            .as_ref()
            .map(|home| home.join(".ansible/roles"));
        let usual = ["/usr/share/ansible/roles", "/etc/ansible/roles"].map(PathBuf::from);
        home.into_iter().chain(usual).collect()
    }
}

/// Where modules that are not farcast's own are looked for, besides the playbook and its roles.
fn shelves(config: &Config, environment: &Environment) -> Shelves {
    let named =
        |name: &str| Some(config.paths(name, environment)).filter(|paths| !paths.is_empty());
    let usual = |kind: &str| {
        let home = environment
            .home
            .as_ref()
            .map(|home| home.join(".ansible").join(kind));
        let system = Path::new("/usr/share/ansible").join(kind);
        home.into_iter().chain([system]).collect::<Vec<_>>()
    };
    Shelves::new(Places {
        modules: named("defaults.library").unwrap_or_else(|| usual("plugins/modules")),
        module_utils: named("defaults.module_utils")
            .unwrap_or_else(|| usual("plugins/module_utils")),
        python: config
            .text("defaults.interpreter_python")
            .map(str::to_owned),
        beside: Beside::new(environment.ansible_python.clone(), environment.path.clone()),
    })
}

/// The vault passwords that the command line and the configuration name.
pub(super) fn secrets(
    options: &VaultOptions,
    config: &Config,
    environment: &Environment,
) -> Result<vault::Secrets> {
    let mut secrets = vault::Secrets::default();
    let listed = config.words("defaults.vault_identity_list");
    for id in listed.iter().chain(&options.vault_id) {
        let (id, source) = id
            .split_once('@')
            .map_or((None, id.as_str()), |(id, source)| (Some(id), source));
        match source {
            "prompt" | "prompt_ask_vault_pass" => {
                let prompt = format!("Vault password ({}): ", id.unwrap_or("default"));
                secrets.add(
                    id,
                    vault::Password::new(terminal::ask(&prompt, false).into_bytes()),
                )?;
            }
            path => secrets.add_file(id, &environment.expand(path))?,
        }
    }
    for path in &options.vault_password_file {
        secrets.add_file(None, path)?;
    }
    if options.ask_vault_pass || config.bool("defaults.ask_vault_pass") == Some(true) {
        let password = terminal::ask("Vault password: ", false);
        if password.is_empty() {
            bail!("the vault password is empty");
        }
        secrets.add(None, vault::Password::new(password.into_bytes()))?;
    }
    if let (true, Some(path)) = (
        secrets.is_empty(),
        config.path("defaults.vault_password_file", environment),
    ) {
        secrets.add_file(None, &path)?;
    }
    Ok(secrets)
}
