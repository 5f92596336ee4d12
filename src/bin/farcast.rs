//! The operator's program.

fn main() -> std::process::ExitCode {
    farcast::cli::main()
}
