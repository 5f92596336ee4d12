use {
    super::Program,
    std::{collections::BTreeMap, path::PathBuf},
};

/// As `Question`, for what only the modules of the full agent ask: a closed list of commands that do not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// What git says about a repository.
    Git(GitCall, GitQuestion),
    /// The files of a kernel module and of those that it needs, itself last.
    KernelModule(String),
    /// All locales that are generated.
    Locales,
    /// An access control list, by this call of getfacl.
    Acl(Vec<String>),
    /// What this call of setfacl would do: `--test` makes sure that it does nothing.
    AclChange(Vec<String>),
    /// The rules of the packet filter, or whether one is there, by this program: the words after `-t TABLE` are `-S` or `-C`.
    PacketRules(&'static str, Vec<String>),
    /// The Python packages that are installed, each with its version; by this call of pip.
    PythonPackages(Program),
    /// Those that have newer versions, with these arguments about where to look.
    PythonOutdated(Program, Vec<String>),
    /// The keys that rpm trusts, as text.
    RpmKeys,
}

/// How git is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitCall {
    /// Its name or path.
    pub executable: String,
    /// The repository.
    pub directory: Option<PathBuf>,
    pub environment: BTreeMap<String, String>,
    pub umask: Option<u32>,
}

/// What git is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitQuestion {
    /// The references of a remote repository, each after its hash; with the branch that its HEAD is.
    References { url: String, patterns: Vec<String> },
    /// The references of the repository.
    Own,
    /// The files that differ from what HEAD says; `true`: submodules may.
    Modifications(bool),
    /// The address of a remote.
    Address(String),
    /// The state of all submodules: a letter, the commit, the path.
    Submodules,
    /// The commit that a name stands for.
    Commit(String),
    /// An archive of a version.
    Archive(Vec<String>),
    /// Whether a signature is good: with `verify-commit` or `verify-tag`.
    Signature(&'static str, String),
}

impl GitCall {
    /// A call with these arguments, with messages in English.
    pub fn program<'a>(&'a self, arguments: impl IntoIterator<Item = &'a str>) -> Program {
        let argv = [self.executable.as_str()].into_iter().chain(arguments);
        let mut program = Program::new(argv).env("LC_ALL", "C.UTF-8");
        program.environment.extend(self.environment.clone());
        program.directory = self.directory.clone();
        program.umask = self.umask;
        program
    }
}

impl Inquiry {
    /// The command, with messages in English.
    pub(super) fn program(&self) -> Program {
        match self {
            Self::KernelModule(name) => said(["modprobe", "--show-depends", "--", name]),
            Self::Locales => said(["locale", "-a"]),
            Self::Acl(argv) => said(argv.iter().map(String::as_str)),
            Self::AclChange(argv) => {
                let (program, rest) = argv.split_at(argv.len().min(1));
                let test = ["--test".to_owned()];
                let argv = program.iter().chain(&test).chain(rest);
                said(argv.map(String::as_str))
            }
            Self::PacketRules(program, words) => {
                let words = words.iter().map(String::as_str);
                said([*program].into_iter().chain(words))
            }
            Self::PythonPackages(pip) => with(pip, ["list", "--format=freeze"]),
            Self::PythonOutdated(pip, arguments) => {
                let arguments = arguments.iter().map(String::as_str);
                with(
                    pip,
                    ["list", "--outdated", "--format=json"]
                        .into_iter()
                        .chain(arguments),
                )
            }
            Self::RpmKeys => said([
                "rpm",
                "--query",
                "--queryformat=%{DESCRIPTION}\n",
                "gpg-pubkey",
            ]),
            // Else it would write what it learns about files into its index.
            Self::Git(call, question) => call
                .program(question.arguments())
                .env("GIT_OPTIONAL_LOCKS", "0"),
        }
    }
}

fn with<'a>(program: &Program, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    let mut program = program.clone();
    program.argv.extend(arguments.into_iter().map(Into::into));
    program
}

fn said<'a>(argv: impl IntoIterator<Item = &'a str>) -> Program {
    Program::new(argv).env("LC_ALL", "C.UTF-8")
}

impl GitQuestion {
    fn arguments(&self) -> Vec<&str> {
        match self {
            Self::References { url, patterns } => {
                let mut arguments = vec!["ls-remote", "--symref", "--", url];
                arguments.extend(patterns.iter().map(String::as_str));
                arguments
            }
            Self::Own => vec!["for-each-ref", "--format=%(objectname)\t%(refname)"],
            Self::Modifications(submodules) => {
                let ignored = match submodules {
                    true => "--ignore-submodules=all",
                    false => "--ignore-submodules=untracked",
                };
                vec!["status", "--porcelain", "--untracked-files=no", ignored]
            }
            Self::Address(remote) => vec!["ls-remote", "--get-url", "--", remote],
            Self::Submodules => vec!["submodule", "status", "--recursive"],
            Self::Commit(name) => vec!["rev-parse", "--verify", "--quiet", name],
            Self::Archive(arguments) => {
                let head = ["archive"].into_iter();
                head.chain(arguments.iter().map(String::as_str)).collect()
            }
            Self::Signature(verify, name) => vec![verify, "--raw", name],
        }
    }
}
