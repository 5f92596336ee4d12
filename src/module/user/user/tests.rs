use {crate::module::trial::Trial, serde_json::json};

const NAME: &str = "farcast-no-user";

#[test]
fn a_dry_run_foresees_an_account() {
    let mut trial = Trial::new();
    let groups = json!({"name": "farcast-no-group"});
    let arguments = json!({"name": NAME, "groups": ["farcast-no-group"], "home": "/no/such/home"});
    assert!(
        trial.look("user", arguments.clone()).failed,
        "the group is missing"
    );
    trial.look("group", groups);
    let look = trial.look("user", arguments.clone());
    assert!(look.changed && !look.failed, "{look:?}");
    assert_eq!(look.diff.last().unwrap().what, format!("user {NAME}"));
    assert!(!look.data.contains_key("uid"), "the host chooses it");
    let again = trial.look("user", arguments);
    assert!(!again.changed && !again.failed, "{again:?}");
    let home = trial.look("stat", json!({"path": "/no/such/home"}));
    assert_eq!(home.data["stat"]["pw_name"], NAME);
}

#[test]
fn a_dry_run_foresees_changes_and_the_end() {
    let mut trial = Trial::new();
    trial.look("user", json!({"name": NAME}));
    let change = json!({"name": NAME, "comment": "x", "shell": "/bin/false", "uid": 4321});
    let look = trial.look("user", change.clone());
    assert_eq!(look.diff.len(), 1, "one usermod: {:?}", look.diff);
    assert_eq!(look.data["uid"], 4321);
    assert!(!trial.look("user", change).changed);
    let absent = json!({"name": NAME, "state": "absent", "remove": true});
    assert!(trial.look("user", absent.clone()).changed);
    assert!(!trial.look("user", absent).changed);
    let groups = trial.look("getent", json!({"database": "group", "key": NAME}));
    assert!(groups.failed, "its own group is gone, too");
}

#[test]
fn tells_what_is_there() {
    let data = Trial::new().same("user", json!({"name": "root", "uid": 0, "home": "/root"}));
    assert_eq!((&data["uid"], &data["group"]), (&json!(0), &json!(0)));
    assert_eq!(data["home"], "/root");
}

#[test]
fn no_secret_is_shown() {
    let mut trial = Trial::new();
    let hash = format!("$6$salt${}", "x".repeat(86));
    let look = trial.look("user", json!({"name": NAME, "password": hash}));
    assert!(look.warnings.is_empty(), "{:?}", look.warnings);
    assert!(!format!("{look:?}").contains("$6$"));
    assert_eq!(look.data["password"], "NOT_LOGGING_PASSWORD");
    let mut trial = Trial::new();
    let look = trial.look("user", json!({"name": NAME, "password": "secret"}));
    assert!(look.warnings[0].contains("not to have been hashed"));
    let look = trial.look("user", json!({"name": NAME, "password": "a:b"}));
    assert!(look.failed && !look.msg.unwrap().contains("a:b"));
}
