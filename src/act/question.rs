use super::Program;

/// The read-only commands that a look may run: a closed list, each with a fixed argument vector, so that looking cannot write.
/// To add one: a variant named by what it asks, and its line in `argv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// An account that `/etc/passwd` does not hold (LDAP and the like), as a passwd line.
    Account(String),
    /// The addresses of a host name, an address at the beginning of each line.
    Addresses(String),
    /// A group that `/etc/group` does not hold, as a group line.
    Group(String),
    /// The crontab of a user; `None`: of the agent's user.
    Crontab(Option<String>),
    /// A database of the name service switch, or one entry of it, from one service or all.
    Database {
        database: String,
        key: Option<String>,
        service: Option<String>,
    },
    /// The length, hash and comment of an SSH key.
    Fingerprint(String),
    /// What the content of a file is, as `TYPE; charset=NAME`.
    MimeType(String),
    /// The time: seconds and nanoseconds since 1970, and the zone's offset and name.
    Time,
    /// What a program in the host's directory of local facts prints.
    LocalFact(String),
    /// All packages that dpkg knows, in the lines that `module::package::dpkg` reads.
    DebianPackages,
    /// What apt-get would do, if it were called with these arguments.
    AptSimulation(Vec<String>),
    /// The names of all packages in apt's lists.
    AptNames,
    /// The versions of a package in apt's lists, the newest first.
    AptVersions(String),
    /// The installed and the candidate version of a package.
    AptPolicy(String),
    /// Name, version and architecture of a Debian package file.
    DebianFile(String),
    /// Ends with code 0 if the first Debian version is at least the second.
    DebianVersionAtLeast(String, String),
    /// All installed RPM packages, in the lines that `module::package::rpm` reads.
    RpmPackages,
    /// The installed packages that provide these names or files.
    RpmProviders(Vec<String>),
    /// The package in an RPM file or at a URL, as one line of `RpmPackages`.
    RpmFile(String),
    /// What dnf (or yum: the first part) would do, as far as the metadata tell that the host has already.
    DnfSimulation(&'static str, Vec<String>),
    /// All properties of a systemd unit. Scopes other than the system's are named as systemctl's option.
    Unit(Option<&'static str>, String),
    /// A unit's state and last journal lines, for people.
    UnitReport(Option<&'static str>, String),
    /// All loaded units of the kind service.
    Services,
    /// All installed unit files of the kind service.
    ServiceFiles,
    /// The states of these units.
    ActiveStates(Vec<String>),
    /// Whether an init script says that its service runs: code 0.
    ScriptStatus(String),
    /// The programs of supervisord and their states, by supervisorctl with these options and this on its standard input.
    SupervisorStatus(String, Vec<String>, Option<String>),
    /// What a foreign module would do, by its own word: the program, in Python, is read from standard input. It is the one
    /// question whose answer is not farcast's to vouch for.
    Forecast { argv: Vec<String>, program: Vec<u8> },
    /// What only the full agent's modules ask.
    #[cfg(feature = "full")]
    Inquiry(super::Inquiry),
    /// What Docker Compose says of a project, or would do: the program with its options, the options of the project, and the
    /// project's definition, where that comes by standard input.
    #[cfg(feature = "full")]
    Compose {
        program: Vec<String>,
        project: Vec<String>,
        verb: ComposeVerb,
        definition: Option<String>,
    },
}

/// What Docker Compose can be asked.
#[cfg(feature = "full")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeVerb {
    Version,
    Containers,
    Images,
    /// What these words would do.
    Forecast(Vec<String>),
}

/// One line a package: name, architecture, version, state, section, provided names.
const DPKG_LINE: &str = "--showformat=${Package}\\t${Architecture}\\t${Version}\\t${db:Status-Abbrev}\\t${Section}\\t${Provides}\\n";

/// One line a package: name, epoch, version, release, architecture.
const RPM_LINE: &str = "--queryformat=%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n";

impl Question {
    fn argv(&self) -> Vec<&str> {
        match self {
            Self::Account(name) => vec!["getent", "passwd", "--", name],
            Self::Addresses(name) => vec!["getent", "ahosts", "--", name],
            Self::Group(name) => vec!["getent", "group", "--", name],
            Self::Crontab(Some(user)) => vec!["crontab", "-u", user, "-l"],
            Self::Crontab(None) => vec!["crontab", "-l"],
            Self::Database {
                database,
                key,
                service,
            } => {
                let mut argv = vec!["getent"];
                if let Some(service) = service {
                    argv.extend(["-s", service]);
                }
                argv.extend(["--", database]);
                argv.extend(key.as_deref());
                argv
            }
            Self::Fingerprint(path) => vec!["ssh-keygen", "-l", "-f", path],
            Self::MimeType(path) => vec!["file", "--brief", "--mime", "--", path],
            Self::Time => vec!["date", "+%s %N %z %Z"],
            Self::LocalFact(path) => vec![path],
            Self::DebianPackages => vec!["dpkg-query", "--show", DPKG_LINE],
            Self::AptSimulation(arguments) => {
                // The last word: no option among the arguments can undo it.
                let arguments = strings(arguments);
                let end = arguments.iter().position(|argument| *argument == "--");
                let (options, names) = arguments.split_at(end.unwrap_or(arguments.len()));
                let simulate = ["--option", "Debug::NoLocking=true", "--simulate"];
                [&["apt-get"], options, &simulate, names].concat()
            }
            Self::AptNames => vec!["apt-cache", "pkgnames"],
            Self::AptVersions(name) => vec!["apt-cache", "madison", "--", name],
            Self::AptPolicy(name) => vec!["apt-cache", "policy", "--", name],
            Self::DebianFile(path) => {
                let fields = ["Package", "Version", "Architecture"];
                [&["dpkg-deb", "--field", path], &fields[..]].concat()
            }
            Self::DebianVersionAtLeast(version, least) => {
                vec!["dpkg", "--compare-versions", version, "ge", least]
            }
            Self::RpmPackages => vec!["rpm", "--query", "--all", RPM_LINE],
            Self::RpmProviders(names) => {
                let format = "--queryformat=%{NAME}\\n";
                let head = ["rpm", "--query", "--whatprovides", format, "--"];
                [&head[..], &strings(names)].concat()
            }
            Self::RpmFile(path) => vec!["rpm", "--query", "--package", RPM_LINE, "--", path],
            Self::DnfSimulation(program, arguments) => {
                let head = [*program, "--cacheonly", "--assumeno"];
                [&head[..], &strings(arguments)].concat()
            }
            Self::Unit(scope, name) => systemctl(*scope, &["show", "--no-pager", "--", name]),
            Self::UnitReport(scope, name) => {
                let report = ["status", "--no-pager", "--full", "--lines=10", "--", name];
                systemctl(*scope, &report)
            }
            Self::Services => {
                let list = ["list-units", "--type=service", "--all", "--plain"];
                systemctl(None, &[&list[..], &LISTING].concat())
            }
            Self::ServiceFiles => {
                let list = ["list-unit-files", "--type=service", "--all"];
                systemctl(None, &[&list[..], &LISTING].concat())
            }
            Self::ActiveStates(names) => {
                let show = ["show", "--no-pager", "--property=Id,ActiveState", "--"];
                systemctl(None, &[&show[..], &strings(names)].concat())
            }
            Self::ScriptStatus(name) => vec!["service", name, "status"],
            Self::SupervisorStatus(program, options, _) => {
                let program = [program.as_str()];
                [&program[..], &strings(options), &["status"]].concat()
            }
            Self::Forecast { argv, .. } => [&strings(argv)[..], &["-"]].concat(),
            #[cfg(feature = "full")]
            Self::Inquiry(_) => Vec::new(),
            #[cfg(feature = "full")]
            Self::Compose {
                program,
                project,
                verb,
                ..
            } => {
                let (before, words) = match verb {
                    ComposeVerb::Version => (vec![], vec!["version", "--format", "json"]),
                    ComposeVerb::Containers => (vec![], vec!["ps", "--all", "--format", "json"]),
                    ComposeVerb::Images => (vec![], vec!["images", "--format", "json"]),
                    ComposeVerb::Forecast(words) => (vec!["--dry-run"], strings(words)),
                };
                let head = [&strings(program)[..], &["compose"], &before].concat();
                [head, strings(project), words].concat()
            }
        }
    }

    /// The command, with messages in English.
    pub(super) fn program(&self) -> Program {
        if let Self::Forecast { program, .. } = self {
            return Program::new(self.argv()).stdin(program.clone());
        }
        #[cfg(feature = "full")]
        if let Self::Inquiry(inquiry) = self {
            return inquiry.program();
        }
        let program = Program::new(self.argv()).env("LC_ALL", "C.UTF-8");
        match self {
            Self::SupervisorStatus(_, _, Some(input)) => program.stdin(input.as_str()),
            #[cfg(feature = "full")]
            Self::Compose {
                definition: Some(text),
                ..
            } => program.stdin(text.as_str()),
            _ => program,
        }
    }
}

const LISTING: [&str; 3] = ["--no-pager", "--no-legend", "--full"];

fn strings(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn systemctl<'a>(scope: Option<&'static str>, arguments: &[&'a str]) -> Vec<&'a str> {
    let head = ["systemctl"].into_iter().chain(scope);
    head.chain(arguments.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_stays_one_whatever_the_arguments_are() {
        let arguments = ["-o", "APT::Get::Simulate=false", "install", "--", "a"];
        let question = Question::AptSimulation(arguments.map(Into::into).to_vec());
        let argv = question.argv();
        assert_eq!(argv[argv.len() - 3..], ["--simulate", "--", "a"]);
    }
}
