use {
    super::complaint::{block, indented, reason},
    crate::event::{Finished, Recap, Status},
    std::collections::{HashMap, HashSet},
};

/// What went wrong in a run, to be told again at its end.
#[derive(Default)]
pub(super) struct FailureLog {
    /// Failed items of loops that are not finished yet, by host.
    items: HashMap<String, Vec<Failure>>,
    failures: Vec<Failure>,
}

#[derive(Clone)]
struct Failure {
    host: String,
    cause: Cause,
}

/// What hosts that failed alike have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cause {
    /// `FAILED` or `UNREACHABLE`.
    pub title: &'static str,
    pub task: String,
    pub place: String,
    /// The message, then indented what the failed program said.
    pub text: String,
}

impl FailureLog {
    /// Notes how an item ended.
    pub fn item(&mut self, host: &str, task: &str, place: &str, item: &str, result: &Finished) {
        if let Some(title) = title(result) {
            let task = format!("{task} (item={item})");
            let failure = failure(title, host, task, place, result);
            self.items.entry(host.to_owned()).or_default().push(failure);
        }
    }

    /// Notes how a step ended; an ignored failure is none.
    pub fn host(&mut self, host: &str, task: &str, place: &str, result: &Finished) {
        let items = self.items.remove(host).unwrap_or_default();
        let Some(title) = title(result).filter(|_| !result.ignored) else {
            return;
        };
        match items.is_empty() {
            true => self
                .failures
                .push(failure(title, host, task.to_owned(), place, result)),
            false => self.failures.extend(items),
        }
    }

    /// Whether an item of the loop under way has failed on the host.
    pub fn item_failed(&self, host: &str) -> bool {
        self.items.contains_key(host)
    }

    /// The failures that count, those of the same cause together with their hosts. Hosts that the recap counts no
    /// failure for were rescued.
    pub fn causes(&self, recap: &Recap) -> Vec<(Cause, Vec<String>)> {
        let fine = recap
            .hosts
            .iter()
            .filter(|(_, tally)| tally.failed + tally.unreachable == 0);
        let rescued = fine.map(|(host, _)| host.as_str()).collect::<HashSet<_>>();
        let mut causes: Vec<(Cause, Vec<String>)> = Vec::new();
        for Failure { host, cause } in &self.failures {
            if rescued.contains(host.as_str()) {
                continue;
            }
            match causes.iter_mut().find(|(known, _)| known == cause) {
                Some((_, hosts)) => hosts.push(host.clone()),
                None => causes.push((cause.clone(), vec![host.clone()])),
            }
        }
        causes
    }
}

fn title(result: &Finished) -> Option<&'static str> {
    match result.status {
        Status::Failed => Some("FAILED"),
        Status::Unreachable => Some("UNREACHABLE"),
        _ => None,
    }
}

fn failure(
    title: &'static str,
    host: &str,
    task: String,
    place: &str,
    result: &Finished,
) -> Failure {
    let mut text = format!("    {}", indented(reason(result)));
    if let Some(stderr) = block("stderr", result, 0) {
        text = format!("{text}\n{stderr}");
    }
    let cause = Cause {
        title,
        task,
        place: result.place.as_deref().unwrap_or(place).to_owned(),
        text,
    };
    Failure {
        host: host.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{event::Tally, render::recording::failed},
        serde_json::json,
    };

    fn recap(hosts: &[(&str, u32)]) -> Recap {
        let tally = |failed| Tally {
            failed,
            ..Tally::default()
        };
        let hosts = hosts
            .iter()
            .map(|(host, n)| ((*host).to_owned(), tally(*n)));
        Recap {
            hosts: hosts.collect(),
            ..Recap::default()
        }
    }

    #[test]
    fn the_same_cause_stands_once_and_the_rescued_do_not_count() {
        let mut log = FailureLog::default();
        let full = failed("no space", json!({}));
        for host in ["web1", "web2", "rescued"] {
            log.host(host, "Copy", "a.yml:1:1", &full);
        }
        log.host("web3", "Copy", "a.yml:1:1", &failed("no right", json!({})));
        let recap = recap(&[("web1", 1), ("web2", 1), ("rescued", 0), ("web3", 1)]);
        let hosts = log.causes(&recap).into_iter().map(|(_, hosts)| hosts);
        assert_eq!(
            hosts.collect::<Vec<_>>(),
            [vec!["web1", "web2"], vec!["web3"]]
        );
    }

    #[test]
    fn a_loop_is_told_by_its_items_unless_it_is_ignored() {
        let mut log = FailureLog::default();
        let bad = failed("bad", json!({}));
        log.item("web1", "Try", "", "x", &bad);
        assert!(log.item_failed("web1"));
        log.host("web1", "Try", "", &bad);
        log.item("web2", "Try", "", "x", &bad);
        let ignored = Finished {
            ignored: true,
            ..bad
        };
        log.host("web2", "Try", "", &ignored);
        let causes = log.causes(&recap(&[("web1", 1), ("web2", 1)]));
        assert_eq!(causes.len(), 1);
        assert_eq!(causes[0].0.task, "Try (item=x)");
    }
}
