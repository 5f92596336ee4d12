mod assignment;
mod section;

use {
    super::Placement,
    crate::{
        act::{Acts, Attributes, Directory, Failure, Look, Probe, Source, Thing},
        module::{HostPath, Module, Ownership, Permissions, Word, user::group::State},
        wire::Object,
    },
    schemars::JsonSchema,
    section::{Condition, Edit, Wish},
    serde::Deserialize,
    std::path::Path,
};

/// Manage settings of INI files: an option of a section, or a whole section.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IniFile {
    /// The file. It is made if it is missing.
    #[schemars(extend("aliases" = ["dest"]))]
    path: HostPath,
    /// The section. It is added if it is missing. Without it, the option stands before the first section.
    section: Option<String>,
    /// Of several sections with this name, take the first that has these options. Each has `option`, and `value` or `values`.
    #[serde(default)]
    section_has_values: Vec<Given>,
    /// The option. Without it, the whole section is meant.
    option: Option<String>,
    /// The option's value.
    value: Option<String>,
    /// The option's values: it stands there once for each.
    values: Option<Vec<String>>,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Whether it shall be there.
    #[serde(default)]
    state: State,
    /// No other values of the option are left.
    #[serde(default = "yes")]
    exclusive: bool,
    /// No spaces around `=`.
    #[serde(default)]
    no_extra_spaces: bool,
    /// Do not change a line where only spaces around `=` differ.
    #[serde(default)]
    ignore_spaces: bool,
    /// Make the file if it is missing.
    #[serde(default = "yes")]
    create: bool,
    /// Options may stand without `=` and a value.
    #[serde(default)]
    allow_no_value: bool,
    /// An option that is commented out is replaced.
    #[serde(default = "yes")]
    modify_inactive_option: bool,
    /// Change the file that a link at the path leads to, instead of replacing the link.
    #[serde(default)]
    follow: bool,
    /// The permissions.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// Write into the old file where it cannot be replaced: not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

/// An option that the section must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    option: Word,
    value: Option<Word>,
    values: Option<Vec<Word>>,
}

fn yes() -> bool {
    true
}

impl Module for IniFile {
    const NAME: &'static str = "ini_file";
    const COLLECTION: &'static str = "community.general";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        self.check()?;
        let path = self.path.on(probe)?;
        let before = self.text(probe, &path)?;
        let mut edit = Edit::read(before.as_deref().unwrap_or_default());
        let msg = edit.bring_about(&self.wish());
        let mut acts = Acts::new();
        acts.value("path", path.display().to_string());
        acts.msg(msg);
        match edit.changed {
            true => self.write(probe, &mut acts, &path, edit.text())?,
            false => self.attributes(probe, &mut acts, &path)?,
        }
        Ok(acts.into_look())
    }
}

impl IniFile {
    fn check(&self) -> Result<(), Failure> {
        let twice = |given: &Given| given.value.is_some() && given.values.is_some();
        if self.value.is_some() && self.values.is_some() {
            return Err(Failure::refused(
                "parameters are mutually exclusive: value|values",
            ));
        }
        if self.section_has_values.iter().any(twice) {
            return Err(Failure::refused(
                "parameters are mutually exclusive: value|values found in section_has_values",
            ));
        }
        let none = self.value.is_none() && self.values.as_ref().is_none_or(Vec::is_empty);
        match self.state == State::Present && !self.allow_no_value && none {
            true => Err(Failure::refused(
                "Parameter 'value(s)' must be defined if state=present and allow_no_value=False.",
            )),
            false => Ok(()),
        }
    }

