use {super::Room, serde_json::Value};

#[test]
fn describes_a_module() {
    insta::assert_snapshot!(Room::new().farcast("doc slurp").good(), @r#"
    ansible.builtin.slurp

      Read a file into a variable, encoded in base64.

    Required arguments

      src (path)
          The file. It must be there.
          Also called: path.
    "#);
}

#[test]
fn describes_a_control_step() {
    insta::assert_snapshot!(Room::new().farcast("doc ansible.builtin.debug").good(), @r#"
    ansible.builtin.debug

      Show a message or the value of a variable while a play runs.

    Optional arguments

      msg (any)
          What to show.

      var (any)
          The variable or expression whose value to show.

      verbosity (int)
          Show it only from this many `-v` on.
          Default: 0.
    "#);
}

#[test]
fn shows_a_task_to_fill_in() {
    let task = Room::new().farcast("doc -s ping copy").good();
    let tasks: Vec<Value> = serde_yaml::from_str(&task).unwrap();
    assert_eq!(tasks.len(), 2);
    assert!(
        tasks[1]["ansible.builtin.copy"].get("dest").is_some(),
        "{task}"
    );
}

#[test]
fn finds_modules_by_a_word() {
    insta::assert_snapshot!(Room::new().farcast("doc pong").good(), @"ping  Answer `pong`: the host can be reached and farcast works there.");
    let lines = Room::new().farcast("doc").good();
    for line in lines.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(line.split_whitespace().count() > 2, "no synopsis: {line}");
    }
}

#[test]
fn is_json_as_ansible_doc_prints_it() {
    let json: Value = serde_json::from_str(&Room::new().farcast("doc -j copy").good()).unwrap();
    let doc = &json["ansible.builtin.copy"]["doc"];
    assert_eq!(doc["module"], "copy");
    assert_eq!(doc["options"]["dest"]["required"], true);
    assert_eq!(doc["options"]["force"]["default"], true);
    assert_eq!(doc["options"]["force"]["aliases"][0], "thirsty");
}

#[test]
fn completes_in_every_shell_and_has_manual_pages() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = room.farcast(&format!("completions {shell}")).good();
        assert!(script.contains("encrypt-string"), "{shell}");
    }
    let page = room.farcast("man").good();
    assert!(page.contains(".TH farcast 1"), "{page}");
    room.farcast("man pages").good();
    for page in ["farcast.1", "farcast-apply.1", "farcast-vault-rekey.1"] {
        assert!(room.path("pages").join(page).is_file(), "{page}");
    }
}
