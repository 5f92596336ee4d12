//! `farcast report`: what came of runs that are over.

mod merge;

use {
    super::option::Format,
    anyhow::Result,
    clap::{Args, Subcommand},
    std::path::PathBuf,
};

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(subcommand)]
    verb: ReportVerb,
}

#[derive(Debug, Subcommand)]
enum ReportVerb {
    /// Join the event files of a run's shards into one recap and one exit code.
    Merge(MergeArguments),
}

#[derive(Debug, Args)]
struct MergeArguments {
    /// Event files, as `--events` and `--format jsonl` write them, and directories of such files (`*.jsonl`).
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// What the output is: the recap, or all events as one stream.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// `farcast report`.
pub(super) fn report(arguments: &ReportArguments) -> Result<u8> {
    match &arguments.verb {
        ReportVerb::Merge(arguments) => merge::merge(arguments),
    }
}
