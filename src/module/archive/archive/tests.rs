use {
    crate::{act::Scratch, module::trial::Trial},
    serde_json::{Value, json},
    std::os::unix::fs::symlink,
};

fn tree() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tree/a.txt", "abc");
    scratch.write("tree/sub/b.log", &"b".repeat(1000));
    symlink("a.txt", scratch.at("tree/link")).unwrap();
    scratch
}

/// Unpacks an archive and gives a file in it.
fn unpacked(scratch: &Scratch, src: &str, name: &str) -> String {
    let dest = scratch.at("unpacked");
    std::fs::create_dir_all(&dest).unwrap();
    let arguments = json!({"src": scratch.at(src), "dest": dest, "remote_src": true});
    let outcome = Trial::new().apply("unarchive", arguments);
    assert!(!outcome.failed, "{outcome:?}");
    let text = scratch.read(&format!("unpacked/{name}"));
    std::fs::remove_dir_all(dest).unwrap();
    text
}

#[test]
fn packs_trees_in_all_formats_once() {
    let scratch = tree();
    for format in ["gz", "bz2", "xz", "tar", "zip"] {
        let name = format!("out.{format}");
        let arguments = json!({
            "path": [scratch.at("tree")], "dest": scratch.at(&name), "format": format, "mode": "0600",
        });
        let outcome = Trial::new().change("archive", arguments);
        assert_eq!(outcome.data["dest_state"], "archive");
        assert_eq!(outcome.data["archived"].as_array().unwrap().len(), 4);
        assert_eq!(outcome.data["mode"], "0600");
        assert_eq!(unpacked(&scratch, &name, "tree/link"), "abc", "{format}");
        assert_eq!(unpacked(&scratch, &name, "tree/sub/b.log").len(), 1000);
    }
    scratch.write("tree/a.txt", "abd");
    let arguments =
        json!({"path": [scratch.at("tree")], "dest": scratch.at("out.tar"), "format": "tar"});
    Trial::new().change("archive", arguments);
}

#[test]
fn a_single_file_is_compressed_beside_itself() {
    let scratch = tree();
    let path = scratch.at("tree/a.txt");
    let outcome = Trial::new().change("archive", json!({"path": [path]}));
    assert_eq!(outcome.data["dest_state"], "compress");
    let packed = std::fs::read(scratch.at("tree/a.txt.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut text)
        .unwrap();
    assert_eq!(text, "abc");
}

#[test]
fn removes_what_it_packed_and_then_rests() {
    let scratch = tree();
    let arguments =
        json!({"path": [scratch.at("tree")], "dest": scratch.at("o.tgz"), "remove": true});
    let outcome = Trial::new().change("archive", arguments.clone());
    assert!(!scratch.at("tree").exists());
    assert_eq!(outcome.data["missing"], Value::Array(Vec::new()));
    assert_eq!(unpacked(&scratch, "o.tgz", "tree/a.txt"), "abc");
    let data = Trial::new().same("archive", arguments);
    assert_eq!(data["dest_state"], "archive");
    assert_eq!(data["missing"], json!([scratch.at("tree")]));
}

#[test]
fn heeds_patterns_and_exclusions() {
    let scratch = tree();
    let arguments = json!({
        "path": [format!("{}/tree/*", scratch.path().display())], "dest": scratch.at("o.tar"),
        "format": "tar", "exclude_path": [scratch.at("tree/link")], "exclusion_patterns": ["*.log"],
    });
    let outcome = Trial::new().change("archive", arguments);
    assert_eq!(outcome.data["archived"], json!([scratch.at("tree/a.txt")]));
    assert_eq!(outcome.data["expanded_paths"].as_array().unwrap().len(), 3);
    assert_eq!(unpacked(&scratch, "o.tar", "a.txt"), "abc");
}

#[test]
fn refuses_what_would_go_wrong() {
    let scratch = tree();
    let tree = scratch.at("tree");
    let inside = json!({"path": [tree], "dest": scratch.at("tree/o.tgz"), "remove": true});
    let nothing = json!({"path": [scratch.at("no*")], "dest": scratch.at("o.tgz")});
    for (arguments, why) in [
        (inside, "can not be contained"),
        (nothing, "no source paths"),
        (json!({"path": [tree]}), "must specify"),
    ] {
        let outcome = Trial::new().apply("archive", arguments);
        assert!(outcome.msg.unwrap().contains(why));
    }
}
