use {
    crate::{act::Scratch, module::trial::Trial},
    serde_json::{Value, json},
    std::{path::Path, process::Command},
};

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with one commit, and its path.
fn repository(scratch: &Scratch) -> std::path::PathBuf {
    let path = scratch.at("origin");
    std::fs::create_dir(&path).unwrap();
    git(&path, &["init", "-q"]);
    commit(&path, "a", "one");
    path
}

fn commit(path: &Path, name: &str, text: &str) -> String {
    std::fs::write(path.join(name), text).unwrap();
    git(path, &["add", "."]);
    git(path, &["commit", "-qm", text]);
    git(path, &["rev-parse", "HEAD"])
}

#[test]
fn clones_and_follows() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let mut trial = Trial::new();
    let arguments = json!({"repo": origin, "dest": scratch.at("deep/clone")});
    let first = trial.change("git", arguments.clone());
    assert_eq!(first.data["before"], Value::Null);
    assert_eq!(scratch.read("deep/clone/a"), "one");
    let second = commit(&origin, "a", "two");
    let outcome = trial.change("git", arguments.clone());
    assert_eq!(outcome.data["before"], first.data["after"]);
    assert_eq!(outcome.data["after"], second.as_str());
    assert_eq!(outcome.data["remote_url_changed"], false);
    assert_eq!(scratch.read("deep/clone/a"), "two");
}

#[test]
fn brings_branches_tags_and_commits() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    git(&origin, &["tag", "-a", "v1", "-m", "v1"]);
    let first = git(&origin, &["rev-parse", "HEAD"]);
    git(&origin, &["checkout", "-qb", "dev"]);
    let dev = commit(&origin, "a", "dev");
    git(&origin, &["checkout", "-q", "main"]);
    let main = commit(&origin, "a", "main");
    let mut trial = Trial::new();
    let clone = scratch.at("clone");
    let arguments = |version: &str| json!({"repo": origin, "dest": clone, "version": version});
    assert_eq!(
        trial.change("git", arguments("v1")).data["after"],
        first.as_str()
    );
    assert_eq!(
        trial.change("git", arguments("dev")).data["after"],
        dev.as_str()
    );
    assert_eq!(git(&clone, &["branch", "--show-current"]), "dev");
    assert_eq!(
        trial.change("git", arguments(&main[..8])).data["after"],
        main.as_str()
    );
    trial.change("git", arguments("main"));
    assert_eq!(git(&clone, &["branch", "--show-current"]), "main");
    assert_eq!(
        trial.change("git", arguments(&first)).data["after"],
        first.as_str()
    );
    let outcome = trial.apply("git", arguments("no-such"));
    let msg = outcome.msg.unwrap();
    assert!(msg.starts_with("Failed to checkout no-such"), "{msg}");
    for option in [json!({"depth": 1}), json!({"single_branch": true})] {
        let _ = std::fs::remove_dir_all(&clone);
        for version in ["dev", "main", "v1"] {
            let mut arguments = arguments(version);
            arguments
                .as_object_mut()
                .unwrap()
                .extend(option.as_object().unwrap().clone());
            trial.change("git", arguments);
        }
    }
}

#[test]
fn modifications_are_lost_only_with_force() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let mut trial = Trial::new();
    let mut arguments = json!({"repo": origin, "dest": scratch.at("clone")});
    trial.change("git", arguments.clone());
    scratch.write("clone/a", "mine");
    scratch.write("clone/untracked", "mine");
    for outcome in [
        trial.look("git", arguments.clone()),
        trial.apply("git", arguments.clone()),
    ] {
        let msg = outcome.msg.unwrap();
        assert!(
            msg.starts_with("Local modifications exist in the destination: "),
            "{msg}"
        );
        assert!(msg.ends_with(" (force=no)."), "{msg}");
    }
    arguments["force"] = json!(true);
    trial.change("git", arguments);
    assert_eq!(scratch.read("clone/a"), "one");
    assert_eq!(scratch.read("clone/untracked"), "mine");
}

