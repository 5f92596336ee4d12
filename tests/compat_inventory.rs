//! Inventories and host patterns, compared with ansible-core itself.
//!
//! Needs `FARCAST_ORACLE`: the directory that holds ansible-core's programs.

use farcast::{
    inventory::{
        Inventory, Plugin, Settings, VarsOrigin,
        listing::{self, Listing},
    },
    source::{Kind, Node, Place, Store, vault::Secrets},
};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

/// Every inventory that both programs shall understand alike.
const INVENTORIES: [&str; 15] = [
    "plain.ini",
    "nested.yml",
    "vaulted.yml",
    "data.json",
    "bare",
    "yaml_without_extension",
    "marked_executable",
    "meta.sh",
    "each.sh",
    "fleet",
    "depth.ini",
    "plugins/estate",
    "plugins/hosts.toml",
    "plugins/layers.yml",
    "b, a:22,2001:db8::1,w[1:2],[::2]:23",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/inventories")
}

/// A file of the folder by its absolute path; a list stays a list.
fn source(name: &str) -> String {
    if name.contains(',') {
        return name.to_owned();
    }
    folder().join(name).to_string_lossy().into_owned()
}

fn oracle(program: &str, arguments: &[&str]) -> Output {
    oracle_set(program, arguments, &[])
}

/// The same with settings of the environment.
fn oracle_set(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let Some(dir) = env::var_os("FARCAST_ORACLE") else {
        panic!(
            "set FARCAST_ORACLE to the directory that holds ansible-core's programs, such as /opt/ansible/bin"
        );
    };
    Command::new(Path::new(&dir).join(program))
        .args(arguments)
        .current_dir(folder())
        .env("ANSIBLE_CONFIG", folder().join("ansible.cfg"))
        .env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1")
        .envs(environment.iter().copied())
        .output()
        .expect("FARCAST_ORACLE holds ansible-core's programs")
}

