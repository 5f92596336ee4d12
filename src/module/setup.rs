use {
    super::{Acts, Failure, HostPath, Look, Module, Probe, file::Pattern},
    crate::{
        fact::{SUBJECTS, is_subject, mounts, own_facts},
        wire::Object,
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::time::Duration,
};

/// Gather facts about a host.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Setup {
    /// The subjects: `all`, `min`, `hardware`, `network`, `virtual`, or one by its name; `!` before it leaves it out.
    #[serde(default = "all")]
    gather_subset: Vec<String>,
    /// Only facts whose names match one of these (with `*`, `?` and `[…]`), with or without `ansible_` before them.
    #[serde(default)]
    filter: Vec<String>,
    /// So many seconds may a file system take to answer (10, unless said otherwise); where this is said, so many may a program
    /// take, too, of those that facts are asked of. What takes longer is left out, with a warning.
    #[serde(default)]
    gather_timeout: Option<u32>,
    /// The directory on the host where facts of its own are: files and programs whose names end in `.fact`.
    #[serde(default = "directory")]
    fact_path: HostPath,
}

fn all() -> Vec<String> {
    vec!["all".into()]
}

fn directory() -> HostPath {
    HostPath::new("/etc/ansible/facts.d")
}

impl Module for Setup {
    const NAME: &'static str = "setup";
    const ALONE: bool = true;
    const ALIASES: &'static [&'static str] = &["gather_facts"];
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let bare = |word: &String| word.trim_start_matches('!').to_owned();
        let mut words = self.gather_subset.iter().map(bare);
        if let Some(word) = words.find(|word| !is_subject(word)) {
            let msg = format!("Bad subset '{word}' given to Ansible.");
            return Err(Failure::refused(msg));
        }
        let patterns = self.filter.iter().filter(|pattern| !pattern.is_empty());
        let patterns = patterns.map(|pattern| Pattern::glob(pattern));
        let patterns: Vec<Pattern> = patterns.collect::<Result<_, _>>()?;
        let fits = |name: &str| {
            let short = name.strip_prefix("ansible_").unwrap_or(name);
            let matches = |pattern: &Pattern| {
                pattern.matches(name.as_bytes()) || pattern.matches(short.as_bytes())
            };
            patterns.is_empty() || patterns.iter().any(matches)
        };
        let mut acts = Acts::new();
        let mut facts = Object::new();
        let limit = self.gather_timeout.filter(|seconds| *seconds > 0);
        let limit = limit.map(|seconds| Duration::from_secs(seconds.into()));
        for subject in SUBJECTS {
            if !wanted(
                &self.gather_subset,
                subject.name,
                subject.minimal,
                subject.groups,
            ) {
                continue;
            }
            let mut warnings = Vec::new();
            let read = probe.patiently(limit, || match subject.name {
                "local" => own_facts(probe, &self.fact_path.on(probe)?, &mut warnings),
                "mounts" => mounts(probe, limit, &mut warnings),
                _ => subject.read(probe),
            });
            warnings.into_iter().for_each(|warning| acts.warn(warning));
            match read {
                Ok(known) => facts.extend(known.into_iter().filter_map(|(name, value)| {
                    let name = format!("ansible_{name}");
                    fits(&name).then_some((name, value))
                })),
                Err(failure @ (Failure::Cancelled | Failure::Late(_))) => return Err(failure),
                Err(failure) => acts.warn(format!("no facts about {}: {failure}", subject.name)),
            }
        }
        facts.insert("gather_subset".into(), self.gather_subset.clone().into());
        facts.insert("module_setup".into(), true.into());
        acts.value("ansible_facts", Value::Object(facts));
        Ok(acts.into_look())
    }
}

