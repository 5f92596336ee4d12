use {
    super::{Finding, finding::bad_input, survey::Survey},
    std::{collections::HashSet, sync::PoisonError},
};

/// Files of variables of the hosts that take part which cannot be read, opened or understood.
pub(super) fn broken_inventory(survey: &Survey, findings: &mut Vec<Finding>) {
    let inventory = survey
        .world
        .inventory
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let mut seen = HashSet::new();
    let hosts = survey.plays.iter().flat_map(|play| play.host_names());
    for host in hosts.filter(|host| seen.insert(host.as_str())) {
        if let Err(fault) = inventory.layers(host, &survey.world.store) {
            findings.push(bad_input(fault));
        }
    }
}
