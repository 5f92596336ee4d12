use {
    crate::source::{Fault, Place, Topic},
    std::{
        cmp::Reverse,
        fmt::{self, Display, Formatter},
    },
};

/// Something that was proven wrong without a host.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    pub fault: Fault,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may do no harm: the step may never run, or the value may be meant.
    Warning,
    /// It will certainly fail, or do what nobody meant.
    Error,
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $code:ident $name:literal)*) => {
        /// What kind of finding it is; the names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $code),* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// As output names it, such as `unknown-module`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => $name),* }
            }

            /// What is wrong, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$code => $meaning.trim_ascii()),* }
            }
        }
    };
}

codes! {
    /// A file breaks YAML's grammar or the playbook language.
    BadInput "bad-input"
    /// The value of an argument is none of its choices, or not of its type.
    BadArgument "bad-argument"
    /// `mode: 644` is not 0644.
    DecimalMode "decimal-mode"
    /// A condition that is neither true nor false.
    LooseCondition "loose-condition"
    /// A `notify` that no handler hears.
    LostHandler "lost-handler"
    /// An argument that a module must be given.
    MissingArgument "missing-argument"
    /// A `meta` step that cannot stand where it stands.
    MisplacedMeta "misplaced-meta"
    /// A file that a step names is nowhere.
    MissingFile "missing-file"
    /// A role is nowhere.
    MissingRole "missing-role"
    /// A command that does what a module does.
    NativeModule "native-module"
    /// A password or private key that everybody can read.
    PlainSecret "plain-secret"
    /// An argument that a role's specification refuses.
    RoleArgument "role-argument"
    /// A template that cannot be compiled.
    TemplateSyntax "template-syntax"
    /// A variable that nothing defines.
    UndefinedVariable "undefined-variable"
    /// An argument that a module does not have.
    UnknownArgument "unknown-argument"
    /// A filter or test that does not exist.
    UnknownFilter "unknown-filter"
    /// A host pattern that matches nothing.
    UnknownHostPattern "unknown-host-pattern"
    /// A keyword that does not exist.
    UnknownKeyword "unknown-keyword"
    /// A module that does not exist.
    UnknownModule "unknown-module"
    /// A keyword that is not heeded yet.
    UnsupportedKeyword "unsupported-keyword"
    /// Variables of a host or group that the inventory does not have.
    UnusedVariables "unused-variables"
    /// A value that YAML reads as something else than text.
    YamlTrap "yaml-trap"
}

impl Code {
    /// It is no matter of a run: `validate` alone tells it.
    pub fn is_advice(self) -> bool {
        matches!(
            self,
            Self::NativeModule | Self::PlainSecret | Self::UnusedVariables
        )
    }
}

impl Finding {
    pub fn new(code: Code, severity: Severity, fault: Fault) -> Self {
        Self {
            code,
            severity,
            fault,
        }
    }
}

impl Severity {
    /// An error where it is certain, else a warning.
    pub fn of(certain: bool) -> Self {
        match certain {
            true => Self::Error,
            false => Self::Warning,
        }
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A file that cannot be read as what it is: nothing else can be said of it.
pub fn bad_input(fault: Fault) -> Finding {
    let code = match fault.topic() {
        Some(Topic::Keyword) => Code::UnknownKeyword,
        Some(Topic::Role) => Code::MissingRole,
        Some(Topic::File) => Code::MissingFile,
        None => Code::BadInput,
    };
    Finding::new(code, Severity::Error, fault)
}

/// Orders findings by their place; of those that say the same the worst stays.
pub fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    let place = |finding: &Finding| {
        let at = |place: &Place| (place.path().to_owned(), place.start());
        finding.fault.place().map(at)
    };
    findings.sort_by_cached_key(|finding| {
        let message = finding.fault.message().to_owned();
        (
            place(finding),
            finding.code,
            message,
            Reverse(finding.severity),
        )
    });
    findings.dedup_by(|later, kept| {
        later.code == kept.code
            && later.fault.message() == kept.fault.message()
            && place(later) == place(kept)
    });
    findings
}

#[cfg(test)]
mod tests {
    use {super::*, crate::source::SourceFile};

    #[test]
    fn the_worst_of_those_that_say_the_same_stays_and_all_are_in_order() {
        let file = SourceFile::new("a.yml", "abc");
        let at = |start: usize, severity| {
            let fault = Fault::new("x").at(&Place::new(&file, start, start + 1));
            Finding::new(Code::YamlTrap, severity, fault)
        };
        let found = in_order(vec![
            at(2, Severity::Warning),
            at(1, Severity::Warning),
            at(2, Severity::Error),
        ]);
        assert_eq!(found, [at(1, Severity::Warning), at(2, Severity::Error)]);
    }

    #[test]
    fn codes_are_unique() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
