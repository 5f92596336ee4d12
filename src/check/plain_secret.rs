use {
    super::{
        Code, Finding, Severity,
        declared::declared,
        frames::frames,
        survey::{PlaySurvey, Survey},
    },
    crate::{
        playbook::Action,
        source::{Fault, Kind, Node, Place, SourceFile},
        template::Engine,
        variable::Vars,
    },
    std::{
        collections::{BTreeMap, HashSet},
        ops::Range,
        path::PathBuf,
        sync::Arc,
    },
};

/// How the names of variables end whose values are secrets.
const NAMES: &[&str] = &[
    "_pass",
    "access_key",
    "api_key",
    "apikey",
    "api_token",
    "auth_token",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "secret_key",
];

/// Passwords and private keys that stand in a file as they are.
pub(super) fn plain_secret(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut search = Search::default();
    for play in &survey.plays {
        search.play(survey, play);
    }
    for frame in frames(survey) {
        search.vars(&frame.vars);
        search.vars(&frame.params);
        if let Some(role) = &frame.role {
            search.vars(&role.defaults);
            search.vars(&role.vars);
        }
    }
    for (_, site) in survey.sites() {
        search.vars(&site.step.frame.vars);
        search.arguments(&site.step.task.action);
    }
    search.report(findings);
}

/// The secrets of each file.
#[derive(Default)]
struct Search {
    files: BTreeMap<PathBuf, Secrets>,
    /// The variables that were looked at.
    seen: HashSet<*const Vars>,
}

/// Those of one file, by where they begin.
struct Secrets {
    file: Arc<SourceFile>,
    found: BTreeMap<usize, Secret>,
}

struct Secret {
    name: String,
    end: usize,
}

impl Search {
    fn play(&mut self, survey: &Survey, play: &PlaySurvey) {
        self.vars(&play.context.files());
        for host in play.host_names() {
            for vars in survey.world.inventory_layers(host).iter() {
                // Hosts share what their groups say.
                if self.seen.insert(Arc::as_ptr(vars)) {
                    self.vars(vars);
                }
            }
        }
    }

    fn vars(&mut self, vars: &Vars) {
        for (name, node) in vars.iter() {
            self.value(name, node);
        }
    }

    fn value(&mut self, name: &str, node: &Node) {
        match &node.kind {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.value(key.as_str().unwrap_or_default(), value);
                }
            }
            Kind::List(items) => {
                for item in items.iter().filter(|item| item.as_map().is_some()) {
                    self.value(name, item);
                }
            }
            Kind::String(text) if is_private_key(text) => self.found(name, node),
            Kind::String(text) if is_named_secret(name) && is_plain(text) => self.found(name, node),
            Kind::Int(_) if is_named_secret(name) => self.found(name, node),
            _ => {}
        }
    }

    /// Arguments that modules declare as secrets.
    fn arguments(&mut self, action: &Action) {
        let Some(declared) = declared(action.name.as_str().unwrap_or_default()) else {
            return;
        };
        for (name, node) in &action.args {
            let argument = declared.schema.argument(name);
            let text = node.as_str().unwrap_or_default();
            let plain = is_plain(text) || is_private_key(text);
            if plain && argument.is_some_and(|argument| argument.secret) {
                self.found(name, node);
            }
        }
    }

    fn found(&mut self, name: &str, node: &Node) {
        let place = &node.place;
        if place.file().is_confidential() {
            return;
        }
        let secrets = self
            .files
            .entry(place.path().to_owned())
            .or_insert_with(|| Secrets {
                file: Arc::clone(place.file()),
                found: BTreeMap::new(),
            });
        let secret = Secret {
            name: name.to_owned(),
            end: place.end(),
        };
        secrets.found.insert(place.start(), secret);
    }

    fn report(self, findings: &mut Vec<Finding>) {
        for Secrets { file, found } in self.files.into_values() {
            let ranges = found.iter().map(|(&start, secret)| start..secret.end);
            let (masked, starts) = masked(file.text(), ranges);
            let masked = SourceFile::new(file.path(), masked);
            for (secret, start) in found.values().zip(starts) {
                let place = Place::new(&masked, start, start + MASK.len());
                let fault = Fault::new(format!(
                    "`{}` can be read by everybody who has this file",
                    secret.name
                ))
                .at(&place)
                .label("a secret")
                .help("encrypt it with `farcast vault encrypt_string`, or take it from outside");
                findings.push(Finding::new(Code::PlainSecret, Severity::Warning, fault));
            }
        }
    }
}

const MASK: &str = "********";

/// A text with some of its bytes masked, and where these begin then.
fn masked(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> (String, Vec<usize>) {
    let (mut out, mut starts, mut done) = (String::new(), Vec::new(), 0);
    for range in ranges {
        out.push_str(text.get(done..range.start).unwrap_or_default());
        starts.push(out.len());
        out.push_str(MASK);
        // A block of text ends with the line's end.
        let end = text.get(..range.end).unwrap_or(text);
        let end = end.trim_end_matches(['\n', ' ']).len();
        done = end.max(range.start);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    (out, starts)
}

fn is_named_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|ending| name.ends_with(ending)) && !name.starts_with("update_")
}

/// Whether a value may be a secret itself: no template, no path, no hash, no mark for "none".
fn is_plain(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1
        && !Engine::is_template(text)
        && !text.starts_with(['/', '~', '$', '!', '*', '<'])
        && !text.starts_with("no_")
        && !text.contains("_VAULT;")
        && !is_fingerprint(text)
}

/// What `lookup` and environment variables are named by, such as `DB_PASSWORD`.
fn is_fingerprint(text: &str) -> bool {
    text.contains('_')
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
}

fn is_private_key(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_each_secret_and_finds_it_again() {
        let text = "a: one\nb: two\nc: 3\n";
        let (masked, starts) = masked(text, [3..6, 10..13].into_iter());
        assert_eq!(masked, "a: ********\nb: ********\nc: 3\n");
        assert_eq!(starts, [3, 15]);
    }

    #[test]
    fn knows_what_may_be_a_secret() {
        for name in [
            "db_password",
            "ADMIN_PASSWORD",
            "ansible_become_pass",
            "tls_private_key",
        ] {
            assert!(is_named_secret(name), "{name}");
        }
        for name in ["update_password", "password_file", "pass", "secret_name"] {
            assert!(!is_named_secret(name), "{name}");
        }
        for text in [
            "{{ x }}",
            "/etc/key",
            "$6$salt$hash",
            "!",
            "",
            "DB_PASSWORD",
        ] {
            assert!(!is_plain(text), "{text}");
        }
        assert!(is_plain("hunter2"));
    }
}
