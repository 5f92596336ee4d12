use crate::inventory::LayerKind;

/// A level of Ansible's precedence of variables, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    RoleDefaults,
    AllInInventory,
    AllBesideInventory,
    AllBesidePlaybook,
    GroupInInventory,
    GroupBesideInventory,
    GroupBesidePlaybook,
    HostInInventory,
    HostBesideInventory,
    HostBesidePlaybook,
    Facts,
    PlayVars,
    VarsPrompt,
    VarsFiles,
    RoleVars,
    BlockVars,
    TaskVars,
    IncludeVars,
    SetFacts,
    RoleParams,
    IncludeParams,
    ExtraVars,
    /// The item of a loop and what belongs to it.
    LoopVariable,
    /// What nobody can set.
    Magic,
}

impl Level {
    /// As Ansible's documentation calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RoleDefaults => "role defaults",
            Self::AllInInventory => "inventory group all",
            Self::AllBesideInventory => "inventory group_vars/all",
            Self::AllBesidePlaybook => "playbook group_vars/all",
            Self::GroupInInventory => "inventory group",
            Self::GroupBesideInventory => "inventory group_vars/*",
            Self::GroupBesidePlaybook => "playbook group_vars/*",
            Self::HostInInventory => "inventory host",
            Self::HostBesideInventory => "inventory host_vars/*",
            Self::HostBesidePlaybook => "playbook host_vars/*",
            Self::Facts => "host facts",
            Self::PlayVars => "play vars",
            Self::VarsPrompt => "play vars_prompt",
            Self::VarsFiles => "play vars_files",
            Self::RoleVars => "role vars",
            Self::BlockVars => "block vars",
            Self::TaskVars => "task vars",
            Self::IncludeVars => "include_vars",
            Self::SetFacts => "set_fact / register",
            Self::RoleParams => "role params",
            Self::IncludeParams => "include params",
            Self::ExtraVars => "extra vars",
            Self::LoopVariable => "loop variable",
            Self::Magic => "magic variable",
        }
    }
}

impl From<LayerKind> for Level {
    fn from(kind: LayerKind) -> Self {
        match kind {
            LayerKind::AllInInventory => Self::AllInInventory,
            LayerKind::AllBesideInventory => Self::AllBesideInventory,
            LayerKind::AllBesidePlaybook => Self::AllBesidePlaybook,
            LayerKind::GroupInInventory => Self::GroupInInventory,
            LayerKind::GroupBesideInventory => Self::GroupBesideInventory,
            LayerKind::GroupBesidePlaybook => Self::GroupBesidePlaybook,
            LayerKind::HostInInventory => Self::HostInInventory,
            LayerKind::HostBesideInventory => Self::HostBesideInventory,
            LayerKind::HostBesidePlaybook => Self::HostBesidePlaybook,
        }
    }
}
