//! Every crate is held to `deny.toml`: its licence, how many copies of it there are, and where it comes from. Without a network.

use {
    serde_json::Value,
    std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        process::Command,
    },
};

/// The crates that the programs are built with on this machine, whatever the features; not those of tests.
struct Crates(Vec<Value>);

impl Crates {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--offline", "--locked", "--format-version=1"])
            .args(["--all-features", "--filter-platform=host-tuple"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let linked = linked(&metadata["resolve"]);
        let mut crates = metadata["packages"].as_array().unwrap().clone();
        crates.retain(|package| linked.contains(package["id"].as_str().unwrap()));
        assert!(crates.len() > 100, "cargo metadata named the crates");
        Self(crates)
    }

    /// The texts under `key` of each crate, with the crate's name and version.
    fn texts(&self, key: &str) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().map(move |package| {
            let text = |key: &str| package[key].as_str().unwrap_or("");
            (format!("{}@{}", text("name"), text("version")), text(key))
        })
    }
}

/// What can be reached from the root without passing through a need of tests.
fn linked(resolve: &Value) -> BTreeSet<&str> {
    let nodes = resolve["nodes"].as_array().unwrap();
    let by_id: BTreeMap<&str, &Value> = nodes
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let mut linked = BTreeSet::new();
    let mut waiting = vec![resolve["root"].as_str().unwrap()];
    while let Some(id) = waiting.pop() {
        if !linked.insert(id) {
            continue;
        }
        for need in by_id[id]["deps"].as_array().unwrap() {
            let kinds = need["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                waiting.push(need["pkg"].as_str().unwrap());
            }
        }
    }
    linked
}

/// The quoted words of a list in `deny.toml`.
fn list(name: &str) -> Vec<String> {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let start = format!("\n{name} = [");
    let (_, rest) = file.split_once(&start).unwrap();
    let (body, _) = rest.split_once(']').unwrap();
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    body.lines().filter_map(quoted).collect()
}

/// Whether an SPDX expression is fulfilled by the allowed licences. Older crates write `/` for `OR`.
fn allowed(expression: &str, licences: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let parts = |word: &str| split(&expression, word);
    if let alternatives @ [_, _, ..] = &parts(" OR ")[..] {
        return alternatives.iter().any(|part| allowed(part, licences));
    }
    if let demands @ [_, _, ..] = &parts(" AND ")[..] {
        return demands.iter().all(|part| allowed(part, licences));
    }
    let bare = expression.trim();
    match bare
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inner) => allowed(inner, licences),
        None => licences.iter().any(|licence| licence == bare),
    }
}

/// Splits at a word, but not inside parentheses.
fn split(expression: &str, word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for piece in expression.split_inclusive(word) {
        let open = |text: &str| text.matches('(').count() > text.matches(')').count();
        let last = parts.last_mut().unwrap();
        last.push_str(piece);
        if piece.ends_with(word) && !open(last) {
            last.truncate(last.len() - word.len());
            parts.push(String::new());
        }
    }
    parts
}

#[test]
fn expressions_are_read_as_spdx_does() {
    let licences = ["MIT".to_owned(), "ISC".to_owned()];
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "MIT AND ISC",
        "(GPL-3.0 OR MIT) AND ISC",
        "GPL-3.0 AND MIT OR ISC",
    ] {
        assert!(allowed(good, &licences), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0"] {
        assert!(!allowed(bad, &licences), "{bad}");
    }
}

#[test]
fn licences_are_allowed() {
    let (crates, licences) = (Crates::read(), list("allow"));
    let bad: Vec<_> = crates
        .texts("license")
        .filter(|(_, licence)| !allowed(licence, &licences))
        .collect();
    assert!(bad.is_empty(), "not allowed by deny.toml: {bad:#?}");
}

#[test]
fn every_allowed_licence_is_used() {
    let (crates, licences) = (Crates::read(), list("allow"));
    let is_used = |licence: &&String| {
        crates
            .texts("license")
            .any(|(_, expression)| expression.contains(licence.as_str()))
    };
    let unused: Vec<_> = licences
        .iter()
        .filter(|licence| !is_used(licence))
        .collect();
    assert!(
        unused.is_empty(),
        "allowed by deny.toml for nothing: {unused:?}"
    );
}

#[test]
fn banned_crates_are_absent() {
    let (crates, banned) = (Crates::read(), list("deny"));
    let bad: Vec<_> = crates
        .texts("name")
        .filter(|(_, name)| banned.iter().any(|banned| banned == name))
        .collect();
    assert!(bad.is_empty(), "banned by deny.toml: {bad:#?}");
}

#[test]
fn second_copies_are_listed() {
    let crates = Crates::read();
    let mut copies = BTreeMap::<&str, BTreeSet<&str>>::new();
    let versions = crates.texts("version").map(|(_, version)| version);
    for ((_, name), version) in crates.texts("name").zip(versions) {
        copies.entry(name).or_default().insert(version);
    }
    let listed: BTreeSet<String> = list("skip").into_iter().collect();
    let is_listed = |name: &str, version: &str| {
        let of_crate = |skip: &&String| {
            skip.split_once('@').is_some_and(|(crate_, line)| {
                crate_ == name && (version == line || version.starts_with(&format!("{line}.")))
            })
        };
        listed.iter().any(|skip| of_crate(&skip))
    };
    for (name, versions) in &copies {
        let unlisted = versions
            .iter()
            .filter(|version| !is_listed(name, version))
            .count();
        assert!(
            unlisted <= 1,
            "{name} is there as {versions:?}: keep one, or list the other in deny.toml under `skip`, with the reason"
        );
    }
    let twice = |skip: &&String| {
        let name = skip.split('@').next().unwrap();
        copies.get(name).is_none_or(|versions| versions.len() < 2)
    };
    let stale: Vec<_> = listed.iter().filter(twice).collect();
    assert!(
        stale.is_empty(),
        "listed in deny.toml under `skip`, and no longer there twice: {stale:?}"
    );
}

#[test]
fn crates_come_from_the_registry() {
    let crates = Crates::read();
    let registries = list("allow-registry");
    let known = |source: &str| {
        source.is_empty()
            || registries
                .iter()
                .any(|registry| source == format!("registry+{registry}"))
    };
    let bad: Vec<_> = crates
        .texts("source")
        .filter(|(_, source)| !known(source))
        .collect();
    assert!(bad.is_empty(), "not from a known registry: {bad:#?}");
}
