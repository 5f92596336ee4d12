use {
    super::text,
    crate::{
        act::{Acts, Failure, Inquiry, Look, Probe, Program, Question, Spawn, Thing},
        module::{Module, user::group::State},
        wire::{Diff, Effect, Side},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
    },
};

/// Manage locales on Debian and Ubuntu, in `/etc/locale.gen`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LocaleGen {
    /// The locales, each with its encoding: `en_GB.UTF-8`.
    name: Vec<String>,
    /// Whether they shall be there.
    #[serde(default)]
    state: State,
}

/// The locales that are to be generated.
const LIST: &str = "/etc/locale.gen";
/// The locales that can be.
const SUPPORTED: &str = "/usr/share/i18n/SUPPORTED";

impl Module for LocaleGen {
    const NAME: &'static str = "locale_gen";
    const COLLECTION: &'static str = "community.general";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let Some(list) = text::read(probe, Path::new(LIST))? else {
            return Err(match probe.pending() {
                Some(_) => Failure::missing(Thing::Path, LIST),
                None => Failure::refused(format!(
                    "/var/lib/locales/supported.d and {LIST} are missing. Is the package \"locales\" installed?"
                )),
            });
        };
        let supported = text::read(probe, Path::new(SUPPORTED))?.unwrap_or_default();
        let generated = generated(probe)?;
        let is_there = |name: &&String| generated.contains(&canonical(name));
        self.check(&supported, &generated)?;
        let mut acts = Acts::new();
        acts.value("name", self.name.clone());
        acts.value("mechanism", "glibc");
        acts.value("state", self.state.name());
        let differs = |name: &&String| is_there(name) != (self.state == State::Present);
        let changing: Vec<&String> = self.name.iter().filter(differs).collect();
        if changing.is_empty() {
            return Ok(acts.into_look());
        }
        let after = self.edit(&list, &supported, &changing);
        if after != list {
            text::write(probe, &mut acts, Path::new(LIST), after, false)?;
        }
        acts.push(self.generate(&changing));
        Ok(acts.into_look())
    }
}

impl LocaleGen {
    fn check(&self, supported: &str, generated: &BTreeSet<String>) -> Result<(), Failure> {
        let mut known: BTreeSet<&str> = supported.lines().filter_map(locale).collect();
        known.extend(generated.iter().map(String::as_str));
        let unknown = self.name.iter().filter(|name| {
            !known.contains(name.as_str()) && !known.contains(canonical(name).as_str())
        });
        let unknown: Vec<&str> = unknown.map(String::as_str).collect();
        match unknown.is_empty() {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "The following locales you have entered are not available on your system: {}",
                unknown.join(", ")
            ))),
        }
    }

    fn edit(&self, list: &str, supported: &str, names: &[&String]) -> String {
        let present = self.state == State::Present;
        let mut found = BTreeSet::new();
        let mut text = String::new();
        for line in list.split_inclusive('\n') {
            let plain = line.strip_prefix('#').unwrap_or(line).trim_start();
            match names.iter().find(|name| locale(plain) == Some(name)) {
                Some(name) => {
                    found.insert(name.as_str());
                    text.push_str(if present { "" } else { "# " });
                    text.push_str(plain);
                }
                None => text.push_str(line),
            }
        }
        // A list that does not name all that is supported.
        for name in names
            .iter()
            .filter(|name| present && !found.contains(name.as_str()))
        {
            let mut lines = supported.lines().map(str::trim_start);
            if let Some(line) = lines.find(|line| locale(line) == Some(name)) {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(&format!("{}\n", line.trim_end()));
            }
        }
        text
    }

    fn generate(&self, names: &[&String]) -> Spawn {
        let present = self.state == State::Present;
        let side = |there: bool| {
            let state = if there { "present" } else { "absent" };
            let states = names.iter().map(|name| ((*name).clone(), state.to_owned()));
            Side::State(states.collect::<BTreeMap<_, _>>())
        };
        Spawn {
            program: Program::new(["locale-gen"]),
            diff: Some(Diff {
                what: "locales".into(),
                before: side(!present),
                after: side(present),
            }),
            effects: vec![Effect::Opaque {
                what: "the locales that are generated".into(),
            }],
        }
    }
}

/// The locale of a line that names one and its character set.
fn locale(line: &str) -> Option<&str> {
    let line = line.strip_prefix('#').unwrap_or(line);
    let (name, set) = line.trim().split_once(' ')?;
    (!set.trim().is_empty() && !set.trim().contains(' ') && !name.is_empty()).then_some(name)
}

fn generated(probe: &Probe) -> Result<BTreeSet<String>, Failure> {
    let finished = probe.ask(&Question::Inquiry(Inquiry::Locales))?;
    Ok(finished.text().lines().map(canonical).collect())
}

/// `locale -a` writes encodings in its own way.
fn canonical(name: &str) -> String {
    let encodings = [
        ("utf8", "UTF-8"),
        ("eucjp", "EUC-JP"),
        ("iso885915", "ISO-8859-15"),
        ("cp1251", "CP1251"),
        ("koi8r", "KOI8-R"),
        ("armscii8", "ARMSCII-8"),
        ("euckr", "EUC-KR"),
        ("gbk", "GBK"),
        ("gb18030", "GB18030"),
        ("euctw", "EUC-TW"),
    ];
    let Some((language, rest)) = name.split_once('.') else {
        return name.to_owned();
    };
    let (encoding, modifier) = rest.split_at(rest.find('@').unwrap_or(rest.len()));
    let known = encodings.iter().find(|(own, _)| *own == encoding);
    let encoding = known.map_or(encoding, |(_, encoding)| encoding);
    format!("{language}.{encoding}{modifier}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_the_list() {
        let list = "# This file lists locales.\n#\n\n# en_US ISO-8859-1\n# en_US.UTF-8 UTF-8\nde_CH.UTF-8 UTF-8\n";
        let supported = "en_US.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n";
        let edit = |state, name: &str| {
            let module = LocaleGen {
                name: vec![name.into()],
                state,
            };
            module.edit(list, supported, &[&name.to_owned()])
        };
        assert!(edit(State::Present, "en_US.UTF-8").contains("8859-1\nen_US.UTF-8 UTF-8\nde"));
        assert!(
            edit(State::Present, "fr_FR.UTF-8").ends_with("de_CH.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n")
        );
        assert!(edit(State::Absent, "de_CH.UTF-8").ends_with("\n# de_CH.UTF-8 UTF-8\n"));
        assert_eq!(edit(State::Absent, "fr_FR.UTF-8"), list);
    }

    #[test]
    fn knows_both_ways_to_write_encodings() {
        assert_eq!(canonical("en_US.utf8"), "en_US.UTF-8");
        assert_eq!(canonical("de_DE.utf8@euro"), "de_DE.UTF-8@euro");
        assert_eq!(canonical("C.UTF-8"), "C.UTF-8");
        assert_eq!(canonical("C"), "C");
        assert_eq!(locale("# en_US.UTF-8 UTF-8  "), Some("en_US.UTF-8"));
        assert_eq!(locale("# This file lists"), None);
    }
}
