//! Findings as people and programs want them told: one file a format.

mod github;
mod human;
mod jsonl;
mod sarif;

use {
    super::option::FindingFormat,
    crate::{
        check::{Finding, Severity},
        source::Place,
    },
    human::Count,
    std::path::Path,
};

/// Findings among which there are errors, so that nothing was run.
#[derive(Debug, thiserror::Error)]
#[error("the playbooks are not fit to run: {}", Count(.0))]
pub(super) struct Unfit(pub(super) Vec<Finding>);

/// Whether one of them forbids a run.
pub(super) fn forbid(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// The findings in full.
pub(super) fn text(findings: &[Finding], format: FindingFormat, colour: bool) -> String {
    match format {
        FindingFormat::Human => human::text(findings, colour),
        FindingFormat::Jsonl => jsonl::text(findings),
        FindingFormat::Github => github::text(findings),
        FindingFormat::Sarif => sarif::text(findings),
    }
}

/// The file of a place, from the working directory where it lies below.
fn file(place: &Place) -> String {
    let path = place.path();
    let here = std::env::current_dir().ok();
    let below = here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok());
    let path: &Path = below.unwrap_or(path);
    path.strip_prefix("./")
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Line and column of a place's end, behind its last character.
fn end(place: &Place) -> (usize, usize) {
    let end = Place::new(place.file(), place.end(), place.end());
    (end.line(), end.column())
}
