//! The agent as a program, of either edition.

use {
    farcast::agent::{found, install, job, serve},
    std::{error::Error, fs::File, io::stdin, os::fd::AsFd, path::Path, process::ExitCode},
};

/// Without arguments it serves; `found` first makes sure that it lies where nobody else can put another in its place, `install PATH
/// SHA256` that it arrived whole, and takes its final name; `job` carries out the one step that it is told on its input, in a session of
/// its own.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("farcast-agent: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {}
        ["found"] => found(&std::env::current_exe()?)?,
        // Whether this file can run here at all is asked before it is trusted to serve.
        ["--version"] => {
            println!("farcast-agent {}", env!("CARGO_PKG_VERSION"));
            return Ok(());
        }
        ["install", last, sha256] => {
            install(&std::env::current_exe()?, Path::new(last), sha256)?;
        }
        ["job"] => return Ok(job(stdin(), std::io::stdout())?),
        _ => {
            return Err(
                "usage: farcast-agent [--version | found | install PATH SHA256 | job]".into(),
            );
        }
    }
    // Unbuffered: a frame is one write.
    let output = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let own = std::env::current_exe()?;
    let directory = own.parent().unwrap_or(Path::new("/"));
    Ok(serve(stdin(), output, directory)?)
}
