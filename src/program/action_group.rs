use {super::Library, crate::source::Node, std::collections::BTreeSet};

/// Groups whose names need no collection, and the groups of collections that they stand for.
const PLAIN: &[(&str, &[&str])] = &[
    ("acme", &["community.crypto.acme"]),
    ("aws", &["amazon.aws.aws", "community.aws.aws"]),
    ("azure", &["azure.azcollection.azure"]),
    ("cpm", &["wti.remote.cpm"]),
    (
        "docker",
        &["community.general.docker", "community.docker.docker"],
    ),
    ("gcp", &["google.cloud.gcp"]),
    (
        "k8s",
        &[
            "community.kubernetes.k8s",
            "community.general.k8s",
            "community.kubevirt.k8s",
            "community.okd.k8s",
            "kubernetes.core.k8s",
        ],
    ),
    ("os", &["openstack.cloud.os"]),
    ("ovirt", &["ovirt.ovirt.ovirt", "community.general.ovirt"]),
    ("vmware", &["community.vmware.vmware"]),
];

impl Library {
    /// The full names of the actions in a group of a collection (`ns.coll.group`), those of groups that it extends among them;
    /// empty where there is no such group.
    pub fn action_group(&self, name: &str) -> BTreeSet<String> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let plain = PLAIN.iter().find(|(plain, _)| *plain == name);
        for group in plain.map_or(&[name][..], |(_, groups)| *groups) {
            self.add_group(group, &mut found, &mut seen);
        }
        found
    }

    fn add_group(&self, name: &str, found: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
        let Some((collection, short)) = name.rsplit_once('.') else {
            return;
        };
        if !seen.insert(name.to_owned()) {
            return;
        }
        let Some(own) = self.collections.find(collection) else {
            return;
        };
        // A collection whose file cannot be read has no groups, as one without the file.
        let Ok(runtime) = self.store.document(&own.runtime()) else {
            return;
        };
        let entries = runtime
            .get("action_groups")
            .and_then(|groups| groups.get(short));
        for entry in entries.and_then(Node::as_list).unwrap_or_default() {
            let full = |name: &str| match name.contains('.') {
                true => name.to_owned(),
                false => format!("{collection}.{name}"),
            };
            found.extend(entry.as_str().map(full));
            let extended = entry
                .get("metadata")
                .and_then(|data| data.get("extend_group"));
            for group in extended.and_then(Node::as_list).unwrap_or_default() {
                if let Some(group) = group.as_str() {
                    self.add_group(&full(group), found, seen);
                }
            }
        }
    }
}
