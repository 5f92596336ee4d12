//! The greeting service's command line.

use std::{
    fmt::Display,
    io::{Write, stderr},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::Result;
use clap::{Args, Parser};
use farcast::greeting::{Acquaintances, Listen, RotatingFile, Server, stop_signal};

/// A web API that greets: "Nice to meet you NAME" first, "Hello again NAME" for the next hour.
#[derive(Parser)]
#[command(name = "greeting", version)]
enum Command {
    /// Answer requests until SIGTERM or SIGINT.
    Serve(Serve),
    /// Delete what was met more than an hour ago, and say how many.
    Purge(Purge),
}

#[derive(Args)]
struct Serve {
    /// Where to listen: unix:/path/to/socket (behind a proxy that sends X-Real-IP) or ADDRESS:PORT.
    #[arg(long, value_name = "ADDRESS")]
    listen: Listen,
    /// Permission bits of the unix socket, octal.
    #[arg(long, value_name = "MODE", default_value = "660", value_parser = permission_bits)]
    socket_mode: u32,
    /// The SQLite database; it is made if it is missing.
    #[arg(long, value_name = "PATH")]
    database: PathBuf,
    /// The request log; standard error without this option.
    #[arg(long, value_name = "PATH")]
    log: Option<PathBuf>,
    /// The log turns over before it grows beyond this.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    log_size: u64,
    /// How many former logs stay beside it, as PATH.1, PATH.2 and so on.
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    log_keep: usize,
}

#[derive(Args)]
struct Purge {
    /// The SQLite database of the service.
    #[arg(long, value_name = "PATH")]
    database: PathBuf,
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Serve(serve) => serve.run(),
        Command::Purge(purge) => purge.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(error);
            ExitCode::FAILURE
        }
    }
}

impl Serve {
    #[tokio::main]
    async fn run(self) -> Result<()> {
        let stop = stop_signal()?;
        let log: Box<dyn Write + Send> = match &self.log {
            Some(path) => Box::new(RotatingFile::open(path, self.log_size, self.log_keep)?),
            None => Box::new(stderr()),
        };
        let acquaintances = Acquaintances::open_or_create(&self.database)?;
        let Self {
            listen,
            socket_mode,
            ..
        } = self;
        Ok(Server {
            listen,
            socket_mode,
            acquaintances,
            log,
            tell: |text| tell(text),
        }
        .run(stop)
        .await?)
    }
}

impl Purge {
    fn run(self) -> Result<()> {
        let purged = Acquaintances::open(&self.database)?.purge(SystemTime::now())?;
        println!(
            "purged {purged} {}",
            if purged == 1 { "entry" } else { "entries" }
        );
        Ok(())
    }
}

/// One line on standard error. Where that is closed there is nobody to tell.
fn tell(text: impl Display) {
    let _ = writeln!(stderr(), "greeting: {text}");
}

fn permission_bits(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text, 8) {
        Ok(bits) if bits <= 0o777 => Ok(bits),
        _ => Err("permission bits are octal, from 000 to 777".to_owned()),
    }
}
