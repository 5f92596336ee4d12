use {
    super::{Call, Control, Prepared},
    crate::source::Fault,
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Steer the play itself.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MetaStep {
    /// What to do.
    free_form: Meta,
}

/// What `meta` can do; named and specified by Ansible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Meta {
    /// Run the notified handlers now.
    FlushHandlers,
    /// Do nothing.
    Noop,
    /// Read the inventory again.
    RefreshInventory,
    /// Forget the facts of all hosts.
    ClearFacts,
    /// Take hosts that failed back into the play.
    ClearHostErrors,
    /// End the play for all hosts, without failing.
    EndPlay,
    /// End the play for this host, without failing.
    EndHost,
    /// End the batch for all its hosts, without failing.
    EndBatch,
    /// End the role for this host.
    EndRole,
    /// Close the connection, so that the next step opens a new one.
    ResetConnection,
}

impl Control for MetaStep {
    const NAME: &'static str = "meta";
    const FREE_FORM: Option<&'static str> = Some("free_form");

    fn prepare(self, _: &Call<'_>) -> Result<Prepared, Fault> {
        Ok(Prepared::Meta(self.free_form))
    }
}
