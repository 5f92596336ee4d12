use {
    super::{
        Address, Answer, Credentials, Payload, Trust,
        complaint::complaint,
        cookie::Cookies,
        proxy::proxy,
        resolver::Addresses,
        unix_socket::{Nowhere, UnixConnector},
    },
    crate::act::{Failure, Probe},
    flate2::read::MultiGzDecoder,
    std::{io::Read, path::PathBuf, time::Duration},
    ureq::{
        Agent, SendBody,
        http::{HeaderMap, Request, Response},
        unversioned::transport::DefaultConnector,
    },
};

/// As browsers: more redirects in a row are a circle.
const REDIRECT_LIMIT: usize = 10;

/// Headers that belong to a payload, and those that must not reach another host.
const PAYLOAD_HEADERS: [&str; 3] = ["content-length", "content-type", "transfer-encoding"];
const PRIVATE_HEADERS: [&str; 2] = ["authorization", "cookie"];

/// When to go where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    None,
    /// For requests that only read.
    Safe,
    /// For all, with what they carry where the status wants that.
    All,
    /// For requests that only read; a `POST` is followed by a `GET`.
    Usual,
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Order {
    pub method: String,
    pub address: Address,
    pub headers: Vec<(String, String)>,
    /// Headers, in small letters, that do not go where a redirect leads.
    pub unredirected: Vec<String>,
    pub payload: Option<Payload>,
    pub credentials: Option<Credentials>,
    /// Show the credentials before the server asks for them.
    pub eager: bool,
    pub redirects: Redirects,
}

/// How requests are sent.
#[derive(Clone, Debug)]
pub struct Client {
    /// How long to wait for a connection, and for each piece of an answer.
    pub patience: Duration,
    pub trust: Trust,
    pub use_proxy: bool,
    /// Unpack what comes packed with gzip.
    pub decompress: bool,
    /// The name that servers are told.
    pub name: String,
    /// Speak to this socket instead of the URL's host.
    pub unix_socket: Option<PathBuf>,
}

impl Client {
    /// Sends a request and follows redirects. Any status is an answer; no answer is an error.
    pub fn send(&self, probe: &Probe, order: &Order) -> Result<Answer, Failure> {
        let mut order = order.clone();
        let mut cookies = Cookies::default();
        for _ in 0..=REDIRECT_LIMIT {
            probe.check()?;
            let mut answer = self.ask(probe, &order, &mut cookies)?;
            match follow(&order, &answer)? {
                Some(next) => order = next,
                None => {
                    answer.cookies = cookies;
                    return Ok(answer);
                }
            }
        }
        let msg = format!("{}: more than {REDIRECT_LIMIT} redirects", order.address);
        Err(Failure::refused(msg))
    }

    /// One request, and a second one where the server wants to know who asks.
    fn ask(&self, probe: &Probe, order: &Order, cookies: &mut Cookies) -> Result<Answer, Failure> {
        let known = order.credentials.as_ref();
        let shown = known.filter(|_| order.eager);
        let answer = self.once(probe, order, shown, cookies)?;
        let wanted = answer.header("www-authenticate").unwrap_or_default();
        let basic = wanted.to_ascii_lowercase().contains("basic");
        match known {
            Some(_) if answer.status == 401 && basic && !order.eager => {
                self.once(probe, order, known, cookies)
            }
            _ => Ok(answer),
        }
    }

    fn once(
        &self,
        probe: &Probe,
        order: &Order,
        shown: Option<&Credentials>,
        cookies: &mut Cookies,
    ) -> Result<Answer, Failure> {
        let agent = self.agent(probe, &order.address)?;
        let mut request = Request::builder()
            .method(order.method.as_str())
            .uri(order.address.uri().clone());
        for (name, value) in self.headers(order, shown, cookies) {
            request = request.header(name, value);
        }
        let wrong = |error| Failure::refused(format!("{}: {error}", order.address));
        let sent = match &order.payload {
            None => agent.run(request.body(()).map_err(wrong)?),
            Some(payload) => {
                let mut reader = payload.open(probe)?;
                let body = SendBody::from_reader(&mut reader);
                agent.run(request.body(body).map_err(wrong)?)
            }
        };
        let response = sent
            .map_err(|error| Failure::refused(complaint(&error, &order.address, self.patience)))?;
        for value in response.headers().get_all("set-cookie") {
            cookies.set(&String::from_utf8_lossy(value.as_bytes()));
        }
        Ok(self.answer(response, &order.address))
    }

