//! The text of an RPM's spec file.

use super::rpm::{Account, Rpm};

/// Everything that a spec says.
pub(super) struct Spec<'a> {
    /// The RPM's name.
    pub(super) name: &'a str,
    /// The Debian version that it comes from.
    pub(super) debian_version: &'a str,
    /// The entry in the table; none for a library that comes along.
    pub(super) rpm: Option<&'a Rpm>,
    /// RPMs that it needs.
    pub(super) needs: Vec<String>,
    /// The directory, as seen by `rpmbuild`, whose content it packs.
    pub(super) stage: String,
    /// Lines of its `%files`.
    pub(super) files: Vec<String>,
}

/// No processing of binaries, no generated dependencies, quick compression: the binaries are Debian's, finished.
const HEAD: &str = "%global debug_package %{nil}\n%global __os_install_post %{nil}\n%global _build_id_links none\n\
                    %global _binary_payload w1.gzdio\n";

impl Spec<'_> {
    /// The spec file.
    pub(super) fn text(&self) -> String {
        let (version, release) = version_and_release(self.debian_version);
        let needs: String = self
            .needs
            .iter()
            .map(|need| format!("Requires: {need}\n"))
            .collect();
        let provides = self.rpm.map(|rpm| rpm.provides).unwrap_or_default();
        let provides: String = provides
            .iter()
            .map(|name| format!("Provides: {name}\n"))
            .collect();
        let name = self.name;
        format!(
            "{HEAD}Name: {name}\nVersion: {version}\nRelease: {release}.el9\nSummary: {name}, repackaged from Debian\n\
             License: as in Debian\nAutoReqProv: no\n{needs}{provides}\n%description\n{name}, repackaged from Debian.\n\n\
             %install\nmkdir -p %{{buildroot}}\ncp -a {stage}/. %{{buildroot}}/\n\n{scripts}%files\n%defattr(-,root,root,-)\n{files}\n",
            stage = self.stage,
            scripts = self.rpm.map(scripts).unwrap_or_default(),
            files = self.files.join("\n"),
        )
    }
}

/// Splits Debian's `epoch:upstream-revision`; EL's own form has no `-` in either part and no epoch here.
fn version_and_release(debian: &str) -> (String, String) {
    let without_epoch = debian.split_once(':').map_or(debian, |(_, rest)| rest);
    let (upstream, revision) = without_epoch
        .rsplit_once('-')
        .unwrap_or((without_epoch, "1"));
    (upstream.replace('-', "_"), revision.replace('-', "_"))
}

/// The scriptlets: the account before, services and temporary files after, services stopped when it goes.
fn scripts(rpm: &Rpm) -> String {
    let mut text = rpm.account.as_ref().map(make_account).unwrap_or_default();
    let temporary = rpm
        .files
        .iter()
        .filter(|(path, ..)| path.starts_with("/usr/lib/tmpfiles.d/"));
    let after: String = temporary
        .map(|(path, ..)| format!("systemd-tmpfiles --create {path} || :\n"))
        .collect();
    let reload = if rpm.units.is_empty() {
        ""
    } else {
        "systemctl daemon-reload >/dev/null 2>&1 || :\n"
    };
    if !after.is_empty() || !reload.is_empty() {
        text += &format!("%post\n{after}{reload}\n");
    }
    if !rpm.units.is_empty() {
        let units = rpm.units.join(" ");
        text += &format!(
            "%preun\nif [ $1 -eq 0 ]; then systemctl --no-reload disable --now {units} >/dev/null 2>&1 || :; fi\n\n\
             %postun\n{reload}\n"
        );
    }
    text
}

fn make_account(account: &Account) -> String {
    let Account { name, home, shell } = account;
    format!(
        "%pre\ngetent group {name} >/dev/null || groupadd -r {name}\n\
         getent passwd {name} >/dev/null || useradd -r -g {name} -d {home} -s {shell} -M {name}\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::rpm::TABLE;

    #[test]
    fn a_debian_version_becomes_version_and_release() {
        let split = |text| version_and_release(text);
        assert_eq!(
            split("2:9.0.1378-2+deb12u2"),
            ("9.0.1378".into(), "2+deb12u2".into())
        );
        assert_eq!(split("20230311"), ("20230311".into(), "1".into()));
        assert_eq!(split("1.0-rc1-3"), ("1.0_rc1".into(), "3".into()));
    }

    #[test]
    fn a_service_is_stopped_when_its_package_goes() {
        let nginx = TABLE.iter().find(|rpm| rpm.name == "nginx").unwrap();
        let spec = Spec {
            name: "nginx",
            debian_version: "1.22.1-9",
            rpm: Some(nginx),
            needs: vec!["libone".into()],
            stage: "/build/stage/nginx".into(),
            files: vec!["\"/usr/sbin/nginx\"".into()],
        };
        let text = spec.text();
        assert!(text.contains("Requires: libone\n"), "{text}");
        assert!(
            text.contains("useradd -r -g nginx -d /var/lib/nginx"),
            "{text}"
        );
        assert!(text.contains("disable --now nginx.service"), "{text}");
        assert!(
            text.ends_with("%files\n%defattr(-,root,root,-)\n\"/usr/sbin/nginx\"\n"),
            "{text}"
        );
    }
}
