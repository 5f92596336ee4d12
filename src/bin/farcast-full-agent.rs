//! The agent with all modules, for hosts that need one of those.

#[path = "agent/program.rs"]
mod program;

fn main() -> std::process::ExitCode {
    program::main()
}
