//! Called by the name of one of Ansible's programs (a symlink), farcast takes that program's options.

use {
    super::{
        ad_hoc::AdHocArguments, args::Verb, config::Config, doc::DocArguments,
        environment::Environment, inventory::InventoryArguments, option::RunOptions, print::print,
        pull::PullArguments, vault::VaultArguments,
    },
    anyhow::Result,
    clap::{Args, Command},
    std::{
        ffi::{OsStr, OsString},
        path::Path,
    },
};

/// A program of Ansible's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Persona {
    Ansible,
    Doc,
    Inventory,
    Playbook,
    Pull,
    Vault,
}

/// The ansible-core whose behaviour is the model.
const CORE: &str = "2.19.0";

impl Persona {
    const ALL: [Self; 6] = [
        Self::Ansible,
        Self::Doc,
        Self::Inventory,
        Self::Playbook,
        Self::Pull,
        Self::Vault,
    ];

    /// The program that farcast was called as, by the last part of its path; none where that is its own name.
    pub(super) fn of(called: &OsStr) -> Option<Self> {
        let name = Path::new(called).file_name()?;
        Self::ALL.into_iter().find(|persona| name == persona.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ansible => "ansible",
            Self::Doc => "ansible-doc",
            Self::Inventory => "ansible-inventory",
            Self::Playbook => "ansible-playbook",
            Self::Pull => "ansible-pull",
            Self::Vault => "ansible-vault",
        }
    }

    /// Reads the command line as that program does.
    ///
    /// # Errors
    /// The command line is not accepted, or asks for help.
    pub(super) fn parse(self, argv: &[OsString]) -> Result<Verb, clap::Error> {
        match self {
            Self::Ansible => self
                .read::<AdHocArguments>(argv)
                .map(|arguments| Verb::Run(Box::new(arguments))),
            Self::Doc => self.read::<DocArguments>(argv).map(Verb::Doc),
            Self::Inventory => self
                .read::<InventoryArguments>(argv)
                .map(|arguments| Verb::Inventory(Box::new(arguments))),
            Self::Playbook => self
                .read::<RunOptions>(argv)
                .map(|options| Verb::Apply(Box::new(options))),
            Self::Pull => self
                .read::<PullArguments>(argv)
                .map(|arguments| Verb::Pull(Box::new(arguments))),
            Self::Vault => self.read::<VaultArguments>(argv).map(Verb::Vault),
        }
    }

    fn read<A: Args>(self, argv: &[OsString]) -> Result<A, clap::Error> {
        let command = A::augment_args(Command::new(self.name()))
            .about(format!("farcast in the place of {}", self.name()))
            .max_term_width(100);
        A::from_arg_matches(&command.try_get_matches_from(argv)?)
    }

    /// What the program prints on `--version`, as far as it means something here: tools read its first line.
    pub(super) fn version(self) -> Result<()> {
        let config = Config::read(&Environment::read())?;
        let config = config.path.map(|path| path.display().to_string());
        let own = std::env::current_exe().map(|path| path.display().to_string());
        print(format!(
            "{} [core {CORE}]\n  config file = {}\n  executable location = {}\n  farcast version = {}\n",
            self.name(),
            config.as_deref().unwrap_or("None"),
            own.as_deref().unwrap_or("unknown"),
            env!("CARGO_PKG_VERSION"),
        ))
    }
}

/// Whether the program is asked for its version and nothing else.
pub(super) fn asks_version(argv: &[OsString]) -> bool {
    matches!(argv, [_, only] if only == "--version")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Verb, clap::Error> {
        let argv: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        Persona::of(&argv[0]).unwrap().parse(&argv)
    }

    #[test]
    fn known_by_the_last_part_of_the_path() {
        let of = |called: &str| Persona::of(OsStr::new(called));
        assert_eq!(of("/usr/bin/ansible-playbook"), Some(Persona::Playbook));
        assert_eq!(of("ansible"), Some(Persona::Ansible));
        assert_eq!(of("farcast"), None);
        assert_eq!(of("ansible-galaxy"), None);
    }

    #[test]
    fn takes_the_options_of_each_program() {
        for words in [
            "ansible-playbook -i a, -l a -e x=1 -t one,two --skip-tags three -C -D -f 7 -u me -b -K -k \
             --become-user root --become-method sudo --private-key k --ssh-common-args -oX=1 --ssh-extra-args -v \
             --vault-password-file p --ask-vault-pass --vault-id a@b --start-at-task t --step --list-tasks --list-hosts \
             --list-tags --syntax-check --flush-cache --force-handlers -vvv -c ssh -T 9 -M dir --scp-extra-args -x \
             --sftp-extra-args -y one.yml two.yml",
            "ansible web:!db -i a, -m copy -a dest=/x -b -u me -K -l a -e x=1 -C -D -f 3 -vv -o -M dir --list-hosts",
            "ansible all -m ping -B 5 -P 0 --task-timeout 5 --playbook-dir . --flush-cache",
            "ansible-inventory -i a, --graph web --vars -l a --vault-id x --flush-cache -v",
            "ansible-inventory --list -y --export --output f -e a=1 --playbook-dir .",
            "ansible-vault encrypt_string -v -n a text --encrypt-vault-id x --vault-id x@y",
            "ansible-vault rekey --new-vault-id a@b f g -J",
            "ansible-doc -t module -l -j -M dir",
            "ansible-pull -U url -C main -d dir -i a, -e x=1 -t one --skip-tags two -l a -o -s 5 -f --full --clean --purge \
             --verify-commit --accept-host-key --vault-password-file p --vault-id a@b -K -k -u me -c local -T 9 -m git \
             --private-key k --check --diff --flush-cache --list-hosts -M dir -vv one.yml",
            "ansible-pull -U url --track-subs -J",
        ] {
            if let Err(error) = parse(words) {
                panic!("{words}: {error}");
            }
        }
        assert!(parse("ansible-playbook --nonsense x.yml").is_err());
    }
}
