use {
    crate::{
        act::{Digest, Scratch},
        module::{
            net::server::{Seen, Server, reply},
            trial::Trial,
        },
    },
    serde_json::json,
};

fn files(seen: &Seen) -> Vec<u8> {
    match seen.line.split(' ').nth(1).unwrap_or_default() {
        "/a.txt" if seen.header("if-modified-since").is_some() => {
            reply("304 Not Modified", "", b"")
        }
        "/a.txt" | "/always" => reply("200 OK", "", b"hello\n"),
        "/SUMS" => {
            let sum = Digest::Sha256.of(b"hello\n");
            reply(
                "200 OK",
                "",
                format!("00  other\n{sum}  a.txt\n").as_bytes(),
            )
        }
        "/moved" => reply("302 Found", "Location: /a.txt\n", b""),
        "/named" => reply(
            "200 OK",
            "Content-Disposition: attachment; filename=\"../x.bin\"\n",
            b"x",
        ),
        "/short" => b"200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
        "/secret" => match seen.header("authorization") {
            Some("Basic YWRhOnNlY3JldA==") => reply("200 OK", "", b"s"),
            _ => reply(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"x\"\n",
                b"",
            ),
        },
        _ => reply("404 Not Found", "", b"no"),
    }
}

#[test]
fn downloads_once_by_checksum_list() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    let arguments = json!({
        "url": server.url("/a.txt"), "dest": scratch.at("f"), "mode": "0640",
        "checksum": format!("sha256:{}", server.url("/SUMS")),
    });
    let outcome = Trial::new().change("get_url", arguments);
    assert_eq!(scratch.read("f"), "hello\n");
    assert_eq!(outcome.data["status_code"], 200);
    assert_eq!(outcome.data["checksum_src"], Digest::Sha1.of(b"hello\n"));
    assert_eq!(outcome.data["mode"], "0640");
    assert_eq!(outcome.msg.as_deref(), Some("OK (6 bytes)"));
    let again = server.seen();
    assert_eq!(
        again.last().unwrap().line,
        "GET /SUMS",
        "the file itself was not asked for again"
    );
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn asks_for_newer_content_only() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    let dest = scratch.write("f", "old");
    let mut trial = Trial::new();
    let data = trial.same(
        "get_url",
        json!({"url": server.url("/a.txt"), "dest": dest}),
    );
    assert_eq!(data["size"], 3);
    let date = server.seen()[0]
        .header("if-modified-since")
        .unwrap()
        .to_owned();
    assert!(date.ends_with(" GMT"), "{date}");
    let forced = json!({"url": server.url("/always"), "dest": dest, "force": true, "backup": true});
    let outcome = trial.change("get_url", forced.clone());
    assert_eq!(scratch.read("f"), "hello\n");
    let copy = outcome.data["backup_file"].as_str().unwrap();
    assert_eq!(std::fs::read_to_string(copy).unwrap(), "old");
    let same = trial.look("get_url", forced);
    assert!(!same.changed && !same.failed, "{same:?}");
}

#[test]
fn a_dry_run_foresees_the_file_and_writes_nothing() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    let mut trial = Trial::new();
    let dest = scratch.at("f");
    let sum = Digest::Sha256.of(b"hello\n");
    let arguments =
        json!({"url": server.url("/a.txt"), "dest": dest, "checksum": format!("sha256:{sum}")});
    assert!(trial.look("get_url", arguments.clone()).changed);
    assert!(!dest.exists());
    let again = trial.look("get_url", arguments);
    assert!(!again.changed && !again.failed, "{again:?}");
}

#[test]
fn goes_into_directories_and_follows_redirects() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    for (path, name) in [("/moved", "a.txt"), ("/named", "x.bin")] {
        let arguments = json!({"url": server.url(path), "dest": scratch.path()});
        let outcome = Trial::new().change("get_url", arguments);
        assert_eq!(outcome.data["dest"], scratch.at(name).display().to_string());
        assert!(scratch.at(name).exists());
    }
}

#[test]
fn shows_credentials_to_the_server_only() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    let url = server
        .url("/secret")
        .replace("http://", "http://ada:secret@");
    let arguments = json!({"url": url, "dest": scratch.at("f"), "force": true});
    let outcome = Trial::new().change("get_url", arguments);
    assert!(!format!("{outcome:?}").contains("secret@"));
    assert!(outcome.data["url"].as_str().unwrap().contains("****:****@"));
    let wrong = json!({"url": url.replace("/secret", "/none"), "dest": scratch.at("g")});
    let outcome = Trial::new().apply("get_url", wrong);
    let msg = outcome.msg.unwrap();
    assert!(
        msg.contains("HTTP Error 404: Not Found") && !msg.contains("ada"),
        "{msg}"
    );
}

#[test]
fn leaves_nothing_behind_when_it_fails() {
    let (scratch, server) = (Scratch::new(), Server::start(files));
    let dest = scratch.write("f", "old");
    let mut trial = Trial::new();
    for (path, checksum, why) in [
        ("/always", "sha1:00", "did not match 00"),
        ("/short", "", "hung up"),
        ("/none", "", "404"),
        ("/always", "sha256:http://127.0.0.1:1/SUMS", "refused"),
    ] {
        let url = server.url(path);
        let arguments = json!({"url": url, "dest": dest, "checksum": checksum, "force": true});
        let outcome = trial.apply("get_url", arguments);
        assert!(outcome.failed && !outcome.changed);
        let msg = outcome.msg.unwrap();
        assert!(msg.contains(why), "{msg}");
        assert_eq!(scratch.read("f"), "old");
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn copies_from_file_urls() {
    let scratch = Scratch::new();
    let from = scratch.write("from", "x");
    let url = format!("file://{}", from.display());
    let sum = Digest::Md5.of(b"x");
    let arguments = json!({"url": url, "dest": scratch.at("to"), "checksum": format!("md5:{sum}")});
    Trial::new().change("get_url", arguments);
    assert_eq!(scratch.read("to"), "x");
}
