//! A machine that pulls: from a commit to the state that it declares, and what happens where a revision is no good.

#![cfg(feature = "controller")]

#[path = "../farcast/mod.rs"]
mod farcast_program;
mod host;
mod room;
mod signature;

use std::fs::{self, File};

use farcast_program::Ran;
use room::{Room, leave, playbook};
use rustix::fs::{FlockOperation, flock};

const BREAK: &str = "    - fail:\n        msg: on purpose\n";

/// The pull must have ended with this code and said all of this.
fn must(ran: &Ran, code: i32, said: &[&str]) {
    let all = ran.said();
    assert_eq!(ran.code, code, "{all}");
    for part in said {
        assert!(all.contains(part), "{part}\n{all}");
    }
}

#[test]
fn a_commit_becomes_the_state_of_the_machine() {
    let room = Room::new();
    let first = room.commit(&leave("one"));
    must(
        &room.pull(&[]),
        0,
        &[&format!("pull: revision {first}"), "changed=1 "],
    );
    assert_eq!(room.state(), "one");
    room.write("state", "by hand");
    must(&room.pull(&[]), 0, &["changed=1 "]);
    assert_eq!(room.state(), "one");
    let second = room.commit(&leave("two"));
    must(&room.pull(&[]), 0, &[&second]);
    assert_eq!(room.state(), "two");
    must(&room.pull(&["-C", &first, "--full"]), 0, &[&first]);
    assert_eq!(room.state(), "one");
}

#[test]
fn nothing_is_done_where_nothing_changed_if_so_asked() {
    let room = Room::new();
    room.commit(&leave("one"));
    must(&room.pull(&["--only-if-changed"]), 0, &["changed=1 "]);
    room.write("state", "by hand");
    let again = room.pull(&["--only-if-changed"]);
    must(&again, 0, &["has succeeded before; nothing to do"]);
    assert_eq!(room.state(), "by hand");
    room.commit(&leave("two"));
    must(&room.pull(&["--only-if-changed"]), 0, &["changed=1 "]);
    assert_eq!(room.state(), "two");
}

#[test]
fn a_revision_that_fails_gives_way_to_the_last_good_one() {
    let room = Room::new();
    let good = room.commit(&leave("good"));
    must(&room.pull(&[]), 0, &[]);
    let bad = room.commit(&format!("{}{BREAK}", leave("bad")));
    let back = format!(
        "pull: revision {bad} did not succeed (exit code 2); back to {good}, which succeeded last"
    );
    must(
        &room.pull(&[]),
        2,
        &[
            "on purpose",
            &back,
            &format!("pull: revision {good} is in place"),
        ],
    );
    assert_eq!(room.state(), "good");
    room.commit(&leave("better"));
    must(&room.pull(&[]), 0, &[]);
    assert_eq!(room.state(), "better");
}

#[test]
fn a_revision_that_cannot_be_read_touches_nothing() {
    let room = Room::new();
    room.commit(&leave("good"));
    must(&room.pull(&[]), 0, &[]);
    room.commit(&format!("{}    - coppy:\n", leave("bad")));
    must(
        &room.pull(&[]),
        1,
        &["there is no module `coppy`", "exit code 1); back to"],
    );
    assert_eq!(room.state(), "good");
}

#[test]
fn the_first_revision_has_none_to_go_back_to() {
    let room = Room::new();
    room.commit(BREAK);
    must(&room.pull(&[]), 2, &["and there is no other to go back to"]);
    let nothing = room.pull(&["-C", "no-such-branch"]);
    must(
        &nothing,
        1,
        &["nothing new can be had from file://", "no-such-branch"],
    );
}

#[test]
fn without_a_new_revision_the_last_good_one_stays() {
    let room = Room::new();
    let good = room.commit(&leave("good"));
    must(&room.pull(&[]), 0, &[]);
    room.write("state", "by hand");
    let bad = room.pull(&["-C", "no-such-branch"]);
    must(
        &bad,
        1,
        &[
            "no-such-branch",
            &format!("pull: staying with revision {good}"),
        ],
    );
    assert_eq!(room.state(), "good");
    fs::rename(room.path("repository"), room.path("away")).unwrap();
    must(&room.pull(&[]), 1, &["nothing new can be had"]);
    must(
        &room.pull(&["--force"]),
        0,
        &["nothing new can be had", "is in place"],
    );
}

#[test]
fn a_dry_run_is_no_success_to_go_back_to() {
    let room = Room::new();
    room.commit(&leave("one"));
    must(&room.pull(&["--check"]), 0, &["DRY RUN", "changed=1 "]);
    assert_eq!(room.state(), "");
    room.commit(BREAK);
    must(&room.pull(&[]), 2, &["no other to go back to"]);
}

