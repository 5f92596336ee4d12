//! The modules: to add one, add its line to `CORE` or `FULL`, in the order of the names.

#[cfg(feature = "full")]
use super::{archive, build, crypto, docker, postgresql};
use {
    super::{
        Module, Probe, command, file, foreign, job, net, package, ping, service, setup, system,
        user,
    },
    crate::wire::{Outcome, Run},
};

/// Which agent has a module: the full one has those of the core, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// What nearly every playbook needs. It is kept small, as it is what hosts get.
    Core,
    /// All modules. Hosts get it where a playbook needs one that the core has not.
    Full,
}

static CORE: &[Entry] = &[
    entry::<package::apt::Apt>(),
    entry::<package::apt_repository::AptRepository>(),
    entry::<job::async_status::AsyncStatus>(),
    entry::<user::authorized_key::AuthorizedKey>(),
    entry::<file::blockinfile::BlockInFile>(),
    entry::<command::command::Command>(),
    entry::<file::copy::Copy>(),
    entry::<user::cron::Cron>(),
    entry::<package::dnf::Dnf>(),
    entry::<file::fetch::Fetch>(),
    entry::<file::file::File>(),
    entry::<file::find::Find>(),
    entry::<net::get_url::GetUrl>(),
    entry::<user::getent::Getent>(),
    entry::<user::group::Group>(),
    entry::<system::hostname::Hostname>(),
    entry::<user::known_hosts::KnownHosts>(),
    entry::<file::lineinfile::LineInFile>(),
    entry::<package::package::Package>(),
    entry::<package::package_facts::PackageFacts>(),
    entry::<ping::Ping>(),
    entry::<command::raw::Raw>(),
    entry::<file::replace::Replace>(),
    entry::<command::script::Script>(),
    entry::<service::service::Service>(),
    entry::<service::service_facts::ServiceFacts>(),
    entry::<setup::Setup>(),
    entry::<command::shell::Shell>(),
    entry::<file::slurp::Slurp>(),
    entry::<file::stat::Stat>(),
    entry::<service::supervisorctl::Supervisorctl>(),
    entry::<system::sysctl::Sysctl>(),
    entry::<service::systemd::Systemd>(),
    entry::<file::tempfile::TempFile>(),
    entry::<net::uri::Uri>(),
    entry::<user::user::User>(),
    entry::<system::wait_for::WaitFor>(),
    entry::<package::yum_repository::YumRepository>(),
];

/// What only the full agent has.
#[cfg(feature = "full")]
static FULL: &[Entry] = &[
    entry::<file::acl::Acl>(),
    entry::<system::alternatives::Alternatives>(),
    entry::<package::apt_key::AptKey>(),
    entry::<archive::archive::Archive>(),
    entry::<package::deb822_repository::Deb822Repository>(),
    entry::<package::debconf::Debconf>(),
    entry::<docker::compose::DockerComposeV2>(),
    entry::<docker::container::DockerContainer>(),
    entry::<docker::container_info::DockerContainerInfo>(),
    entry::<docker::image::DockerImage>(),
    entry::<docker::login::DockerLogin>(),
    entry::<docker::network::DockerNetwork>(),
    entry::<docker::prune::DockerPrune>(),
    entry::<docker::volume::DockerVolume>(),
    entry::<package::dpkg_selections::DpkgSelections>(),
    entry::<crypto::get_certificate::GetCertificate>(),
    entry::<build::git::Git>(),
    entry::<crypto::htpasswd::Htpasswd>(),
    entry::<file::ini_file::IniFile>(),
    entry::<net::iptables::Iptables>(),
    entry::<system::locale_gen::LocaleGen>(),
    entry::<system::modprobe::Modprobe>(),
    entry::<system::mount::Mount>(),
    entry::<crypto::openssh_keypair::OpensshKeypair>(),
    entry::<crypto::openssl_csr::OpensslCsr>(),
    entry::<crypto::openssl_dhparam::OpensslDhparam>(),
    entry::<crypto::openssl_privatekey::OpensslPrivatekey>(),
    entry::<system::pam_limits::PamLimits>(),
    entry::<build::pip::Pip>(),
    entry::<postgresql::postgresql_db::PostgresqlDb>(),
    entry::<postgresql::postgresql_ext::PostgresqlExt>(),
    entry::<postgresql::postgresql_info::PostgresqlInfo>(),
    entry::<postgresql::postgresql_owner::PostgresqlOwner>(),
    entry::<postgresql::postgresql_pg_hba::PostgresqlPgHba>(),
    entry::<postgresql::postgresql_ping::PostgresqlPing>(),
    entry::<postgresql::postgresql_privs::PostgresqlPrivs>(),
    entry::<postgresql::postgresql_query::PostgresqlQuery>(),
    entry::<postgresql::postgresql_schema::PostgresqlSchema>(),
    entry::<postgresql::postgresql_set::PostgresqlSet>(),
    entry::<postgresql::postgresql_table::PostgresqlTable>(),
    entry::<postgresql::postgresql_user::PostgresqlUser>(),
    entry::<package::rpm_key::RpmKey>(),
    entry::<system::seboolean::Seboolean>(),
    entry::<system::timezone::Timezone>(),
    entry::<archive::unarchive::Unarchive>(),
    entry::<crypto::x509_certificate::X509Certificate>(),
];
#[cfg(not(feature = "full"))]
static FULL: &[Entry] = &[];