    fn agent(&self, probe: &Probe, address: &Address) -> Result<Agent, Failure> {
        let proxy = match self.use_proxy && self.unix_socket.is_none() {
            true => proxy(probe, address)?,
            false => None,
        };
        let patience = Some(self.patience);
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(patience)
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .timeout_per_write(patience)
            .user_agent(self.name.clone())
            .accept_encoding("")
            .proxy(proxy.clone());
        if address.is_https() {
            config = config.tls_config(self.trust.config(probe)?);
        }
        let config = config.build();
        if let Some(path) = &self.unix_socket {
            return Ok(Agent::with_parts(
                config,
                UnixConnector(path.clone()),
                Nowhere,
            ));
        }
        let host = proxy.as_ref().map_or(address.host(), |proxy| proxy.host());
        let addresses = Addresses::find(probe, host)?;
        Ok(Agent::with_parts(
            config,
            DefaultConnector::new(),
            addresses,
        ))
    }

    fn headers(
        &self,
        order: &Order,
        shown: Option<&Credentials>,
        cookies: &Cookies,
    ) -> Vec<(String, String)> {
        let mut headers = order.headers.clone();
        let mut usual = |name: &str, value: String| {
            let given = headers
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name));
            if !given && !value.is_empty() {
                headers.push((name.into(), value));
            }
        };
        usual(
            "Authorization",
            shown.map_or_else(String::new, Credentials::basic),
        );
        usual("Cookie", cookies.header());
        if self.decompress {
            usual("Accept-Encoding", "gzip".into());
        }
        if let Some(payload) = &order.payload {
            usual("Content-Length", payload.length().to_string());
        }
        headers
    }

    fn answer(&self, response: Response<ureq::Body>, address: &Address) -> Answer {
        let (parts, body) = response.into_parts();
        let headers = joined(&parts.headers);
        let packed = headers
            .iter()
            .any(|(name, value)| name == "content-encoding" && value == "gzip");
        let body = body.into_with_config().limit(u64::MAX).reader();
        let body: Box<dyn Read> = match packed && self.decompress {
            true => Box::new(MultiGzDecoder::new(body)),
            false => Box::new(body),
        };
        Answer {
            status: parts.status.as_u16(),
            reason: parts.status.canonical_reason().unwrap_or_default().into(),
            headers,
            cookies: Cookies::default(),
            address: address.clone(),
            body,
            patience: self.patience,
        }
    }
}

fn joined(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut joined = Vec::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|v| String::from_utf8_lossy(v.as_bytes()))
            .collect();
        joined.push((name.as_str().to_owned(), values.join(", ")));
    }
    joined
}

/// The request that an answer leads to.
fn follow(order: &Order, answer: &Answer) -> Result<Option<Order>, Failure> {
    let reads = matches!(order.method.as_str(), "GET" | "HEAD");
    let keeps = matches!(answer.status, 307 | 308);
    let leads = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
    let wanted = match order.redirects {
        Redirects::None => false,
        Redirects::Safe => reads,
        Redirects::All => true,
        Redirects::Usual => reads || (order.method == "POST" && !keeps),
    };
    let location = answer.header("location").filter(|_| leads && wanted);
    let Some(location) = location else {
        return Ok(None);
    };
    let mut next = Order {
        address: order.address.join(location)?,
        ..order.clone()
    };
    if !keeps {
        let becomes_get = match answer.status {
            301 => order.method == "POST",
            _ => order.method != "HEAD",
        };
        if becomes_get {
            next.method = "GET".into();
        }
        next.payload = None;
        next.headers
            .retain(|(name, _)| !is_one_of(name, &PAYLOAD_HEADERS));
    }
    let unredirected: Vec<&str> = order.unredirected.iter().map(String::as_str).collect();
    next.headers
        .retain(|(name, _)| !is_one_of(name, &unredirected));
    next.credentials = next.address.credentials.clone().or(next.credentials);
    let same_host = next.address.host() == order.address.host()
        && (next.address.is_https() || !order.address.is_https());
    if !same_host {
        next.credentials = next.address.credentials.clone();
        next.headers
            .retain(|(name, _)| !is_one_of(name, &PRIVATE_HEADERS));
    }
    Ok(Some(next))
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