#[test]
fn playbooks_inventories_and_variables_come_from_the_repository() {
    let room = Room::new();
    let tasks = "    - copy:\n        content: '{{ colour }} {{ shape }}'\n        dest: \"{{ lookup('env', 'HOME') }}/state\"\n";
    let text = playbook(tasks).replace("localhost", "all");
    room.commit_as("plays/site.yml", &text, &[], &[]);
    room.commit_as(
        "hosts",
        "localhost colour=red\nelsewhere colour=blue\n",
        &[],
        &[],
    );
    room.write("vars.yml", "shape: round\n");
    let words = ["-i", "hosts", "-e", "@vars.yml", "plays/site.yml"];
    let ran = room.pull(&words);
    must(&ran, 0, &["localhost "]);
    assert!(!ran.stdout.contains("elsewhere"), "{}", ran.stdout);
    assert_eq!(room.state(), "red round");
    must(&room.pull(&["nothing.yml"]), 1, &["looked for nothing.yml"]);
}

#[test]
fn two_pulls_do_not_meet() {
    let room = Room::new();
    room.commit(&leave("one"));
    fs::create_dir(room.path("pull")).unwrap();
    let held = File::open(room.path("pull")).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    must(&room.pull(&[]), 1, &["another pull is at work in"]);
    drop(held);
    must(&room.pull(&[]), 0, &[]);
}

#[test]
fn a_pull_that_died_holds_nothing() {
    let room = Room::new();
    room.commit(&leave("one"));
    must(&room.pull(&[]), 0, &[]);
    // As a machine that lost its power in the middle of a checkout leaves them.
    room.write("pull/.git/farcast-at-work", "");
    room.write("pull/.git/index.lock", "");
    room.write("pull/local.yml", "half of a file");
    room.commit(&leave("two"));
    must(&room.pull(&[]), 0, &[]);
    assert_eq!(room.state(), "two");
    room.write("pull/local.yml", "by hand");
    must(&room.pull(&[]), 1, &["files were changed in"]);
}

#[test]
fn what_was_changed_by_hand_is_not_run_and_not_lost() {
    let room = Room::new();
    room.commit(&leave("one"));
    must(&room.pull(&[]), 0, &[]);
    room.write("pull/local.yml", &playbook(&leave("mine")));
    must(
        &room.pull(&[]),
        1,
        &["files were changed in", "--clean throws that away"],
    );
    assert_eq!(room.state(), "one");
    must(&room.pull(&["--clean"]), 0, &["changed=0 "]);
    room.write("other", "");
    let foreign = room.run(&["pull", "-U", &room.url(), "-d", "."]);
    must(&foreign, 1, &["holds something that is no checkout"]);
}

#[test]
fn a_checkout_can_be_removed_afterwards() {
    let room = Room::new();
    room.commit(&leave("one"));
    must(&room.pull(&["--purge"]), 0, &[]);
    assert_eq!(room.state(), "one");
    assert!(!room.path("pull").exists());
}

#[test]
fn submodules_come_with_it() {
    let room = Room::new();
    room.git(&["init", "--quiet", "--initial-branch=main", "roles"]);
    fs::create_dir_all(room.path("roles/greet/tasks")).unwrap();
    room.write(
        "roles/greet/tasks/main.yml",
        &leave("by a role")
            .replace("\n    ", "\n")
            .replacen("    -", "-", 1),
    );
    room.git(&["-C", "roles", "add", "."]);
    room.git(&["-C", "roles", "commit", "--quiet", "-m", "role"]);
    let url = format!("file://{}", room.path("roles").display());
    let file = "protocol.file.allow=always";
    room.git(&[
        "-C",
        "repository",
        "-c",
        file,
        "submodule",
        "--quiet",
        "add",
        &url,
        "roles",
    ]);
    room.commit("    - include_role:\n        name: greet\n");
    room.write(".gitconfig", "[protocol \"file\"]\n\tallow = always\n");
    must(&room.pull(&[]), 0, &[]);
    assert_eq!(room.state(), "by a role");
}

#[test]
fn called_as_ansible_pull_it_is_that_program() {
    let room = Room::new();
    room.commit(&leave("one"));
    let words = [
        "-U",
        &room.url(),
        "-d",
        "pull",
        "-o",
        "-s",
        "1",
        "--accept-host-key",
        "-i",
        "localhost,",
        "local.yml",
    ];
    must(&room.persona("ansible-pull", &words), 0, &["changed=1 "]);
    assert_eq!(room.state(), "one");
}

#[test]
fn a_password_in_the_address_is_not_shown() {
    let room = Room::new();
    let words = [
        "pull",
        "-U",
        "https://ada:hunter2@127.0.0.1:1/r",
        "-d",
        "pull",
    ];
    let ran = room.run(&words);
    must(
        &ran,
        1,
        &["nothing new can be had from https://********@127.0.0.1:1/r"],
    );
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