/// What no task can name: only the controller sends it.
static OWN: &[Entry] = &[entry::<foreign::Foreign>(), entry::<job::start::Start>()];

/// What is known about a module.
pub struct Entry {
    /// The canonical short name.
    pub name: &'static str,
    /// Other short names.
    pub aliases: &'static [&'static str],
    pub collection: &'static str,
    /// The argument that free text fills.
    pub free_form: Option<&'static str>,
    /// To be sent by itself, when its turn has come.
    pub alone: bool,
    /// Runs a step; reports each item's outcome.
    pub run: fn(&mut Probe, &Run, &mut dyn FnMut(usize, Outcome)),
    #[cfg(any(test, feature = "controller"))]
    schema: fn() -> super::argument::Schema,
}

const fn entry<M: Module>() -> Entry {
    Entry {
        name: M::NAME,
        aliases: M::ALIASES,
        collection: M::COLLECTION,
        free_form: M::FREE_FORM,
        alone: M::ALONE,
        run: super::run::<M>,
        #[cfg(any(test, feature = "controller"))]
        schema: super::argument::Schema::of_module::<M>,
    }
}

/// All modules.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    CORE.iter().chain(FULL)
}

/// Finds a module by the name that a task gives it: short, or with its collection.
pub fn find(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.is(name))
}

/// The smallest agent that has what a request names.
#[cfg(any(test, feature = "controller"))]
pub fn edition(module: &str) -> Edition {
    match FULL.iter().any(|entry| entry.name == module) {
        true => Edition::Full,
        false => Edition::Core,
    }
}

/// Finds what a request names: a module, or what only the controller sends.
pub fn requested(name: &str) -> Option<&'static Entry> {
    let own = OWN.iter().find(|entry| entry.name == name);
    own.or_else(|| find(name))
}

impl Entry {
    fn is(&self, name: &str) -> bool {
        let (collection, short) = name.rsplit_once('.').unwrap_or(("", name));
        let known = ["", "ansible.builtin", "ansible.legacy"].contains(&collection)
            || collection == self.collection;
        known && (short == self.name || self.aliases.contains(&short))
    }

    /// The name with its collection.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.collection, self.name)
    }
}

#[cfg(any(test, feature = "controller"))]
impl Entry {
    /// The module's arguments. Made anew with each call.
    pub fn schema(&self) -> super::argument::Schema {
        (self.schema)()
    }
}

/// The module name that is nearest to a mistyped one.
#[cfg(any(test, feature = "controller"))]
pub fn nearest(name: &str) -> Option<&'static str> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let names =
        all().flat_map(|entry| std::iter::once(entry.name).chain(entry.aliases.iter().copied()));
    super::argument::nearest(short, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        for list in [CORE, FULL] {
            let names: Vec<_> = list.iter().map(|entry| entry.name).collect();
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        }
        let mut names: Vec<_> = all().map(|entry| entry.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn finds_by_short_and_full_name() {
        for name in ["copy", "ansible.builtin.copy", "ansible.legacy.copy"] {
            assert_eq!(
                find(name).map(Entry::full_name).as_deref(),
                Some("ansible.builtin.copy")
            );
        }
        assert!(find("community.general.copy").is_none());
        assert_eq!(nearest("ansible.builtin.coppy"), Some("copy"));
    }
}
