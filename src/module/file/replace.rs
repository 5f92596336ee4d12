use {
    super::{edit::Edit, pattern::Pattern},
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::{HostPath, Module, Ownership, Permissions},
    },
    schemars::JsonSchema,
    serde::Deserialize,
};

/// Replace everything in a file that matches a regular expression.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Replace {
    /// The file.
    #[schemars(extend("aliases" = ["dest", "destfile", "name"]))]
    path: HostPath,
    /// The regular expression; `^` and `$` stand for the ends of lines.
    regexp: String,
    /// What to put in place of each match; may hold groups (`\1`, `\g<name>`).
    #[serde(default)]
    replace: String,
    /// Only behind the first match of this regular expression (`.` stands for ends of lines, too).
    after: Option<String>,
    /// Only before the match of this regular expression.
    before: Option<String>,
    /// The file's encoding: only `utf-8` is known.
    #[serde(default = "utf8")]
    encoding: String,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// A command that must succeed before the file is put in place; `%s` stands for the new file.
    validate: Option<String>,
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

fn utf8() -> String {
    "utf-8".into()
}

impl Module for Replace {
    const NAME: &'static str = "replace";
    const FILES: bool = true;
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        if !["utf-8", "utf8"].contains(&self.encoding.to_lowercase().as_str()) {
            let msg = format!("encoding {} is not known; only utf-8 is", self.encoding);
            return Err(Failure::refused(msg));
        }
        let edit = self.edit();
        let text = edit.text(probe)?;
        let mut acts = Acts::new();
        acts.value("rc", 0);
        let Some((start, end)) = self.section(&text)? else {
            let pattern = self.pattern();
            acts.msg(format!(
                "Pattern for before/after params did not match the given file: {pattern}"
            ));
            return Ok(acts.into_look());
        };
        let (section, count) =
            Pattern::lines(&self.regexp)?.replace(&text[start..end], &self.replace);
        let text = [&text[..start], &section, &text[end..]].concat();
        let msg = format!("{count} replacements made");
        edit.finish(probe, acts, text, &msg)
    }
}

impl Replace {
    fn edit(&self) -> Edit<'_> {
        Edit {
            path: &self.path,
            create: false,
            ownership: Ownership {
                mode: self.mode.as_ref(),
                owner: self.owner.as_deref(),
                group: self.group.as_deref(),
            },
            backup: self.backup,
            validate: self.validate.as_deref(),
            in_place: self.unsafe_writes,
        }
    }

    fn pattern(&self) -> String {
        let after = self.after.as_deref().unwrap_or_default();
        let before = self.before.as_deref().unwrap_or_default();
        match before {
            "" => format!("{after}(?P<subsection>.*)"),
            before if after.is_empty() => format!("(?P<subsection>.*){before}"),
            before => format!("{after}(?P<subsection>.*?){before}"),
        }
    }

    /// Where the part that may change begins and ends.
    fn section(&self, text: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
        if self.after.is_none() && self.before.is_none() {
            return Ok(Some((0, text.len())));
        }
        let pattern = Pattern::whole(&self.pattern())?;
        let found = pattern.captures(text);
        Ok(found.and_then(|found| found.span("subsection")))
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    fn edit(before: &str, mut arguments: Value) -> String {
        let scratch = Scratch::new();
        arguments["path"] = json!(scratch.write("f", before));
        Trial::new().change("replace", arguments);
        scratch.read("f")
    }

    #[test]
    fn replaces_everywhere_or_in_a_section() {
        assert_eq!(
            edit("a1\na2\n", json!({"regexp": "^a(.)$", "replace": "b\\1"})),
            "b1\nb2\n"
        );
        assert_eq!(
            edit("x\ny\nx\n", json!({"regexp": "x", "after": "y"})),
            "x\ny\n\n"
        );
        assert_eq!(
            edit(
                "x\ny\nx\n",
                json!({"regexp": "x", "replace": "z", "before": "y"})
            ),
            "z\ny\nx\n"
        );
        let both = json!({"regexp": "x", "replace": "z", "after": "a", "before": "b"});
        assert_eq!(edit("xaxbx", both), "xazbx");
    }

    #[test]
    fn says_when_the_section_is_not_there() {
        let scratch = Scratch::new();
        let path = scratch.write("f", "x");
        let mut trial = Trial::new();
        let outcome = trial.apply(
            "replace",
            json!({"path": path, "regexp": "x", "after": "q"}),
        );
        assert!(!outcome.changed && outcome.msg.unwrap().contains("did not match"));
        assert!(
            trial
                .apply("replace", json!({"path": scratch.at("no"), "regexp": "x"}))
                .failed
        );
    }
}
