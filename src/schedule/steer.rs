use {
    super::{
        batch::{Batch, Onward},
        walk::End,
    },
    crate::{
        control::Meta,
        program::{Order, Step},
    },
    std::sync::Arc,
};

impl Batch<'_> {
    /// Does what a `meta` step asks of a host.
    pub(super) fn steer(&mut self, order: &Order, step: &Arc<Step>, host: &str, meta: Meta) {
        match meta {
            Meta::FlushHandlers => self.flush(order, step, host),
            // The connection was reset, or the inventory read, before this.
            Meta::Noop | Meta::ResetConnection | Meta::RefreshInventory => self.walk(host).done(),
            Meta::ClearFacts => {
                let forget = crate::variable::Memory::forget_facts;
                self.runner.world.remember(host, forget);
                self.walk(host).done();
            }
            Meta::ClearHostErrors => {
                self.forgive();
                self.walk(host).done();
            }
            Meta::EndHost => self.walk(host).stop(End::Asked),
            Meta::EndBatch => self.end_all(End::Asked),
            Meta::EndPlay => {
                self.onward = Onward::Play;
                self.end_all(End::Asked);
            }
            Meta::EndRole => self.end_role(step, host),
        }
    }

    /// Passes everything that is left of the role that the step stands in.
    fn end_role(&mut self, step: &Arc<Step>, host: &str) {
        let Some(role) = step.frame.role().map(Arc::clone) else {
            self.walk(host).done();
            return;
        };
        let inside = |step: &Step| step.frame.roles().any(|other| Arc::ptr_eq(other, &role));
        self.walk(host).skip_while(&inside);
    }
}
