use {
    super::{
        Finding,
        bad_argument::bad_argument,
        broken_inventory::broken_inventory,
        decimal_mode::decimal_mode,
        finding::{bad_input, in_order},
        loose_condition::loose_condition,
        lost_handler::lost_handler,
        misplaced_meta::misplaced_meta,
        missing_file::missing_file,
        native_module::native_module,
        plain_secret::plain_secret,
        role_argument::role_argument,
        strategy::strategy,
        survey::Survey,
        template_syntax::template_syntax,
        undefined_variable::undefined_variable,
        unknown_host_pattern::unknown_host_pattern,
        unknown_module::unknown_modules,
        unsupported_keyword::unsupported_keyword,
        unused_variables::unused_variables,
        yaml_trap::yaml_trap,
    },
    crate::{program::Program, source::Fault, variable::World},
    std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    },
};

/// What is known of the run that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// It begins at the beginning and leaves no step out but by tags.
    pub whole: bool,
    /// The inventory is the run's; else hosts and their variables are unknown.
    pub inventory: bool,
    /// It is a role without the playbooks that use it: what it is given is unknown.
    pub alone: bool,
}

/// What was found, and where was looked.
#[derive(Debug, Default)]
pub struct Inspection {
    pub findings: Vec<Finding>,
    /// The files of tasks that were followed.
    pub read: BTreeSet<PathBuf>,
}

impl Inspection {
    /// Adds what another one found.
    pub fn join(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.read.extend(other.read);
    }
}

/// Of a fault that stopped the reading.
impl From<Fault> for Inspection {
    fn from(fault: Fault) -> Self {
        Self {
            findings: vec![bad_input(fault)],
            read: BTreeSet::new(),
        }
    }
}

type Rule = fn(&Survey, &mut Vec<Finding>);

/// The one list of rules; those that take longest begin.
static RULES: &[Rule] = &[
    undefined_variable,
    template_syntax,
    bad_argument,
    broken_inventory,
    decimal_mode,
    loose_condition,
    lost_handler,
    misplaced_meta,
    missing_file,
    native_module,
    plain_secret,
    role_argument,
    strategy,
    unknown_host_pattern,
    unknown_modules,
    unsupported_keyword,
    unused_variables,
    yaml_trap,
];

/// So many steps are worth a second thread.
const MANY: usize = 300;

/// What the rules find, several at a time where there is much to look at.
fn by_rules(survey: &Survey) -> Vec<Finding> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut findings = Vec::new();
        while let Some(rule) = RULES.get(next.fetch_add(1, Ordering::Relaxed)) {
            rule(survey, &mut findings);
        }
        findings
    };
    let workers = match survey.sites().nth(MANY) {
        Some(_) => std::thread::available_parallelism().map_or(1, usize::from),
        None => 1,
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut findings = work();
        for other in others {
            match other.join() {
                Ok(found) => findings.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        findings
    })
}

/// Everything that is wrong with the programs of one run, by place. Errors are only what will certainly fail or do what
/// nobody meant; no host is asked and nothing is changed.
pub fn examine(
    programs: &[Program],
    world: &Arc<World>,
    circumstances: Circumstances,
) -> Vec<Finding> {
    in_order(inspect(programs, world, circumstances).findings)
}

/// The same in no order, with the files that were read for it.
pub fn inspect(
    programs: &[Program],
    world: &Arc<World>,
    circumstances: Circumstances,
) -> Inspection {
    let survey = Survey::new(programs, world, circumstances);
    let mut findings = survey.findings.clone();
    findings.extend(by_rules(&survey));
    let files = survey.sites().map(|(_, site)| site.step.task.place.path());
    Inspection {
        findings,
        read: files.map(Path::to_owned).collect(),
    }
}
