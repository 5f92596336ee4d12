//! The agent that hosts get.

#[path = "agent/program.rs"]
mod program;

fn main() -> std::process::ExitCode {
    program::main()
}