    /// The file's text; `None` where it is missing and may be made.
    fn text(&self, probe: &Probe, path: &Path) -> Result<Option<String>, Failure> {
        match probe.read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(Failure::refused(format!(
                    "{} is no text in UTF-8, so ini_file cannot change it",
                    path.display()
                ))),
            },
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) if self.create => Ok(None),
            Err(Failure::Missing {
                what: Thing::Path, ..
            }) if probe.pending().is_none() => Err(Failure::Refused {
                msg: format!("Destination {} does not exist!", path.display()),
                data: Object::from_iter([("rc".to_owned(), 257.into())]),
            }),
            Err(failure) => Err(failure),
        }
    }

    fn wish(&self) -> Wish {
        let mut values: Vec<String> = Vec::new();
        let one = self.value.iter();
        for value in one.chain(self.values.iter().flatten()) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        let conditions = self.section_has_values.iter().map(|given| Condition {
            option: given.option.0.clone(),
            values: given
                .value
                .iter()
                .chain(given.values.iter().flatten())
                .map(|word| word.0.clone())
                .collect(),
        });
        Wish {
            section: self.section.clone().filter(|section| !section.is_empty()),
            conditions: conditions.collect(),
            option: self.option.clone().filter(|option| !option.is_empty()),
            values,
            present: self.state == State::Present,
            exclusive: self.exclusive,
            equals: if self.no_extra_spaces { "=" } else { " = " },
            ignore_spaces: self.ignore_spaces,
            allow_no_value: self.allow_no_value,
            inactive: self.modify_inactive_option,
        }
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }

    fn write(
        &self,
        probe: &Probe,
        acts: &mut Acts,
        path: &Path,
        text: String,
    ) -> Result<(), Failure> {
        if let Some(parent) = path.parent() {
            let bits = Ownership::default().create(probe, true)?;
            for directory in Directory::all(probe, parent, bits)? {
                acts.push(directory);
            }
        }
        let placement = Placement {
            path: path.to_owned(),
            source: Source::Bytes(text.into_bytes()),
            ownership: self.ownership(),
            follow: self.follow,
            backup: self.backup,
            validate: None,
            in_place: self.unsafe_writes,
        };
        placement.plan(probe, acts)?;
        Ok(())
    }

    /// The text stays.
    fn attributes(&self, probe: &Probe, acts: &mut Acts, path: &Path) -> Result<(), Failure> {
        let path = probe.target(path)?;
        let Some(inode) = probe.entry(&path)? else {
            return Ok(());
        };
        let bits = self.ownership().change(probe, &inode)?;
        acts.values(super::report(probe, bits, inode.size, "file")?);
        acts.extend(Attributes::plan(probe, &path, &inode, bits)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    fn edit(before: &str, mut arguments: Value, after: &str, msg: &str) {
        let scratch = Scratch::new();
        arguments["path"] = json!(scratch.write("f", before));
        let outcome = Trial::new().change("ini_file", arguments);
        assert_eq!(scratch.read("f"), after);
        assert_eq!(outcome.msg.as_deref(), Some(msg));
    }

    fn same(text: &str, mut arguments: Value) {
        let scratch = Scratch::new();
        arguments["path"] = json!(scratch.write("f", text));
        Trial::new().same("ini_file", arguments);
        assert_eq!(scratch.read("f"), text);
    }

    const TEXT: &str = "# top\n[a]\n;key = old\nother=1\n\n# end\n[b]\nkey=x\n";

    #[test]
    fn sets_an_option() {
        edit(
            TEXT,
            json!({"section": "a", "option": "key", "value": "new"}),
            "# top\n[a]\nkey = new\nother=1\n\n# end\n[b]\nkey=x\n",
            "option changed",
        );
        edit(
            TEXT,
            json!({"section": "b", "option": "fresh", "value": 5, "no_extra_spaces": true}),
            "# top\n[a]\n;key = old\nother=1\n\n# end\n[b]\nkey=x\nfresh=5\n",
            "option added",
        );
        edit(
            TEXT,
            json!({"section": "a", "option": "key", "value": "new", "modify_inactive_option": false}),
            "# top\n[a]\n;key = old\nother=1\nkey = new\n\n# end\n[b]\nkey=x\n",
            "option added",
        );
        same(
            TEXT,
            json!({"section": "b", "option": "key", "value": "x", "ignore_spaces": true}),
        );
        same(
            TEXT,
            json!({"section": "a", "option": "other", "value": "1", "no_extra_spaces": true}),
        );
    }

    #[test]
    fn adds_sections_and_options_above_them() {
        edit(
            "[a]\nx = 1\n",
            json!({"section": "b", "option": "key", "value": "v"}),
            "[a]\nx = 1\n[b]\nkey = v\n",
            "section and option added",
        );
        edit(
            "[a]\n",
            json!({"section": "b", "allow_no_value": true}),
            "[a]\n[b]\n",
            "only section added",
        );
        edit(
            "[a]\n",
            json!({"option": "key", "value": "v"}),
            "key = v\n[a]\n",
            "option added",
        );
        edit(
            "[a]\n",
            json!({"section": "a", "option": "flag", "allow_no_value": true}),
            "[a]\nflag\n",
            "option added",
        );
    }

    #[test]
    fn knows_several_values() {
        let text = "[a]\nk = 1\nk = 2\nk = 3\n";
        let arguments = |state: &str, exclusive| json!({"section": "a", "option": "k", "values": ["2", "4"], "state": state, "exclusive": exclusive});
        edit(
            text,
            arguments("present", true),
            "[a]\nk = 4\nk = 2\n",
            "option changed",
        );
        edit(
            text,
            arguments("present", false),
            "[a]\nk = 1\nk = 2\nk = 3\nk = 4\n",
            "option added",
        );
        edit(
            text,
            arguments("absent", false),
            "[a]\nk = 1\nk = 3\n",
            "option changed",
        );
        edit(text, arguments("absent", true), "[a]\n", "option changed");
    }

    #[test]
    fn chooses_the_section_that_has_values() {
        let text = "[p]\nkey = 1\nv = a\n[p]\nkey = 2\nv = b\n";
        let arguments = |key| json!({"section": "p", "section_has_values": [{"option": "key", "value": key}], "option": "v", "value": "c"});
        edit(
            text,
            arguments(2),
            "[p]\nkey = 1\nv = a\n[p]\nkey = 2\nv = c\n",
            "option changed",
        );
        edit(
            text,
            arguments(3),
            "[p]\nkey = 1\nv = a\n[p]\nkey = 2\nv = b\n[p]\nkey = 3\nv = c\n",
            "section and option added",
        );
        edit(
            text,
            json!({"section": "p", "section_has_values": [{"option": "v", "values": ["b"]}], "state": "absent"}),
            "[p]\nkey = 1\nv = a\n",
            "section removed",
        );
    }

    #[test]
    fn makes_files_and_refuses_what_contradicts() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let path = scratch.at("new/deep/f");
        let mut arguments = json!({"path": path, "section": "a", "option": "k", "value": "v", "create": false, "mode": "0600"});
        let outcome = trial.apply("ini_file", arguments.clone());
        assert_eq!(outcome.data["rc"], 257);
        arguments["create"] = json!(true);
        trial.change("ini_file", arguments.clone());
        assert_eq!(scratch.read("new/deep/f"), "\n[a]\nk = v\n");
        arguments["mode"] = json!("0644");
        let outcome = trial.change("ini_file", arguments.clone());
        assert_eq!(outcome.data["mode"], "0644");
        arguments["values"] = json!(["w"]);
        let msg = trial.apply("ini_file", arguments).msg.unwrap();
        assert_eq!(msg, "parameters are mutually exclusive: value|values");
        let outcome = trial.apply(
            "ini_file",
            json!({"path": path, "section": "a", "option": "k"}),
        );
        assert!(
            outcome
                .msg
                .unwrap()
                .starts_with("Parameter 'value(s)' must be defined")
        );
    }
}
