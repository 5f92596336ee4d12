use {
    super::{option::RunOptions, session::Session},
    crate::variable::{FactCache, World},
    anyhow::{Context, Result, bail},
    std::{path::PathBuf, time::Duration},
};

/// Seconds that facts are believed where nothing is said.
const DAY: u64 = 86_400;

impl Session {
    /// Where facts are kept between runs, where the configuration asks for that.
    pub(super) fn fact_cache(&self) -> Result<Option<FactCache>> {
        let config = &self.config;
        let plugin = config.text("defaults.fact_caching").unwrap_or("memory");
        match plugin.rsplit('.').next() {
            Some("memory") => return Ok(None),
            Some("jsonfile") => {}
            _ => bail!(
                "there is no fact cache `{plugin}`: set fact_caching to `memory` or `jsonfile`"
            ),
        }
        let directory = self.fact_directory().context(
            "fact_caching = jsonfile needs a directory: set fact_caching_connection to its path",
        )?;
        let prefix = config.text("defaults.fact_caching_prefix");
        let lifetime = config
            .number("defaults.fact_caching_timeout")
            .unwrap_or(DAY);
        let lifetime = (lifetime > 0).then(|| Duration::from_secs(lifetime));
        let cache = FactCache::open(&directory, prefix.unwrap_or_default(), lifetime)
            .with_context(|| format!("cannot keep facts in {}", directory.display()))?;
        Ok(Some(cache))
    }

    /// A path in the environment begins at the working directory, one of the file at the file.
    fn fact_directory(&self) -> Option<PathBuf> {
        let given = self.environment.ansible("CACHE_PLUGIN_CONNECTION");
        match given.filter(|path| !path.is_empty()) {
            Some(path) => Some(self.environment.expand(path)),
            None => self
                .config
                .path("defaults.fact_caching_connection", &self.environment),
        }
    }
}

/// Lets a world know what earlier runs learnt of its hosts, unless they are to be forgotten.
pub(super) fn with_facts(world: World, options: &RunOptions, session: &Session) -> Result<World> {
    let world = match session.fact_cache()? {
        None => return Ok(world),
        Some(cache) => world.with_facts(cache),
    };
    if options.flush_cache {
        world.forget_all_facts();
    }
    Ok(world)
}