/// What the oracle prints, when it succeeds.
fn told(program: &str, arguments: &[&str]) -> String {
    let output = oracle(program, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn load(names: &[&str]) -> Inventory {
    load_by(names, &Arc::default())
}

fn load_by(names: &[&str], settings: &Arc<Settings>) -> Inventory {
    let sources: Vec<String> = names.iter().map(|name| source(name)).collect();
    Inventory::load(&sources, &Store::default(), settings)
        .unwrap_or_else(|fault| panic!("{names:?}: {fault}"))
}

fn listing<'a>(inventory: &'a Inventory, store: &'a Store, export: bool) -> Listing<'a> {
    Listing {
        inventory,
        store,
        limit: None,
        export,
        extra: &[],
    }
}

#[test]
fn lists_every_inventory_as_ansible_inventory_does() {
    let store = Store::default();
    for name in INVENTORIES {
        let inventory = load(&[name]);
        let ours = listing::list(&listing(&inventory, &store, false)).unwrap();
        let theirs = told("ansible-inventory", &["-i", &source(name), "--list"]);
        assert_eq!(listing::to_json(&ours), theirs.trim_end(), "{name}");
    }
}

#[test]
fn exports_every_inventory_as_ansible_inventory_does() {
    let store = Store::default();
    for name in INVENTORIES {
        let inventory = load(&[name]);
        let ours = listing::list(&listing(&inventory, &store, true)).unwrap();
        let theirs = told(
            "ansible-inventory",
            &["-i", &source(name), "--list", "--export"],
        );
        assert_eq!(listing::to_json(&ours), theirs.trim_end(), "{name}");
    }
}

#[test]
fn draws_every_inventory_as_ansible_inventory_does() {
    let store = Store::default();
    for name in INVENTORIES
        .into_iter()
        .filter(|name| *name != "vaulted.yml")
    {
        let inventory = load(&[name]);
        let ours = listing::graph(&listing(&inventory, &store, false), "all", true).unwrap();
        let theirs = told(
            "ansible-inventory",
            &["-i", &source(name), "--graph", "--vars"],
        );
        assert_eq!(ours, theirs.trim_end(), "{name}");
    }
    let inventory = load(&["nested.yml"]);
    let ours = listing::graph(&listing(&inventory, &store, false), "prod", false).unwrap();
    let theirs = told(
        "ansible-inventory",
        &["-i", &source("nested.yml"), "--graph", "prod"],
    );
    assert_eq!(ours, theirs.trim_end());
}

#[test]
fn writes_the_same_yaml() {
    let store = Store::default();
    for name in [
        "plain.ini",
        "nested.yml",
        "vaulted.yml",
        "meta.sh",
        "fleet",
        "plugins/estate",
        "plugins/hosts.toml",
    ] {
        let inventory = load(&[name]);
        let ours = listing::to_yaml(&listing::tree(&listing(&inventory, &store, false)).unwrap());
        let theirs = told(
            "ansible-inventory",
            &["-i", &source(name), "--list", "--yaml"],
        );
        let read = |text: &str| serde_yaml::from_str::<serde_yaml::Value>(text).unwrap();
        assert_eq!(read(&ours), read(&theirs), "{name}");
    }
}

#[test]
fn opens_files_of_variables_that_are_vaults() {
    let password = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(password.path(), "inventory tests\n").unwrap();
    let mut secrets = Secrets::default();
    secrets.add_file(None, password.path()).unwrap();
    let store = Store::new(secrets);
    let inventory = load(&["vault/hosts.ini"]);
    let ours = listing::list(&listing(&inventory, &store, false)).unwrap();
    let password = password.path().to_string_lossy().into_owned();
    let arguments = [
        "-i",
        &source("vault/hosts.ini"),
        "--list",
        "--vault-password-file",
        &password,
    ];
    assert_eq!(
        listing::to_json(&ours),
        told("ansible-inventory", &arguments).trim_end()
    );
    let inventory = load(&["vault/hosts.ini"]);
    let locked = listing::list(&listing(&inventory, &Store::default(), false));
    assert!(locked.is_err(), "no password opens it");
}

#[test]
fn a_limit_narrows_the_list() {
    let store = Store::default();
    let inventory = load(&["plain.ini"]);
    let limit = inventory.select("all", Some("db:!db-b")).unwrap().hosts;
    let narrowed = Listing {
        limit: Some(&limit),
        ..listing(&inventory, &store, false)
    };
    let theirs = told(
        "ansible-inventory",
        &["-i", &source("plain.ini"), "--list", "--limit", "db:!db-b"],
    );
    assert_eq!(
        listing::to_json(&listing::list(&narrowed).unwrap()),
        theirs.trim_end()
    );
}

#[test]
fn shows_one_host_as_ansible_inventory_does() {
    let store = Store::default();
    for (name, host) in [
        ("plain.ini", "db-a"),
        ("plain.ini", "web01.example.com"),
        ("nested.yml", "edge"),
        ("fleet", "f1"),
        ("depth.ini", "h1"),
        ("meta.sh", "s1"),
        ("vaulted.yml", "keeper"),
    ] {
        let inventory = load(&[name]);
        let ours = listing::host(&listing(&inventory, &store, false), host).unwrap();
        let theirs = told("ansible-inventory", &["-i", &source(name), "--host", host]);
        assert_eq!(listing::to_json(&ours), theirs.trim_end(), "{name} {host}");
    }
}

#[test]
fn lays_the_playbooks_variables_over_the_inventorys() {
    let store = Store::default();
    let mut inventory = load(&["fleet"]);
    let playbook = folder().join("play");
    inventory.add_vars_dir(&playbook, VarsOrigin::Playbook);
    let ours = listing::list(&listing(&inventory, &store, false)).unwrap();
    let playbook = playbook.to_string_lossy();
    let theirs = told(
        "ansible-inventory",
        &[
            "-i",
            &source("fleet"),
            "--playbook-dir",
            &playbook,
            "--list",
        ],
    );
    assert_eq!(listing::to_json(&ours), theirs.trim_end());
}

#[test]
fn merges_several_sources_in_order() {
    let store = Store::default();
    let names = ["fleet", "plain.ini", "f1,new", "nested.yml"];
    let inventory = load(&names);
    let sources = names.map(source);
    let mut arguments: Vec<&str> = sources.iter().flat_map(|source| ["-i", source]).collect();
    arguments.push("--list");
    let ours = listing::list(&listing(&inventory, &store, false)).unwrap();
    assert_eq!(
        listing::to_json(&ours),
        told("ansible-inventory", &arguments).trim_end()
    );
}

#[test]
fn refuses_what_ansible_refuses() {
    let mut seen = 0;
    for entry in folder().join("bad").read_dir().unwrap() {
        let path = entry.unwrap().path();
        let path = path.to_str().unwrap();
        let theirs = oracle("ansible-inventory", &["-i", path, "--list"]);
        let errors = String::from_utf8_lossy(&theirs.stderr);
        assert!(
            errors.contains("Completely failed to parse"),
            "ansible-inventory reads {path}: {errors}"
        );
        let ours = Inventory::load(&[path.to_owned()], &Store::default(), &Arc::default());
        assert!(ours.is_err(), "{path}");
        seen += 1;
    }
    assert_eq!(seen, 20);
}

/// Patterns with an optional limit, for `plain.ini`.
const PATTERNS: [(&str, Option<&str>); 58] = [
    ("all", None),
    ("*", None),
    ("", None),
    ("web", None),
    ("db", None),
    ("ungrouped", None),
    ("site", None),
    ("everything", None),
    ("web:db", None),
    ("web,db", None),
    ("db,web", None),
    ("site:!db", None),
    ("site:&db", None),
    ("all:&site:!web", None),
    ("!web", None),
    ("&web", None),
    ("!db:all:&site", None),
    ("web[0]", None),
    ("web[-1]", None),
    ("web[1:3]", None),
    ("web[1:]", None),
    ("web[3:0]", None),
    ("web[2:99]", None),
    ("web[50:]", None),
    ("web[1-2]", None),
    ("db[0],web[0]", None),
    ("all[2]", None),
    ("w*[0]", None),
    ("*.example.com[6]", None),
    ("*.example.com", None),
    ("web0?.example.com", None),
    ("web0[1-3].example.com", None),
    ("web0[!1-3].example.com", None),
    ("[dm]*", None),
    ("we*", None),
    ("d*:!db-a", None),
    ("~web0[12]", None),
    ("~(db|mx).*[159]", None),
    ("~.*example", None),
    ("~example", None),
    ("all:!~db-[ab]", None),
    ("10.0.0.7", None),
    ("10.0.*", None),
    ("2001:db8::7", None),
    ("web,2001:db8::7", None),
    ("2001*", None),
    ("lone,lone", None),
    ("db-b,db-a", None),
    ("quoted host", None),
    ("quoted host,lone", None),
    ("nothing", None),
    ("nothing,lone", None),
    ("localhost", None),
    ("127.0.0.1", None),
    ("all", Some("web")),
    ("site", Some("db:!db-a")),
    ("web", Some("web[0:1]")),
    ("all", Some("@limit.txt")),
];

#[test]
fn chooses_the_hosts_that_ansible_chooses() {
    let inventory = load(&["plain.ini"]);
    for (pattern, limit) in PATTERNS {
        let limit_file = format!("@{}", folder().join("limit.txt").display());
        let limit = limit.map(|limit| {
            if limit.starts_with('@') {
                limit_file.as_str()
            } else {
                limit
            }
        });
        let ours = inventory
            .select(pattern, limit)
            .map(|selection| selection.hosts);
        let theirs = chosen("plain.ini", pattern, limit);
        assert_eq!(
            ours.ok().unwrap_or_default(),
            theirs,
            "{pattern:?} limited to {limit:?}"
        );
    }
}

#[test]
fn a_named_localhost_stands_for_the_others() {
    let inventory = load(&["127.0.0.1,web"]);
    for pattern in ["localhost", "127.0.0.1", "::1", "all", "all:localhost"] {
        let ours = inventory.select(pattern, None).unwrap().hosts;
        assert_eq!(ours, chosen("127.0.0.1,web", pattern, None), "{pattern}");
    }
}

/// What `ansible PATTERN --list-hosts` chooses; nothing where it refuses.
fn chosen(inventory: &str, pattern: &str, limit: Option<&str>) -> Vec<String> {
    let inventory = source(inventory);
    let mut arguments = vec!["-i", &inventory, "--list-hosts"];
    arguments.extend(limit.iter().flat_map(|limit| ["--limit", limit]));
    arguments.extend(["--", pattern]);
    let output = oracle("ansible", &arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    let refused = errors.contains("no hosts to target")
        || errors.contains("No hosts matched the subscripted pattern");
    assert!(output.status.success() || refused, "{pattern:?}: {errors}");
    let hosts = String::from_utf8(output.stdout).unwrap();
    hosts
        .lines()
        .skip(1)
        .map(|line| line.trim().to_owned())
        .collect()
}

/// What both list where settings say which plugins read, and what they leave out.
fn lists_alike(name: &str, settings: Settings, more: &[&str], environment: &[(&str, &str)]) {
    let source = source(name);
    let mut arguments = vec!["-i", source.as_str(), "--list"];
    arguments.extend(more);
    let output = oracle_set("ansible-inventory", &arguments, environment);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    let store = Store::default();
    let settings = Arc::new(settings);
    let inventory = load_by(&[name], &settings);
    let shown = Listing {
        extra: &settings.extra,
        ..listing(&inventory, &store, false)
    };
    let ours = listing::to_json(&listing::list(&shown).unwrap());
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_eq!(ours, theirs.trim_end(), "{name} {environment:?}");
}

#[test]
fn settings_say_who_reads_and_what_is_left_out() {
    let ranges = Settings {
        enabled: vec![Plugin::AdvancedHostList],
        ..Settings::default()
    };
    let only = [("ANSIBLE_INVENTORY_ENABLED", "advanced_host_list")];
    lists_alike("w[1:3],x:33,10.0.0.[1:2]:22", ranges, &[], &only);
    let mut ini = Settings {
        enabled: vec![Plugin::Ini],
        ignored_ends: vec![".off".to_owned()],
        ..Settings::default()
    };
    ini.ignore(&["^0[24]-".to_owned()]).unwrap();
    let environment = [
        ("ANSIBLE_INVENTORY_ENABLED", "ini"),
        ("ANSIBLE_INVENTORY_IGNORE", ".off"),
        ("ANSIBLE_INVENTORY_IGNORE_REGEX", "^0[24]-"),
    ];
    lists_alike("plugins/estate", ini, &[], &environment);
    let yaml = Settings {
        enabled: vec![Plugin::Yaml],
        ..Settings::default()
    };
    lists_alike(
        "nested.yml",
        yaml,
        &[],
        &[("ANSIBLE_INVENTORY_ENABLED", "yaml")],
    );
}

#[test]
fn constructed_groups_see_extra_variables_where_they_are_asked_to() {
    let text = Node::new(Place::outside("-e", "q"), Kind::String("q".to_owned()));
    let settings = |use_extra_vars| Settings {
        use_extra_vars,
        extra: vec![("z".to_owned(), text.clone())],
        ..Settings::default()
    };
    let extra = ["-e", "z=q"];
    lists_alike("plugins/given", settings(false), &extra, &[]);
    let asked = [("ANSIBLE_INVENTORY_USE_EXTRA_VARS", "1")];
    lists_alike("plugins/estate", settings(true), &extra, &asked);
}

#[test]
fn a_strict_file_refuses_what_fails() {
    let sources = ["a,b".to_owned(), source("plugins/strict.yml")];
    let refused = Inventory::load(&sources, &Store::default(), &Arc::default());
    let fault = refused.map(drop).unwrap_err();
    assert!(
        fault.message().starts_with("cannot set `x` for host `a`: "),
        "{fault}"
    );
    let theirs = oracle(
        "ansible-inventory",
        &["-i", "a,b", "-i", &sources[1], "--list"],
    );
    let errors = String::from_utf8_lossy(&theirs.stderr);
    assert!(
        errors.contains("Could not add host a to group x"),
        "{errors}"
    );
}

#[test]
fn ansible_reads_the_toml_that_farcast_writes() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::default();
    for name in ["plugins/hosts.toml", "plain.ini"] {
        let inventory = load(&[name]);
        let tables = listing::tables(&listing(&inventory, &store, true)).unwrap();
        let path = dir.path().join("hosts.toml");
        std::fs::write(&path, listing::to_toml(&tables)).unwrap();
        let path = path.to_string_lossy().into_owned();
        let theirs = told("ansible-inventory", &["-i", &path, "--list"]);
        let fresh = Store::default();
        let again = Inventory::load(&[path], &fresh, &Arc::default()).unwrap();
        let ours = listing::list(&listing(&again, &fresh, false)).unwrap();
        assert_eq!(listing::to_json(&ours), theirs.trim_end(), "{name}");
    }
}
