//! Only what is signed by somebody who is trusted runs.

use super::{
    must,
    room::{Room, key, leave, playbook},
};

/// How Ada signs: with an ssh key of this name.
fn signing(room: &Room, name: &str) -> [String; 4] {
    let key = format!("user.signingkey={}", room.path(name).display());
    ["-c", "gpg.format=ssh", "-c", &key].map(str::to_owned)
}

/// A room in which only the key `ada` is trusted.
fn room() -> Room {
    let room = Room::new();
    let public = key(&room.path("ada"));
    key(&room.path("eve"));
    room.write("signers", &format!("ada@example.org {public}"));
    room
}

fn commit(room: &Room, text: &str, name: &str) -> String {
    let settings = signing(room, name);
    let settings = settings.each_ref().map(String::as_str);
    room.commit_as("local.yml", &playbook(&leave(text)), &["-S"], &settings)
}

const VERIFY: [&str; 3] = ["--verify-commit", "--allowed-signers", "signers"];

#[test]
fn a_commit_without_a_good_signature_does_not_run() {
    let room = room();
    let unsigned = room.commit(&leave("unsigned"));
    let refused = format!("revision {unsigned} is not signed by anybody who is trusted");
    must(&room.pull(&VERIFY), 1, &[&refused]);
    assert_eq!(room.state(), "");
    let good = commit(&room, "signed", "ada");
    must(&room.pull(&VERIFY), 0, &[&good]);
    assert_eq!(room.state(), "signed");
    let strange = commit(&room, "strange", "eve");
    let refused = format!("revision {strange} is not signed by anybody who is trusted");
    let stays = format!("pull: staying with revision {good}");
    must(&room.pull(&VERIFY), 1, &[&refused, &stays]);
    let forced = [&VERIFY[..], &["--force"]].concat();
    must(&room.pull(&forced), 1, &[&refused]);
    assert_eq!(room.state(), "signed");
}

#[test]
fn a_last_good_revision_that_is_not_signed_does_not_run_either() {
    let room = room();
    room.commit(&leave("unsigned"));
    must(&room.pull(&[]), 0, &[]);
    room.write("state", "by hand");
    room.commit(&leave("again"));
    must(&room.pull(&VERIFY), 1, &["did not succeed, either"]);
    assert_eq!(room.state(), "by hand");
}

#[test]
fn a_signed_tag_vouches_for_its_commit() {
    let room = room();
    let commit = room.commit(&leave("tagged"));
    let settings = signing(&room, "ada");
    let settings = settings.each_ref().map(String::as_str);
    let tag = ["tag", "-s", "-m", "release", "v1"];
    room.git(&[&["-C", "repository"][..], &settings, &tag].concat());
    let words = [&VERIFY[..], &["-C", "v1"]].concat();
    must(&room.pull(&words), 0, &[&commit]);
    assert_eq!(room.state(), "tagged");
    must(&room.pull(&VERIFY), 1, &["is not signed"]);
}
