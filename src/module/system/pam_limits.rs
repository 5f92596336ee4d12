use {
    super::text,
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    std::path::Path,
};

/// Manage the limits that logins get, in `/etc/security/limits.conf`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PamLimits {
    /// Who: a user, `@group`, `*`, a range of numbers.
    domain: String,
    /// The kind of limit.
    limit_type: Kind,
    /// What is limited.
    limit_item: Item,
    /// The limit: a number, `unlimited`, `infinity` or `-1`; from -20 to 19 for `nice` and `priority`.
    value: String,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// A smaller value that is there already stays.
    #[serde(default)]
    use_min: bool,
    /// A greater value that is there already stays.
    #[serde(default)]
    use_max: bool,
    /// The file.
    #[serde(default = "usual_file")]
    dest: String,
    /// A comment at the end of the line.
    #[serde(default)]
    comment: String,
}

fn usual_file() -> String {
    "/etc/security/limits.conf".into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Hard,
    Soft,
    #[serde(rename = "-")]
    Both,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::Both => "-",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Item {
    Core,
    Data,
    Fsize,
    Memlock,
    Nofile,
    Rss,
    Stack,
    Cpu,
    Nproc,
    As,
    Maxlogins,
    Maxsyslogins,
    Priority,
    Locks,
    Sigpending,
    Msgqueue,
    Nice,
    Rtprio,
    Chroot,
}

impl Item {
    fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    }
}

impl Module for PamLimits {
    const NAME: &'static str = "pam_limits";
    const COLLECTION: &'static str = "community.general";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        if self.use_max && self.use_min {
            return Err(Failure::refused(
                "Cannot use use_min and use_max at the same time.",
            ));
        }
        let item = self.limit_item.name();
        check(&item, &self.value, "")?;
        if self.domain.is_empty() || self.domain.contains(char::is_whitespace) {
            return Err(Failure::refused("domain must be one word"));
        }
        let path = Path::new(&self.dest);
        let before = text::read(probe, path)?;
        let (after, line) = self.edit(before.as_deref().unwrap_or_default(), &item)?;
        let mut acts = Acts::new();
        acts.msg(line);
        if before.as_ref() != Some(&after) {
            text::write(probe, &mut acts, path, after, self.backup)?;
        }
        Ok(acts.into_look())
    }
}

impl PamLimits {
    /// The file's new text, and the line in question.
    fn edit(&self, text: &str, item: &str) -> Result<(String, String), Failure> {
        let (mut after, mut told) = (String::new(), None);
        let mut comment = self.comment.clone();
        for line in text.split_inclusive('\n') {
            let (words, own) = match line.split_once('#') {
                Some((words, own)) => (words, own.trim_end_matches('\n')),
                None => (line, ""),
            };
            let words: Vec<&str> = words.split_whitespace().collect();
            let [domain, kind, known, value] = words.as_slice() else {
                after.push_str(line);
                continue;
            };
            check(
                known,
                value,
                &format!("Invalid configuration found in '{}'.", self.dest),
            )?;
            let meant = *domain == self.domain && *kind == self.limit_type.name() && *known == item;
            let wanted = self.wanted(item, value);
            if !meant || wanted == *value {
                after.push_str(line);
                told = told.or(meant.then(|| line.to_owned()));
                continue;
            }
            if comment.is_empty() {
                comment = own.to_owned();
            }
            let line = self.line(item, &wanted, &comment);
            after.push_str(&line);
            told = Some(line);
        }
        if told.is_none() {
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            let line = self.line(item, &self.value, &comment);
            after.push_str(&line);
            told = Some(line);
        }
        Ok((after, told.unwrap_or_default()))
    }

    fn line(&self, item: &str, value: &str, comment: &str) -> String {
        let kind = self.limit_type.name();
        let comment = match comment {
            "" => String::new(),
            comment => format!("\t#{comment}"),
        };
        format!("{}\t{kind}\t{item}\t{value}{comment}\n", self.domain)
    }

