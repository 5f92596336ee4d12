/// How things are shown to a person. The caller decides it from options, the environment and the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours besides words; never instead of them.
    pub colour: bool,
    /// Columns of the terminal: a banner's stars fill them.
    pub width: usize,
    /// How often `-v` was given: 1 shows return values and running output, 2 places and whole differences, 3 arguments.
    pub verbosity: u8,
    /// Show differences.
    pub diff: bool,
    /// Show hosts where a step was skipped.
    pub skipped_hosts: bool,
    /// Show hosts where there was nothing to change.
    pub ok_hosts: bool,
    /// Show what `set_stats` collected.
    pub custom_stats: bool,
}

/// What fits a pipe: no colours, 80 columns.
impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            width: 80,
            verbosity: 0,
            diff: false,
            skipped_hosts: true,
            ok_hosts: true,
            custom_stats: false,
        }
    }
}
