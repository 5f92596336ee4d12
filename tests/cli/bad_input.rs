//! What is wrong gets a message with what to do about it, and exit code 1.

use super::Room;

const PLAY: &str = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n";

#[test]
fn a_verb_that_there_is_not() {
    insta::assert_snapshot!(Room::new().farcast("aply site.yml").bad(), @r#"
    error: unrecognized subcommand 'aply'

      tip: a similar subcommand exists: 'apply'

    Usage: farcast <COMMAND>

    For more information, try '--help'.
    "#);
}

#[test]
fn a_playbook_that_is_missing() {
    insta::assert_snapshot!(Room::new().farcast("apply -i a, site.yml").bad(), @r#"
    × there is no file site.yml
    help: check the name, and from where the path is reckoned
    "#);
}

#[test]
fn broken_yaml() {
    let room = Room::new().with("site.yml", "- hosts: [a\n  tasks:\n");
    insta::assert_snapshot!(room.farcast("apply -i a, site.yml").bad(), @r#"
     × broken YAML: no key can stand here
      ╭─[site.yml:2:8]
    1 │ - hosts: [a
    2 │   tasks:
      ·        ─
      ╰────
     help: close every `[` and `{`, and quote values that hold `,` `:` `[` `]`
           `{` or `}`
    "#);
}

#[test]
fn an_empty_inventory() {
    let room = Room::new().with("hosts", "").with("site.yml", PLAY);
    insta::assert_snapshot!(room.farcast("apply -i hosts site.yml").bad(), @r#"
    × no inventory source names a host: hosts
    help: name at least one host, or pass a list: -i HOST,
    "#);
    insta::assert_snapshot!(room.farcast("run all -m ping").bad(), @r#"
    × the inventory has no host
    help: name one with -i: a file, a directory, or hosts with commas (`-i
          web1,web2`)
    "#);
}

#[test]
fn a_pattern_that_matches_nothing() {
    let room = Room::new().with("site.yml", PLAY);
    insta::assert_snapshot!(room.farcast("apply -i web1, -l wbe1 site.yml").bad(), @r#"
    unknown-host-pattern

      ⚠ no host or group matches `wbe1`; did you mean `web1`?
       ╭─[--limit:1:1]
     1 │ wbe1
       · ────
       ╰────
      help: the inventory has no such host or group

    unknown-host-pattern

      × no play matches any host
       ╭─[--limit:1:1]
     1 │ wbe1
       · ────
       ╰────
      help: name an inventory that has the hosts with `-i`, or correct `hosts` or
            `--limit`

    1 error, 1 warning
    "#);
    insta::assert_snapshot!(room.farcast("run -i web1, wbe1 -m ping").bad(), @r#"
    × no host or group matches `wbe1`; did you mean `web1`?
    help: `farcast inventory --graph` shows the hosts and groups
    "#);
}

#[test]
fn a_module_or_argument_that_there_is_not() {
    let room = Room::new();
    insta::assert_snapshot!(room.farcast("run -i web1, all -m pingg").bad(), @r#"
    unknown-module

      × there is no module `pingg`
       ╭─[--module-name:1:1]
     1 │ pingg
       · ──┬──
       ·   ╰── unknown module
       ╰────
      help: did you mean `ping`?

    1 error
    "#);
    insta::assert_snapshot!(room.farcast("run -i web1, all -m stat -a 'pth=/x'").bad(), @r#"
    unknown-argument

      × `stat`: unknown argument `pth`; did you mean `path`?
       ╭─[--args:1:1]
     1 │ pth=/x
       · ──────
       ╰────
      help: `farcast doc stat` lists the arguments

    missing-argument

      × `stat`: argument `path` is missing
       ╭─[--module-name:1:1]
     1 │ stat
       · ────
       ╰────
      help: `farcast doc stat` lists the arguments

    2 errors
    "#);
    insta::assert_snapshot!(room.farcast("doc coppy").bad(), @r#"
    × there is no module `coppy`
    help: did you mean `copy`?
    "#);
}

#[test]
fn a_vault_password_that_does_not_fit() {
    let room = Room::new()
        .with("right", "right")
        .with("wrong", "wrong")
        .with("secret.yml", "a: 1\n");
    room.farcast("vault encrypt secret.yml --vault-password-file right")
        .good();
    insta::assert_snapshot!(room.farcast("vault view secret.yml --vault-password-file wrong").bad(), @r#"
    × secret.yml: no vault password fits: the vault has no id (tried: `default`)
    help: check the password, or give the one for this vault with --vault-id
          ID@FILE
    "#);
    let encrypted = room.farcast("vault encrypt secret.yml --vault-password-file right");
    insta::assert_snapshot!(encrypted.bad(), @r#"
    × secret.yml is a vault already
    help: use rekey to change its password
    "#);
    let many = room.farcast("vault encrypt x --vault-id a@right --vault-id b@wrong");
    insta::assert_snapshot!(many.bad(), @r#"
    × there are passwords of several ids: `a`, `b`
    help: say which one to encrypt with: --encrypt-vault-id ID
    "#);
    let missing = room.farcast("vault view secret.yml --vault-password-file nowhere");
    insta::assert_snapshot!(missing.bad(), @"  × vault password file nowhere: No such file or directory (os error 2)");
}

#[test]
fn a_sandbox_that_there_is_not() {
    let room = Room::new().with("site.yml", PLAY);
    insta::assert_snapshot!(room.farcast("sandbox up arch").bad(), @"error: no image is called `arch`; known images: debian-12, centos-9");
    insta::assert_snapshot!(room.farcast("test nowhere.yml").bad(), @"error: cannot find nowhere.yml: No such file or directory (os error 2)");
}
