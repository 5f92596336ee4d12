//! The agent that hosts get.

fn main() -> std::process::ExitCode {
    farcast::agent::main()
}