/// Later words do not undo what is left out; what is named with `!` is out, and only `!`-words mean all the others.
fn wanted(subset: &[String], name: &str, minimal: bool, groups: &[&str]) -> bool {
    let is_it = |word: &str| match word {
        "all" => true,
        "min" => minimal,
        word => word == name || groups.contains(&word),
    };
    let (out, within): (Vec<&str>, Vec<&str>) = subset
        .iter()
        .map(String::as_str)
        .partition(|word| word.starts_with('!'));
    let out: Vec<&str> = out.iter().map(|word| &word[1..]).collect();
    if out.iter().any(|word| *word != "all" && is_it(word)) {
        return within.contains(&name);
    }
    if minimal {
        return true;
    }
    match within.is_empty() {
        true => !out.contains(&"all"),
        false => within.iter().any(|word| is_it(word)),
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
    };

    fn subjects(subset: &[&str]) -> String {
        let subset: Vec<String> = subset.iter().map(|word| (*word).into()).collect();
        let known = [
            ("user", true, &[][..]),
            ("cpu", false, &["hardware"][..]),
            ("network", false, &["interfaces"][..]),
        ];
        let known = known
            .iter()
            .filter(|(name, minimal, groups)| wanted(&subset, name, *minimal, groups));
        known.map(|(name, ..)| *name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn takes_the_subjects_that_are_asked_for() {
        assert_eq!(subjects(&["all"]), "user cpu network");
        assert_eq!(subjects(&["min"]), "user");
        assert_eq!(subjects(&["hardware"]), "user cpu");
        assert_eq!(subjects(&["!hardware"]), "user network");
        assert_eq!(subjects(&["!all"]), "user");
        assert_eq!(subjects(&["!all", "!min", "network"]), "network");
        assert_eq!(subjects(&["!min"]), "cpu network");
    }

    #[test]
    fn tells_what_playbooks_ask_for() {
        let values = Trial::new().same("setup", json!({}));
        let facts = &values["ansible_facts"];
        for name in [
            "distribution",
            "os_family",
            "pkg_mgr",
            "service_mgr",
            "hostname",
            "fqdn",
            "architecture",
            "user_id",
            "env",
            "date_time",
            "default_ipv4",
            "interfaces",
            "memtotal_mb",
            "processor_vcpus",
            "mounts",
            "selinux",
            "local",
            "virtualization_type",
            "lo",
        ] {
            assert!(!facts[format!("ansible_{name}")].is_null(), "{name}");
        }
    }

    #[test]
    fn facts_of_the_host_s_own_come_from_where_they_are_said_to_be() {
        let scratch = Scratch::new();
        scratch.write("web.fact", "{\"port\": 80}");
        let arguments = json!({"gather_subset": "!all,!min,local", "fact_path": scratch.path()});
        let values = Trial::new().same("setup", arguments);
        assert_eq!(values["ansible_facts"]["ansible_local"]["web"]["port"], 80);
    }

    #[test]
    fn a_program_of_local_facts_that_hangs_is_given_up_with_a_warning() {
        let scratch = Scratch::new();
        let text = scratch.write("text", "#!/bin/sh\nsleep 1000\n");
        let mut install = std::process::Command::new("install");
        install.arg("-m755").arg(text).arg(scratch.at("slow.fact"));
        assert!(install.status().unwrap().success());
        scratch.write("web.fact", "{\"port\": 80}");
        let arguments = json!({"gather_subset": "!all,!min,local", "fact_path": scratch.path(), "gather_timeout": 1});
        let outcome = Trial::new().apply("setup", arguments);
        assert!(!outcome.failed, "{outcome:?}");
        assert_eq!(
            outcome.data["ansible_facts"]["ansible_local"]["web"]["port"],
            80
        );
        assert_eq!(outcome.warnings.len(), 1);
        assert!(outcome.warnings[0].contains("slow.fact did not answer within 1 seconds"));
    }

    #[test]
    fn an_unknown_subject_is_refused() {
        let outcome = Trial::new().apply("setup", json!({"gather_subset": ["!nonsense"]}));
        assert!(outcome.msg.unwrap().contains("'nonsense'"));
    }

    #[test]
    fn filters_by_name() {
        let values = Trial::new().same("setup", json!({"filter": "ansible_mem*"}));
        let facts = values["ansible_facts"].as_object().unwrap();
        assert!(facts.contains_key("ansible_memtotal_mb") && !facts.contains_key("ansible_env"));
    }
}
