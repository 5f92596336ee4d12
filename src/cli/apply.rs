use {
    super::{
        exit,
        fact_cache::with_facts,
        findings::{self, Unfit},
        listing, open_files,
        option::RunOptions,
        playbooks::{self, Loader},
        print::print,
        session::{HANDSHAKES, PATIENCE, Session},
        strategy::strategy,
        terminal,
    },
    crate::{
        check::{self, Circumstances, Code, Finding},
        event::{Consumer, Recap, Tally},
        module::Edition,
        program::{Program, TagFilter},
        render::{Audience, JsonLines},
        schedule::{Connections, Options, Runner, Sink},
        variable::{Settings, World},
    },
    anyhow::{Context, Result},
    std::{
        fs::File,
        path::{Path, PathBuf},
        sync::Arc,
    },
    tokio::sync::watch,
};

/// `farcast apply`.
pub(super) fn apply(options: &RunOptions) -> Result<u8> {
    ended(options, |audience| audience)
}

/// Runs playbooks before an audience that `join` may add to; gives the exit code.
pub(super) fn ended(options: &RunOptions, join: impl FnOnce(Audience) -> Audience) -> Result<u8> {
    Ok(match run(options, join)? {
        Some((recap, interrupted)) => code(&recap, interrupted),
        None => exit::FINE,
    })
}

/// `farcast plan`: a dry run with differences.
pub(super) fn plan(mut options: Box<RunOptions>) -> Result<u8> {
    options.check = true;
    options.output.diff = true;
    let (recap, interrupted) = match run(&options, |audience| audience)? {
        Some(ended) => ended,
        None => return Ok(exit::FINE),
    };
    Ok(plan_code(&recap, interrupted))
}

/// What a dry run's end means to whoever called.
pub(super) fn plan_code(recap: &Recap, interrupted: bool) -> u8 {
    let would_change = |tally: &Tally| tally.changed > 0 || tally.unknown > 0;
    match code(recap, interrupted) {
        exit::FINE if recap.hosts.iter().any(|(_, tally)| would_change(tally)) => {
            exit::WOULD_CHANGE
        }
        code => code,
    }
}

/// What a run's end means to whoever called.
pub(super) fn code(recap: &Recap, interrupted: bool) -> u8 {
    let any = |count: fn(&Tally) -> u32| recap.hosts.iter().any(|(_, tally)| count(tally) > 0);
    match () {
        () if interrupted => exit::INTERRUPTED,
        () if any(|tally| tally.failed) => exit::TASK_FAILED,
        () if any(|tally| tally.unreachable) => exit::UNREACHABLE,
        () => exit::FINE,
    }
}

/// Reads everything, checks it, and runs it, unless only a list was asked for.
fn run(
    options: &RunOptions,
    join: impl FnOnce(Audience) -> Audience,
) -> Result<Option<(Recap, bool)>> {
    let only_lists = listing::is_asked(&options.choice);
    let record = match &options.part.events {
        Some(path) if !only_lists => Some(record(path)?),
        _ => None,
    };
    let session = Session::begin(&options.vault)?;
    let dir = playbooks::dir(&options.playbooks);
    let world = world(options, &session, &dir)?;
    let loader = Loader {
        session: &session,
        world: &world,
    };
    let programs = loader.programs(&options.playbooks)?;
    if only_lists {
        print(listing::listing(options, &loader, &programs)?)?;
        return Ok(None);
    }
    let warnings = examine(options, &programs, &world)?;
    let diff = world.settings.diff;
    let style = terminal::style(&options.output, diff, &session.config, &session.environment);
    let audience = terminal::audience(options.output.format, style, &session.redactor);
    let audience = Box::new(join(recorded(audience, record)));
    execute(options, &session, world, &programs, &warnings, audience).map(Some)
}

/// The file of `--events`, made empty at once: what an earlier run left there must not be taken for this one's.
pub(super) fn record(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("cannot write events to {}", path.display()))
}

/// Lets a file look on, too.
pub(super) fn recorded(audience: Audience, record: Option<File>) -> Audience {
    match record {
        Some(file) => audience.with(JsonLines::new(file)),
        None => audience,
    }
}

/// The inventory and all variables that are known before a run.
pub(super) fn world(options: &RunOptions, session: &Session, dir: &Path) -> Result<Arc<World>> {
    let world = World::new(
        session.engine(),
        Arc::clone(&session.store),
        session.inventory(&options.inventory, Some(dir))?,
        session.extra_vars(&options.inventory)?,
        settings(options, session)?,
    );
    Ok(Arc::new(with_facts(world, options, session)?))
}

