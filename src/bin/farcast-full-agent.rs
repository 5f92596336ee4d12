//! The agent with all modules, for hosts that need one of those.

fn main() -> std::process::ExitCode {
    farcast::agent::main()
}
