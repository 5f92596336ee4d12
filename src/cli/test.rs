use {
    super::{
        apply,
        environment::Environment,
        exit,
        option::{
            ConnectionOptions, EscalationOptions, InventoryOptions, OutputOptions, RunOptions,
            VaultOptions,
        },
        print::tell,
        sandbox::{settings, specs, welcome},
    },
    crate::{
        render::Changes,
        sandbox::{Sandbox, run_name_for},
    },
    anyhow::{Context, Result, bail},
    clap::Args,
    std::path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(super) struct TestArguments {
    /// The playbook to test.
    #[arg(value_name = "PLAYBOOK")]
    playbook: PathBuf,
    /// The hosts to test on, as `farcast sandbox up` takes them: `debian-12`, `web1=centos-9`.
    #[arg(long, value_name = "HOST", default_value = "debian-12")]
    image: Vec<String>,
    /// The playbook that proves the result, if not `verify.yml` beside the playbook.
    #[arg(long, value_name = "PLAYBOOK")]
    verify: Option<PathBuf>,
    /// Leave the hosts running.
    #[arg(long)]
    keep: bool,
    /// Variables that win over all others: `name=value …`, YAML or JSON, or `@FILE`.
    #[arg(short, long, value_name = "VARS")]
    extra_vars: Vec<String>,
    #[command(flatten)]
    vault: VaultOptions,
    #[command(flatten)]
    output: OutputOptions,
}

/// `farcast test`.
pub(super) fn test(arguments: &TestArguments) -> Result<u8> {
    let playbook = arguments.playbook.canonicalize();
    let playbook =
        playbook.with_context(|| format!("cannot find {}", arguments.playbook.display()))?;
    let verify = verification(arguments, &playbook)?;
    let hosts = specs(&arguments.image)?;
    let run = run_name_for("test", &playbook);
    let settings = settings(&Environment::read());
    let sandbox = Sandbox::up(&settings, &run, &hosts, &tell)?;
    let inventory = sandbox.inventory();
    if arguments.keep {
        let code = trial(arguments, &inventory, verify.as_deref());
        tell(&format!("\n{}", welcome(&sandbox, &run)));
        return code;
    }
    // Ended even where the trial cannot be carried out.
    let sandbox = sandbox.scoped();
    let code = trial(arguments, &inventory, verify.as_deref())?;
    sandbox.down()?;
    Ok(code)
}

/// The playbook that proves the result, where there is one.
fn verification(arguments: &TestArguments, playbook: &Path) -> Result<Option<PathBuf>> {
    match &arguments.verify {
        Some(path) if path.is_file() => Ok(Some(path.clone())),
        Some(path) => bail!("there is no playbook {}", path.display()),
        None => {
            let beside = playbook.with_file_name("verify.yml");
            Ok(Some(beside).filter(|path| path.is_file() && path != playbook))
        }
    }
}

/// Applies twice and verifies; gives the exit code.
fn trial(arguments: &TestArguments, inventory: &Path, verify: Option<&Path>) -> Result<u8> {
    tell("\n== apply");
    let first = apply::ended(&options(arguments, &arguments.playbook, inventory), |a| a)?;
    if first != exit::FINE {
        return Ok(first);
    }
    tell("\n== apply again: nothing may change");
    let changes = Changes::default();
    let again = options(arguments, &arguments.playbook, inventory);
    let second = apply::ended(&again, |audience| audience.with(changes.clone()))?;
    if second != exit::FINE {
        return Ok(second);
    }
    let changed = changes.lines();
    if !changed.is_empty() {
        tell("\nthe second run changed something; a step must find its own work done:");
        for line in changed {
            tell(&format!("  {line}"));
        }
        return Ok(exit::TASK_FAILED);
    }
    let Some(verify) = verify else {
        return Ok(exit::FINE);
    };
    tell(&format!("\n== verify: {}", verify.display()));
    apply::ended(&options(arguments, verify, inventory), |audience| audience)
}

fn options(arguments: &TestArguments, playbook: &Path, inventory: &Path) -> RunOptions {
    let inventory = InventoryOptions {
        inventory: vec![inventory.display().to_string()],
        extra_vars: arguments.extra_vars.clone(),
        ..InventoryOptions::default()
    };
    let mut options = RunOptions::without_playbook(
        inventory,
        ConnectionOptions::default(),
        EscalationOptions::default(),
        arguments.vault.clone(),
        arguments.output.clone(),
    );
    options.playbooks = vec![playbook.to_owned()];
    options
}
