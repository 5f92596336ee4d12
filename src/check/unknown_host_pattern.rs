use {
    super::{
        Code, Finding, Severity,
        survey::{Hosts, Survey, hosts_place},
    },
    crate::source::{Fault, Place},
};

/// Host patterns that match nothing: one play may be meant for hosts that are not there, a whole run is not.
pub(super) fn unknown_host_pattern(survey: &Survey, findings: &mut Vec<Finding>) {
    if !survey.circumstances.inventory {
        return;
    }
    let mut report = |severity, fault| {
        findings.push(Finding::new(Code::UnknownHostPattern, severity, fault));
    };
    let shifts = survey.shifts_inventory();
    let limit = survey.world.settings.limit.as_deref();
    for play in &survey.plays {
        let place = hosts_place(&play.program);
        match &play.hosts {
            Hosts::Unknown => {}
            Hosts::Wrong(fault) => report(Severity::Error, fault.clone()),
            Hosts::Known(selection) => {
                for unmatched in selection.unmatched.iter().filter(|_| !shifts) {
                    let of_limit = limit.is_some_and(|limit| limit.contains(&unmatched.term));
                    let place = match limit.filter(|_| of_limit) {
                        Some(limit) => Place::outside("--limit", limit),
                        None => place.clone(),
                    };
                    let fault = Fault::new(unmatched.to_string()).at(&place);
                    report(
                        Severity::Warning,
                        fault.help("the inventory has no such host or group"),
                    );
                }
            }
        }
    }
    let nobody = |hosts: &Hosts| matches!(hosts, Hosts::Known(found) if found.hosts.is_empty());
    let all = survey.plays.iter().all(|play| nobody(&play.hosts));
    if let (Some(first), true) = (survey.plays.first(), all) {
        let place = match limit {
            Some(limit) => Place::outside("--limit", limit),
            None => hosts_place(&first.program).clone(),
        };
        let fault = Fault::new("no play matches any host").at(&place).help(
            "name an inventory that has the hosts with `-i`, or correct `hosts` or `--limit`",
        );
        report(Severity::Error, fault);
    }
}
