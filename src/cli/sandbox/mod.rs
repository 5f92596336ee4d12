//! `farcast sandbox`: throwaway real hosts on this machine.

mod host;

pub(super) use host::specs;

use {
    super::{
        environment::Environment,
        exit,
        print::{print, tell},
    },
    crate::sandbox::{Sandbox, Settings},
    anyhow::{Context, Result, bail},
    clap::{Args, Subcommand},
    std::{os::unix::process::CommandExt, process::Command},
};

#[derive(Debug, Args)]
pub(super) struct SandboxArguments {
    #[command(subcommand)]
    verb: SandboxVerb,
}

#[derive(Debug, Subcommand)]
enum SandboxVerb {
    /// Make hosts and wait until they answer on SSH.
    Up(UpArguments),
    /// End a run's hosts and remove everything that it made.
    Down(DownArguments),
    /// List the runs and their hosts.
    List,
    /// Open a shell on a host, or run a command there, as the user `operator`.
    Ssh(SshArguments),
}

#[derive(Debug, Args)]
struct UpArguments {
    /// What to make: `debian-12` or `centos-9`, with a name as in `web1=debian-12`.
    #[arg(required = true, value_name = "HOST")]
    hosts: Vec<String>,
    /// The name of the run: runs with different names do not meet.
    #[arg(long, value_name = "RUN", default_value = "default")]
    name: String,
}

#[derive(Debug, Args)]
struct DownArguments {
    /// The run.
    #[arg(value_name = "RUN", default_value = "default", conflicts_with = "name")]
    run: String,
    /// The run, as `up` takes it.
    #[arg(long, value_name = "RUN")]
    name: Option<String>,
}

#[derive(Debug, Args)]
struct SshArguments {
    /// The host.
    #[arg(value_name = "HOST")]
    host: String,
    /// The run.
    #[arg(long, value_name = "RUN", default_value = "default")]
    name: String,
    /// The command; none means a shell.
    #[arg(
        value_name = "COMMAND",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<String>,
}

/// `farcast sandbox`.
pub(super) fn sandbox(arguments: &SandboxArguments) -> Result<u8> {
    let settings = settings(&Environment::read());
    match &arguments.verb {
        SandboxVerb::Up(arguments) => up(arguments, &settings)?,
        SandboxVerb::Down(arguments) => {
            let run = arguments.name.as_ref().unwrap_or(&arguments.run);
            Sandbox::open(&settings, run)?.down()?;
        }
        SandboxVerb::List => list(&settings)?,
        SandboxVerb::Ssh(arguments) => ssh(arguments, &settings)?,
    }
    Ok(exit::FINE)
}

/// Where throwaway hosts keep what they need.
pub(super) fn settings(environment: &Environment) -> Settings {
    match &environment.sandbox_dir {
        Some(root) => Settings { root: root.clone() },
        None => Settings::default(),
    }
}

fn up(arguments: &UpArguments, settings: &Settings) -> Result<()> {
    let hosts = specs(&arguments.hosts)?;
    let sandbox = Sandbox::up(settings, &arguments.name, &hosts, &tell)?;
    print(welcome(&sandbox, &arguments.name))
}

/// Which hosts there are, and how to use them.
pub(super) fn welcome(sandbox: &Sandbox, run: &str) -> String {
    let inventory = sandbox.inventory();
    let inventory = inventory.display();
    let name = match run {
        "default" => String::new(),
        run => format!(" --name {run}"),
    };
    let hosts = sandbox.hosts();
    let first = hosts.first().map_or("HOST", |host| host.name.as_str());
    format!(
        "{}inventory    {inventory}\nprivate key  {}\nknown_hosts  {}\n\n\
         farcast apply -i {inventory} PLAYBOOK\nfarcast run -i {inventory} all -m ping\n\
         farcast sandbox ssh{name} {first}\nfarcast sandbox down{name}\n",
        table(sandbox),
        sandbox.private_key().display(),
        sandbox.known_hosts().display(),
    )
}

fn list(settings: &Settings) -> Result<()> {
    let runs = Sandbox::list(settings)?;
    if runs.is_empty() {
        tell("no sandbox run is up; `farcast sandbox up debian-12` makes one");
    }
    let tables: String = runs.iter().map(table).collect();
    print(tables)
}

/// A run and its hosts, one a line.
fn table(sandbox: &Sandbox) -> String {
    let mut text = format!("{}\n", sandbox.run());
    for host in sandbox.hosts() {
        let state = if host.running { "" } else { "  (ended)" };
        let image = host.image.name();
        text += &format!("  {:16} {image:10} {}{state}\n", host.name, host.address);
    }
    text
}

/// Becomes the ssh client.
fn ssh(arguments: &SshArguments, settings: &Settings) -> Result<()> {
    let sandbox = Sandbox::open(settings, &arguments.name)?;
    let argv = sandbox.ssh_command(&arguments.host)?;
    let [program, options @ ..] = argv.as_slice() else {
        bail!("the sandbox names no ssh client");
    };
    let mut command = Command::new(program);
    command.args(options);
    if !arguments.command.is_empty() {
        // sshd hands the command to a shell; there is no other way through this door, so every word is quoted.
        let words = arguments.command.iter().map(String::as_str);
        command.arg("--").arg(shlex::try_join(words)?);
    }
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start `{}`", program.display()))
}
