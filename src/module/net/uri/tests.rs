use {
    crate::{
        act::Scratch,
        module::{
            net::server::{Seen, Server, reply},
            trial::Trial,
        },
    },
    serde_json::json,
    std::{
        io::{Read, Write},
        os::unix::net::UnixListener,
        thread,
    },
};

fn service(seen: &Seen) -> Vec<u8> {
    let json = "Content-Type: application/json\nX-Some-Header: x\nSet-Cookie: a=1; Path=/\n";
    match seen.line.as_str() {
        "GET /json" => reply("200 OK", json, b"{\"a\": [1]}"),
        "POST /echo" | "PUT /echo" => reply("201 Created", "", &seen.body),
        "GET /gone" => reply("404 Not Found", json, b"{\"why\": \"gone\"}"),
        "GET /moved" => reply("301 Moved", "Location: json\n", b""),
        "POST /moved" => reply("303 See Other", "Location: /json\n", b""),
        "GET /file" if seen.header("if-modified-since").is_some() => {
            reply("304 Not Modified", "", b"")
        }
        "GET /file" => reply("200 OK", "", b"content"),
        _ => reply("500 Oops", "", b""),
    }
}

#[test]
fn gives_json_headers_and_cookies() {
    let server = Server::start(service);
    let mut trial = Trial::new();
    let data = trial.same(
        "uri",
        json!({"url": server.url("/json"), "return_content": true}),
    );
    assert_eq!(data["json"], json!({"a": [1]}));
    assert_eq!(data["content"], "{\"a\": [1]}");
    assert_eq!(
        (&data["status"], &data["x_some_header"]),
        (&json!(200), &json!("x"))
    );
    assert_eq!(
        (&data["cookies"], &data["cookies_string"]),
        (&json!({"a": "1"}), &json!("a=1"))
    );
    assert_eq!(data["redirected"], false);
    let look = trial.look("uri", json!({"url": server.url("/json")}));
    assert!(!look.changed && look.unknown.is_none(), "{look:?}");
}

#[test]
fn sends_bodies_in_all_formats() {
    let server = Server::start(service);
    let send = |format: &str, body: serde_json::Value| {
        let arguments = json!({
            "url": server.url("/echo"), "method": "POST", "body": body, "body_format": format,
            "status_code": [201], "return_content": true, "headers": {"X-A": 1},
        });
        let outcome = Trial::new().apply("uri", arguments);
        assert!(!outcome.failed && !outcome.changed, "{outcome:?}");
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("x-a"), Some("1"));
        let kind = seen.header("content-type").map(str::to_owned);
        (outcome.data["content"].as_str().unwrap().to_owned(), kind)
    };
    assert_eq!(
        send("json", json!({"a": 1})),
        ("{\"a\":1}".into(), Some("application/json".into()))
    );
    assert_eq!(send("form-urlencoded", json!({"a": "b c"})).0, "a=b+c");
    assert_eq!(send("raw", json!("text")), ("text".into(), None));
    let (form, kind) = send("form-multipart", json!({"a": "text"}));
    assert!(
        form.contains("name=\"a\"") && kind.unwrap().starts_with("multipart/form-data; boundary=")
    );
}

#[test]
fn a_dry_run_sends_nothing_that_changes_the_server() {
    let server = Server::start(service);
    let mut trial = Trial::new();
    let look = trial.look("uri", json!({"url": server.url("/echo"), "method": "POST"}));
    let unknown = look.unknown.unwrap();
    assert!(unknown.starts_with("POST http://"), "{unknown}");
    assert!(server.seen().is_empty());
    let look = trial.look("uri", json!({"url": server.url("/gone")}));
    assert!(look.unknown.unwrap().contains("404") && !look.failed);
}

#[test]
fn a_wrong_status_fails_with_what_the_server_said() {
    let server = Server::start(service);
    let outcome = Trial::new().apply("uri", json!({"url": server.url("/gone")}));
    assert!(outcome.failed);
    let msg = "Status code was 404 and not [200]: HTTP Error 404: Not Found";
    assert_eq!(outcome.msg.as_deref(), Some(msg));
    assert_eq!(outcome.data["json"], json!({"why": "gone"}));
}

#[test]
fn follows_redirects_as_told() {
    let server = Server::start(service);
    let ask = |method: &str, follow: &str| {
        let url = server.url("/moved");
        let arguments = json!({"url": url, "method": method, "follow_redirects": follow});
        Trial::new().apply("uri", arguments)
    };
    let outcome = ask("GET", "safe");
    assert_eq!(
        (&outcome.data["redirected"], &outcome.data["url"]),
        (&json!(true), &json!(server.url("/json")))
    );
    assert!(ask("POST", "safe").failed);
    assert!(!ask("POST", "all").failed);
    let stays = ask("GET", "none");
    assert_eq!(stays.data["location"], server.url("/json"));
    assert_eq!(stays.data["status"], 301);
}

#[test]
fn writes_the_answer_to_a_file_once() {
    let (scratch, server) = (Scratch::new(), Server::start(service));
    let arguments = json!({"url": server.url("/file"), "dest": scratch.at("f"), "mode": "0600"});
    let outcome = Trial::new().change("uri", arguments);
    assert_eq!(outcome.data["path"], scratch.at("f").display().to_string());
    assert_eq!(scratch.read("f"), "content");
}

#[test]
fn does_nothing_where_that_is_said() {
    let scratch = Scratch::new();
    let there = scratch.write("there", "");
    let mut trial = Trial::new();
    let url = "http://127.0.0.1:1/";
    let data = trial.same("uri", json!({"url": url, "creates": there}));
    assert!(data["stdout"].as_str().unwrap().ends_with("exists"));
    trial.same("uri", json!({"url": url, "removes": scratch.at("no")}));
    let refused = trial.apply("uri", json!({"url": url}));
    assert!(refused.msg.unwrap().contains("refused"));
}

#[test]
fn speaks_to_sockets() {
    let scratch = Scratch::new();
    let path = scratch.at("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 1000];
        let count = stream.read(&mut buffer).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            .unwrap();
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    });
    let arguments =
        json!({"url": "http://docker/info", "unix_socket": path, "return_content": true});
    let data = Trial::new().same("uri", arguments);
    assert_eq!(data["content"], "hi");
    assert!(thread.join().unwrap().starts_with("GET /info HTTP/1.1"));
}
