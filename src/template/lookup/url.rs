//! What a server answers, asked from the controller.

use std::time::Duration;

use minijinja::{Error, value::Value};

use super::Lookup;
use crate::{
    act::{Alone, Failure, Probe, Watch},
    module::net::{Address, Client, Credentials, Order, Redirects, Trust},
    template::{
        call::{Call, entries},
        failure, print,
    },
};

pub(super) const ALL: &[(&str, Lookup)] = &[("url", url)];

/// The seconds to wait for a connection, and for each piece of an answer.
const PATIENCE: i64 = 10;

fn url(call: &mut Call, terms: &[Value]) -> Result<Vec<Value>, Error> {
    let on = |name: &str| call.named(name).is_none_or(|value| value.is_true());
    let (split, blind, use_proxy) = (on("split_lines"), !on("validate_certs"), on("use_proxy"));
    let seconds = call.named("timeout").and_then(|value| value.as_i64());
    let client = Client {
        patience: Duration::from_secs(seconds.unwrap_or(PATIENCE).max(1).unsigned_abs()),
        trust: Trust {
            blind,
            ..Trust::default()
        },
        use_proxy,
        decompress: true,
        name: text(call, "http_agent").unwrap_or_else(|| "ansible-httpget".to_owned()),
        unix_socket: text(call, "unix_socket").map(Into::into),
    };
    let probe = Probe::new(Box::new(Alone), Watch::default());
    let mut found = Vec::new();
    for term in terms {
        let order = order(call, &print::text(term))?;
        let content = fetched(&probe, &client, &order)
            .map_err(|problem| failure::plain(problem.to_string()))?;
        match split {
            true => found.extend(content.lines().map(Value::from)),
            false => found.push(content.into()),
        }
    }
    Ok(found)
}

fn order(call: &Call, url: &str) -> Result<Order, Error> {
    let address = Address::read(url).map_err(|problem| failure::plain(problem.to_string()))?;
    let headers = match call.named("headers") {
        Some(headers) => entries(&headers)?,
        None => Vec::new(),
    };
    let headers = headers
        .iter()
        .map(|(name, value)| (print::text(name), print::text(value)));
    let given = text(call, "username").map(|user| Credentials {
        user,
        password: text(call, "password").unwrap_or_default(),
    });
    let usual = address.credentials.clone();
    Ok(Order {
        method: "GET".to_owned(),
        headers: headers.collect(),
        unredirected: Vec::new(),
        payload: None,
        credentials: given.or(usual),
        eager: call
            .named("force_basic_auth")
            .is_some_and(|value| value.is_true()),
        redirects: Redirects::Usual,
        address,
    })
}

fn fetched(probe: &Probe, client: &Client, order: &Order) -> Result<String, Failure> {
    let mut answer = client.send(probe, order)?;
    if !(200..300).contains(&answer.status) {
        let (status, reason) = (answer.status, &answer.reason);
        let shown = &order.address;
        return Err(Failure::refused(format!(
            "{shown} answered {status} {reason}"
        )));
    }
    let mut content = Vec::new();
    answer.pour(probe, &mut content)?;
    Ok(String::from_utf8_lossy(&content).into_owned())
}

fn text(call: &Call, name: &str) -> Option<String> {
    let value = call.named(name).filter(|value| !value.is_none())?;
    Some(print::text(&value))
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::{engine, shown, vars};
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread,
    };

    /// A server that answers once, and what it was asked.
    fn server(answer: &'static str) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/motd", listener.local_addr().unwrap());
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let asked: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(answer.as_bytes()).unwrap();
            asked.join("\n")
        });
        (url, asked)
    }

    #[test]
    fn gives_lines_or_the_whole() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\na\nb\n";
        let (url, asked) = server(answer);
        let template = format!("{{{{ query('url', '{url}', headers={{'X-From': 'ada'}}) }}}}");
        assert_eq!(shown(&template), "['a', 'b']");
        let asked = asked.join().unwrap().to_ascii_lowercase();
        assert!(
            asked.contains("x-from: ada") && asked.contains("ansible-httpget"),
            "{asked}"
        );
        let (url, _) = server(answer);
        let template = format!("{{{{ lookup('url', '{url}', split_lines=false) }}}}");
        assert_eq!(shown(&template), r"'a\nb\n'");
    }

    #[test]
    fn an_answer_of_another_kind_is_an_error() {
        let (url, _) =
            server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let told = engine().text(&format!("{{{{ lookup('url', '{url}') }}}}"), &vars());
        let told = told.unwrap_err().to_string();
        assert!(told.contains("answered 404 Not Found"), "{told}");
    }
}