/// What can be found without a host: errors end the run before it begins, warnings are to be told.
pub(super) fn examine(
    options: &RunOptions,
    programs: &[Program],
    world: &Arc<World>,
) -> Result<Vec<Finding>> {
    let choice = &options.choice;
    let circumstances = Circumstances {
        whole: choice.start_at_task.is_none() && !choice.step,
        inventory: true,
        alone: false,
    };
    let mut found = check::examine(programs, world, circumstances);
    if findings::forbid(&found) {
        return Err(Unfit(found).into());
    }
    // The run itself says which patterns match nothing, when it knows what it has added to the inventory.
    found.retain(|finding| finding.code != Code::UnknownHostPattern && !finding.code.is_advice());
    Ok(found)
}

/// Runs programs; gives the recap and whether the run was interrupted.
pub(super) fn execute(
    options: &RunOptions,
    session: &Session,
    world: Arc<World>,
    programs: &[Program],
    warnings: &[Finding],
    audience: Box<dyn Consumer>,
) -> Result<(Recap, bool)> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(go(options, session, world, programs, warnings, audience))
}

async fn go(
    options: &RunOptions,
    session: &Session,
    world: Arc<World>,
    programs: &[Program],
    warnings: &[Finding],
    audience: Box<dyn Consumer>,
) -> Result<(Recap, bool)> {
    let diff = world.settings.diff;
    let sink = Sink::new(audience);
    for warning in world.inventory_warnings() {
        sink.warn(warning, None);
    }
    for finding in warnings {
        let place = finding.fault.place().map(ToString::to_string);
        sink.warn(finding.fault.message().to_owned(), place);
    }
    let unheeded = session.config.unheeded();
    if !unheeded.is_empty() {
        sink.warn(
            format!(
                "ansible.cfg: these settings have no effect in farcast: {}",
                unheeded.join(", ")
            ),
            None,
        );
    }
    open_files::allow_for(world.host_count());
    let (stop, cancel) = watch::channel(false);
    let run = run_options(options, session, diff)?;
    let edition = programs.iter().map(Program::edition).max();
    let connections = Connections::new(
        session.agents()?,
        edition.unwrap_or(Edition::Core),
        session.claim()?,
        HANDSHAKES,
        PATIENCE,
    );
    let runner = Runner::new(
        world,
        run,
        connections,
        sink,
        cancel,
        Box::new(terminal::ask_if_there),
    );
    let names = options
        .playbooks
        .iter()
        .map(|path: &PathBuf| path.display().to_string())
        .collect();
    let watching = tokio::spawn(interrupt(stop));
    let recap = runner.run(names, programs).await;
    let interrupted = runner.is_cancelled();
    watching.abort();
    Ok((recap?, interrupted))
}

/// Turns the signal on at the first Ctrl-C or SIGTERM; the second one ends the program at once.
async fn interrupt(stop: watch::Sender<bool>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        if stop.send_replace(true) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    }
}

fn settings(options: &RunOptions, session: &Session) -> Result<Settings> {
    Ok(Settings {
        check: options.check,
        force_handlers: options.force_handlers
            || session.config.bool("defaults.force_handlers") == Some(true),
        merge_hashes: session.config.text("defaults.hash_behaviour") == Some("merge"),
        diff: options.output.diff || session.config.bool("diff.always") == Some(true),
        verbosity: options.output.verbose,
        forks: forks(options, session),
        strategy: strategy(&session.config)?,
        limit: options.inventory.limit.clone(),
        connection: session.connection(&options.connection),
        user: session.user(&options.connection),
        port: session.config.number("defaults.remote_port"),
        tags: options.choice.tags.clone(),
        skip_tags: options.choice.skip_tags.clone(),
        async_dir: session.config.text("defaults.async_dir").map(str::to_owned),
        keep_facts_apart: session.config.bool("defaults.inject_facts_as_vars") == Some(false),
        config_file: session.config.path.clone(),
        inventory_sources: session
            .sources(&options.inventory)
            .into_iter()
            .map(PathBuf::from)
            .collect(),
    })
}

/// Hosts are cheap here: no process and no thread each.
pub(super) const FORKS: usize = 50;

fn forks(options: &RunOptions, session: &Session) -> usize {
    options
        .forks
        .or_else(|| session.config.number("defaults.forks"))
        .unwrap_or(FORKS)
}

fn run_options(options: &RunOptions, session: &Session, diff: bool) -> Result<Options> {
    let choice = &options.choice;
    Ok(Options {
        check: options.check,
        diff,
        forks: forks(options, session),
        tags: TagFilter::new(choice.tags.clone(), choice.skip_tags.clone()),
        start_at: choice.start_at_task.clone(),
        step: choice.step,
        limit: options.inventory.limit.clone(),
        shard: options.part.shard,
        any_errors_fatal: session.config.bool("defaults.any_errors_fatal") == Some(true),
        stream: true,
        smart_gathering: session.config.text("defaults.gathering") == Some("smart"),
        poll: session
            .config
            .number("defaults.poll_interval")
            .unwrap_or(15),
        task_timeout: session.config.number("defaults.task_timeout"),
        look_ahead: options.look_ahead,
        login: session.login(&options.connection, &options.escalation)?,
    })
}
