use {
    super::{
        ad_hoc::AdHocArguments,
        completions::CompletionsArguments,
        doc::DocArguments,
        facts::FactsArguments,
        inventory::InventoryArguments,
        man::ManArguments,
        option::{RunOptions, ValidateOptions},
        pull::PullArguments,
        report::ReportArguments,
        sandbox::SandboxArguments,
        schema::SchemaArguments,
        test::TestArguments,
        vault::VaultArguments,
        why::WhyArguments,
    },
    clap::{Parser, Subcommand},
};

/// Bring hosts into the state that Ansible playbooks declare: over SSH, with nothing needed on the hosts.
#[derive(Debug, Parser)]
#[command(
    name = "farcast",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run playbooks.
    Apply(Box<RunOptions>),
    /// Say what `apply` would change, with differences, and change nothing. Exit code 0: in sync; 3: something would change.
    Plan(Box<RunOptions>),
    /// Check playbooks without touching a host.
    Validate(Box<ValidateOptions>),
    /// Do one thing on hosts, as the program `ansible` does.
    Run(Box<AdHocArguments>),
    /// Gather facts about hosts and print them as JSON.
    Facts(Box<FactsArguments>),
    /// Show hosts, groups and their variables, as `ansible-inventory` does.
    Inventory(Box<InventoryArguments>),
    /// Say where a variable of a host comes from: the definition that wins, those it hides, and who reads it.
    Why(Box<WhyArguments>),
    /// Print the JSON Schema of playbooks, for editors.
    Schema(SchemaArguments),
    /// Describe modules and their arguments.
    Doc(DocArguments),
    /// Get a repository and apply its playbook to this machine, as `ansible-pull` does.
    Pull(Box<PullArguments>),
    /// Tell what came of runs that are over.
    Report(ReportArguments),
    /// Encrypt, decrypt, view and edit vaults, as `ansible-vault` does.
    Vault(VaultArguments),
    /// Make and end throwaway real hosts on this machine.
    Sandbox(SandboxArguments),
    /// Test a playbook on throwaway hosts: apply it, apply it again (which must change nothing), verify the result.
    Test(Box<TestArguments>),
    /// Print a script that completes farcast's command line in a shell.
    Completions(CompletionsArguments),
    /// Print the manual page, or write the pages of all verbs into a directory.
    Man(ManArguments),
}
