use super::Deb822Repository;

impl Deb822Repository {
    /// The file's text: fields in the order of the arguments' names, as Ansible writes them.
    pub(super) fn stanza(&self, signed_by: Option<&str>) -> String {
        let list = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
        let truth =
            |truth: Option<bool>| truth.map(|truth| if truth { "yes" } else { "no" }.to_owned());
        let types: Vec<&str> = self.types.iter().map(|kind| kind.name()).collect();
        let fields = [
            (
                "Allow-Downgrade-To-Insecure",
                truth(self.allow_downgrade_to_insecure),
            ),
            ("Allow-Insecure", truth(self.allow_insecure)),
            ("Allow-Weak", truth(self.allow_weak)),
            ("Architectures", list(&self.architectures)),
            ("By-Hash", truth(self.by_hash)),
            ("Check-Date", truth(self.check_date)),
            ("Check-Valid-Until", truth(self.check_valid_until)),
            ("Components", list(&self.components)),
            (
                "Date-Max-Future",
                self.date_max_future.map(|seconds| seconds.to_string()),
            ),
            ("Enabled", truth(self.enabled)),
            ("Inrelease-Path", self.inrelease_path.clone()),
            ("Languages", list(&self.languages)),
            ("X-Repolib-Name", Some(self.name.clone())),
            ("Pdiffs", truth(self.pdiffs)),
            ("Signed-By", signed_by.map(Into::into)),
            ("Suites", list(&self.suites)),
            ("Targets", list(&self.targets)),
            ("Trusted", truth(self.trusted)),
            ("Types", Some(types.join(" "))),
            ("URIs", list(&self.uris)),
        ];
        let fields = fields.into_iter();
        let given = fields.filter_map(|(name, value)| value.map(|value| field(name, &value)));
        given.collect()
    }
}

/// A field with its value. Of several lines each is indented, and an empty one is a dot.
fn field(name: &str, value: &str) -> String {
    if value.is_empty() {
        return format!("{name}:\n");
    }
    if !value.contains('\n') {
        return format!("{name}: {value}\n");
    }
    let lines = value.trim().lines().map(|line| match line.trim() {
        "" => "    .\n".to_owned(),
        line => format!("    {line}\n"),
    });
    format!("{name}:\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn writes_fields_as_ansible_does() {
        let module: Deb822Repository = serde_json::from_value(json!({
            "name": "x", "types": ["deb", "deb-src"], "uris": ["http://a/", "http://b/"], "suites": ["./"], "enabled": false, "by_hash": true,
            "date_max_future": 5, "inrelease_path": "p",
        }))
        .unwrap();
        assert_eq!(
            module.stanza(Some("-----BEGIN X-----\n\nabc\n-----END X-----\n")),
            "By-Hash: yes\nDate-Max-Future: 5\nEnabled: no\nInrelease-Path: p\nX-Repolib-Name: x\n\
             Signed-By:\n    -----BEGIN X-----\n    .\n    abc\n    -----END X-----\nSuites: ./\nTypes: deb deb-src\nURIs: http://a/ http://b/\n"
        );
    }
}
