use {
    super::{batch::Batch, outcome::Ending, step::HostStep},
    crate::program::Step,
};

impl Batch<'_> {
    /// The hosts that need not gather facts, because these are known already and the configuration is content with that.
    pub(super) fn knowing(&self, step: &Step, hosts: &[String]) -> Vec<String> {
        let gathers = step.implied && step.task.action.short_name() == "setup";
        if !gathers || !self.runner.options.smart_gathering {
            return Vec::new();
        }
        let knows = |host: &&String| self.runner.world.memory(host).gathered;
        hosts.iter().filter(knows).cloned().collect()
    }
}

impl HostStep<'_> {
    /// Remembers that the facts of a host were gathered.
    pub(super) fn note_gathering(&self, ending: &Ending) {
        let gathers = self.step.implied || self.step.task.action.short_name() == "gather_facts";
        if gathers && !ending.outcome.failed && ending.outcome.data.contains_key("ansible_facts") {
            let host = ending.facts_to.as_deref().unwrap_or(self.scope.host());
            self.runner
                .world
                .remember(host, |memory| memory.gathered = true);
        }
    }
}