    /// The value for a line that has one.
    fn wanted(&self, item: &str, there: &str) -> String {
        if !self.use_min && !self.use_max {
            return self.value.clone();
        }
        let number = |value: &str| match value {
            _ if is_unlimited(item, value) => i128::MAX,
            value => value.parse().unwrap_or(0),
        };
        let (here, wanted) = (number(there), number(&self.value));
        let keep = match self.use_max {
            true => here >= wanted,
            false => here <= wanted,
        };
        if keep {
            there.into()
        } else {
            self.value.clone()
        }
    }
}

fn is_unlimited(item: &str, value: &str) -> bool {
    !["nice", "priority"].contains(&item) && ["unlimited", "infinity", "-1"].contains(&value)
}

fn check(item: &str, value: &str, before: &str) -> Result<(), Failure> {
    if ["nice", "priority"].contains(&item) {
        return match value
            .parse()
            .is_ok_and(|value: i64| (-20..=19).contains(&value))
        {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "{before} Value of '{value}' for item '{item}' is invalid. Value must be a number in the range -20 to 19 inclusive. \
                 Refer to the limits.conf(5) manual pages for more details."
            ))),
        };
    }
    let number = !value.is_empty() && value.chars().all(|digit| digit.is_ascii_digit());
    match number || is_unlimited(item, value) {
        true => Ok(()),
        false => Err(Failure::refused(format!(
            "{before} Value of '{value}' for item '{item}' is invalid. Value must either be 'unlimited', 'infinity' or -1, all of \
             which indicate no limit, or a limit of 0 or larger. Refer to the limits.conf(5) manual pages for more details."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    const TEXT: &str = "# limits\n* soft core 0 # none\nada hard nofile 100\n";

    #[test]
    fn sets_limits() {
        let scratch = Scratch::new();
        let path = scratch.write("limits.conf", TEXT);
        let mut trial = Trial::new();
        let outcome = trial.change(
            "pam_limits",
            json!({"domain": "*", "limit_type": "soft", "limit_item": "core", "value": 5, "dest": path}),
        );
        assert_eq!(outcome.msg.unwrap(), "*\tsoft\tcore\t5\t# none\n");
        trial.change(
            "pam_limits",
            json!({"domain": "@x", "limit_type": "-", "limit_item": "nice", "value": "-5", "dest": path, "comment": " kind"}),
        );
        assert_eq!(
            scratch.read("limits.conf"),
            "# limits\n*\tsoft\tcore\t5\t# none\nada hard nofile 100\n@x\t-\tnice\t-5\t# kind\n"
        );
    }

    #[test]
    fn keeps_the_smaller_or_greater_value() {
        let scratch = Scratch::new();
        let path = scratch.write("limits.conf", TEXT);
        let mut trial = Trial::new();
        let limit = |value: &str, which: &str| json!({"domain": "ada", "limit_type": "hard", "limit_item": "nofile", "value": value, "dest": path, which: true});
        trial.same("pam_limits", limit("50", "use_max"));
        trial.same("pam_limits", limit("unlimited", "use_min"));
        trial.change("pam_limits", limit("unlimited", "use_max"));
        trial.same("pam_limits", limit("7", "use_max"));
        trial.change("pam_limits", limit("7", "use_min"));
        assert!(
            scratch
                .read("limits.conf")
                .ends_with("ada\thard\tnofile\t7\n")
        );
    }

    #[test]
    fn refuses_what_is_no_limit() {
        let scratch = Scratch::new();
        let path = scratch.write("limits.conf", "ada hard nofile many\n");
        for (item, value, words) in [
            (
                "nofile",
                "many",
                " Value of 'many' for item 'nofile' is invalid.",
            ),
            ("nice", "20", " Value of '20' for item 'nice' is invalid."),
            ("core", "1", "Invalid configuration found in "),
        ] {
            let arguments = json!({"domain": "ada", "limit_type": "hard", "limit_item": item, "value": value, "dest": path});
            let msg = Trial::new().apply("pam_limits", arguments).msg.unwrap();
            assert!(msg.starts_with(words), "{msg}");
        }
    }
}
