use {
    super::config::Config,
    crate::{check, playbook::Strategy},
    anyhow::Result,
};

/// The strategy of plays that name none, from the settings.
///
/// # Errors
/// There is no such strategy.
pub(super) fn strategy(config: &Config) -> Result<Strategy> {
    let Some(name) = config.text("defaults.strategy") else {
        return Ok(Strategy::default());
    };
    Strategy::find(name).ok_or_else(|| {
        let fault = check::no_such_strategy(name);
        let help = fault.help_text().unwrap_or_default();
        anyhow::anyhow!(
            "`strategy` in ansible.cfg or ANSIBLE_STRATEGY: {}\n{help}",
            fault.message()
        )
    })
}
