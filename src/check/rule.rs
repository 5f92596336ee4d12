use {
    super::{
        Finding, bad_argument::bad_argument, broken_inventory::broken_inventory,
        decimal_mode::decimal_mode, finding::sorted, loose_condition::loose_condition,
        lost_handler::lost_handler, missing_file::missing_file, survey::Survey,
        template_syntax::template_syntax, undefined_variable::undefined_variable,
        unknown_host_pattern::unknown_host_pattern, unknown_module::unknown_modules,
        unsupported_keyword::unsupported_keyword, yaml_trap::yaml_trap,
    },
    crate::{program::Program, variable::World},
    std::sync::Arc,
};

/// What is known of the run that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// It begins at the beginning and leaves no step out but by tags.
    pub whole: bool,
    /// The inventory is the run's; else hosts and their variables are unknown.
    pub inventory: bool,
}

type Rule = fn(&Survey, &mut Vec<Finding>);

/// The one list of rules.
static RULES: &[Rule] = &[
    bad_argument,
    broken_inventory,
    decimal_mode,
    loose_condition,
    lost_handler,
    missing_file,
    template_syntax,
    undefined_variable,
    unknown_host_pattern,
    unknown_modules,
    unsupported_keyword,
    yaml_trap,
];

/// Everything that is wrong with the programs of one run, by place. Errors are only what will certainly fail or do what
/// nobody meant; no host is asked and nothing is changed.
pub fn examine(
    programs: &[Program],
    world: &Arc<World>,
    circumstances: Circumstances,
) -> Vec<Finding> {
    let survey = Survey::new(programs, world, circumstances);
    let mut findings = survey.findings.clone();
    for rule in RULES {
        rule(&survey, &mut findings);
    }
    sorted(findings)
}
