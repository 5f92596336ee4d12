use {
    super::survey::Survey,
    crate::program::{Frame, FrameKind},
    std::collections::HashSet,
};

/// Every frame around the steps, each once, without the steps' own.
pub(super) fn frames<'a>(survey: &'a Survey) -> Vec<&'a Frame> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let plays = survey.plays.iter().map(|play| &*play.program.frame);
    let around = survey.sites().flat_map(|(_, site)| site.step.frame.chain());
    for frame in plays.chain(around) {
        if frame.kind != FrameKind::Task && seen.insert(std::ptr::from_ref(frame)) {
            found.push(frame);
        }
    }
    found
}