#[test]
fn follows_another_address_and_keeps_bare_mirrors() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let mut trial = Trial::new();
    trial.change("git", json!({"repo": origin, "dest": scratch.at("clone")}));
    git(
        scratch.path(),
        &["clone", "-q", "--bare", "origin", "other"],
    );
    let other = json!({"repo": scratch.at("other"), "dest": scratch.at("clone")});
    let outcome = trial.change("git", other);
    assert_eq!(outcome.data["remote_url_changed"], true);
    let bare = json!({"repo": origin, "dest": scratch.at("bare"), "bare": true});
    trial.change("git", bare.clone());
    git(&origin, &["branch", "more"]);
    trial.change("git", bare);
    git(&scratch.at("bare"), &["rev-parse", "refs/heads/more"]);
}

#[test]
fn brings_submodules() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let part = scratch.at("part");
    std::fs::create_dir(&part).unwrap();
    git(&part, &["init", "-q"]);
    commit(&part, "b", "one");
    git(&origin, &["submodule", "--quiet", "add", "../part", "sub"]);
    git(&origin, &["commit", "-qm", "sub"]);
    let environment = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "protocol.file.allow"),
        ("GIT_CONFIG_VALUE_0", "always"),
    ];
    let clone = scratch.at("clone");
    let mut trial = Trial::new();
    let run = |trial: &mut Trial, arguments: Value| {
        let entry = crate::module::find("git").unwrap();
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        let run = crate::wire::Run {
            id: 1,
            module: "git".into(),
            items: vec![entry.schema().accept(arguments).unwrap()],
            mode: crate::wire::Mode::Apply,
            diff: true,
            environment: environment
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            timeout: None,
            stream: false,
            course: crate::wire::Course::Alone,
        };
        let mut outcomes = Vec::new();
        (entry.run)(&mut trial.probe, &run, &mut |_, outcome| {
            outcomes.push(outcome)
        });
        let outcome = outcomes.remove(0);
        assert!(!outcome.failed, "{outcome:?}");
        outcome.changed
    };
    let mut arguments = json!({"repo": origin, "dest": clone});
    assert!(run(&mut trial, arguments.clone()));
    assert!(!run(&mut trial, arguments.clone()));
    assert_eq!(scratch.read("clone/sub/b"), "one");
    git(&clone, &["submodule", "--quiet", "deinit", "-f", "sub"]);
    assert!(run(&mut trial, arguments.clone()));
    commit(&part, "b", "two");
    assert!(!run(&mut trial, arguments.clone()));
    arguments["track_submodules"] = json!(true);
    assert!(run(&mut trial, arguments.clone()));
    assert!(!run(&mut trial, arguments));
    assert_eq!(scratch.read("clone/sub/b"), "two");
}

#[test]
fn archives_and_keeps_repositories_apart() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let mut trial = Trial::new();
    let arguments = json!({"repo": origin, "dest": scratch.at("clone"), "archive": scratch.at("a.tar.gz"), "archive_prefix": "x/"});
    trial.change("git", arguments.clone());
    std::fs::remove_file(scratch.at("a.tar.gz")).unwrap();
    trial.change("git", arguments.clone());
    commit(&origin, "a", "two");
    trial.change("git", arguments);
    let apart = json!({"repo": origin, "dest": scratch.at("clone"), "separate_git_dir": scratch.at("apart")});
    let outcome = trial.change("git", apart);
    assert_eq!(outcome.data["git_dir_now"], json!(scratch.at("apart")));
    let kept = json!({"repo": origin, "dest": scratch.at("clone"), "update": false});
    trial.same("git", kept);
}

#[test]
fn tells_without_cloning_and_refuses_nonsense() {
    let scratch = Scratch::new();
    let origin = repository(&scratch);
    let mut trial = Trial::new();
    let told = trial.same(
        "git",
        json!({"repo": origin, "clone": false, "update": false}),
    );
    assert_eq!(told["after"], git(&origin, &["rev-parse", "HEAD"]).as_str());
    for (arguments, words) in [
        (
            json!({"repo": origin}),
            "the destination directory must be specified unless clone=no",
        ),
        (
            json!({"repo": origin, "dest": scratch.path()}),
            "already exists and is not an empty directory",
        ),
        (
            json!({"repo": "--upload-pack=x", "dest": "/x"}),
            "begin with -",
        ),
        (
            json!({"repo": origin, "dest": scratch.at("x"), "umask": 22}),
            "quoted octal integer",
        ),
        (
            json!({"repo": origin, "dest": scratch.at("x"), "archive_prefix": "x"}),
            "archive_prefix",
        ),
    ] {
        let msg = trial.apply("git", arguments).msg.unwrap();
        assert!(msg.contains(words), "{msg}");
    }
}
