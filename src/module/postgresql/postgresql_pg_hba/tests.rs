use {
    crate::{act::Scratch, module::trial::Trial},
    serde_json::{Value, json},
};

const BEFORE: &str =
    "# mine\nlocal   all   postgres   peer\n\nhost all all 127.0.0.1/32 scram-sha-256\n";

fn edit(before: &str, mut arguments: Value) -> String {
    let scratch = Scratch::new();
    arguments["dest"] = json!(scratch.write("pg_hba.conf", before));
    Trial::new().change("postgresql_pg_hba", arguments);
    scratch.read("pg_hba.conf")
}

#[test]
fn adds_and_sorts() {
    let arguments = json!({
        "contype": "host", "databases": "b,a", "users": "ada", "source": "10.1.0.0", "netmask": "255.255.0.0",
        "method": "ldap", "options": "y=2 x=1", "comment": "hers"
    });
    assert_eq!(
        edit(BEFORE, arguments),
        "# mine\nlocal   all   postgres   peer\nhost all all 127.0.0.1/32 scram-sha-256\n\
         host\ta\tada\t10.1.0.0/16\tldap\tx=1 y=2\t#hers\nhost\tb\tada\t10.1.0.0/16\tldap\tx=1 y=2\t#hers\n"
    );
}

#[test]
fn updates_and_removes_in_place() {
    let arguments = json!({
        "contype": "host", "address": "127.0.0.1/32", "method": "trust", "sort_rules": false
    });
    assert_eq!(
        edit(BEFORE, arguments),
        "# mine\nlocal   all   postgres   peer\n\nhost\tall\tall\t127.0.0.1/32\ttrust\n"
    );
    let arguments = json!({
        "rules": [{"contype": "local", "users": "postgres", "state": "absent"}, {"comment": "added"}],
    });
    assert_eq!(
        edit(BEFORE, arguments),
        "# mine\n#added\nhost all all 127.0.0.1/32 scram-sha-256\n"
    );
}

#[test]
fn overwrites_what_is_broken() {
    let arguments = json!({
        "overwrite": true, "method": "peer", "rules_behavior": "combine",
        "rules": [{"contype": "host", "src": "::1/128"}, {"contype": "local"}],
    });
    assert_eq!(
        edit("nonsense", arguments),
        "local\tall\tall\tpeer\nhost\tall\tall\t::1/128\tpeer\n"
    );
}

#[test]
fn only_reads_where_nothing_is_asked_for() {
    let scratch = Scratch::new();
    let dest = scratch.write("pg_hba.conf", BEFORE);
    let data = Trial::new().same("postgresql_pg_hba", json!({"dest": dest}));
    assert_eq!(
        data["pg_hba"][1],
        json!({"type": "host", "db": "all", "usr": "all", "src": "127.0.0.1/32", "method": "scram-sha-256"})
    );
    assert_eq!(scratch.read("pg_hba.conf"), BEFORE);
}

#[test]
fn says_what_is_wrong() {
    let scratch = Scratch::new();
    let dest = scratch.write("pg_hba.conf", BEFORE);
    let said = |mut arguments: Value| {
        arguments["dest"] = json!(dest);
        let outcome = Trial::new().apply("postgresql_pg_hba", arguments);
        outcome.msg.unwrap_or_default()
    };
    let conflict = said(json!({"contype": "local", "rules": [{"contype": "local"}]}));
    assert!(
        conflict.starts_with("conflict: either argument"),
        "{conflict}"
    );
    let bits = said(json!({"contype": "host", "address": "10.0.0.1/8"}));
    assert!(bits.contains("10.0.0.1/8 has host bits set"), "{bits}");
    let outcome = Trial::new().apply(
        "postgresql_pg_hba",
        json!({"dest": scratch.at("none"), "contype": "local"}),
    );
    assert!(
        outcome
            .msg
            .unwrap()
            .contains("Use the create option to autocreate")
    );
}
