mod encode;
mod exchange;
mod multipart;

use {
    super::{Address, Client, Credentials, Landing, Order, Payload, Redirects, Trust},
    crate::{
        act::{Failure, Look, Probe},
        module::{HostPath, Module, Ownership, Permissions},
        wire::{Content, Mode, Object},
    },
    exchange::Exchange,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::{collections::BTreeMap, time::Duration},
};

/// Speak to a web service from a host: send a request, check its status, and give back what it answered.
///
/// A dry run sends requests that only read (`GET`, `HEAD`, `OPTIONS`); others are known after apply.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Uri {
    /// Where to: an `http://` or `https://` URL.
    url: String,
    /// The request's method, in capitals.
    #[serde(default = "get")]
    method: String,
    /// What to send.
    body: Option<Value>,
    /// How `body` is written; it sets the `Content-Type` header, too.
    #[serde(default)]
    body_format: BodyFormat,
    /// A file to send instead of `body`: on the controller, or with `remote_src` on the host.
    src: Option<String>,
    /// `src` is on the host.
    #[serde(default)]
    remote_src: bool,
    /// Headers of the request.
    #[serde(default)]
    headers: Object,
    /// The statuses that are right.
    #[serde(default = "ok")]
    status_code: Vec<u16>,
    /// Give the answer's content as `content`.
    #[serde(default)]
    return_content: bool,
    /// A file on the host to write the answer to, or a directory that is there.
    dest: Option<HostPath>,
    /// Ask for the whole answer even if `dest` is there and not older.
    #[serde(default)]
    force: bool,
    /// Do nothing if something is there at this path.
    creates: Option<HostPath>,
    /// Do nothing if nothing is there at this path.
    removes: Option<HostPath>,
    /// How many seconds to wait for a connection, and for each piece of the answer.
    #[serde(default = "timeout")]
    timeout: u64,
    /// Whether to go where a redirect leads: `safe` for requests that only read.
    #[serde(default)]
    follow_redirects: FollowRedirects,
    /// Headers that are not sent where a redirect leads.
    #[serde(default)]
    unredirected_headers: Vec<String>,
    /// The user name to show to the server.
    #[schemars(extend("aliases" = ["user"]))]
    url_username: Option<String>,
    /// The password to show to the server.
    #[schemars(extend("aliases" = ["password"], "secret" = true))]
    url_password: Option<String>,
    /// Show name and password before the server asks for them.
    #[serde(default)]
    force_basic_auth: bool,
    /// Check the server's certificate.
    #[serde(default = "yes")]
    validate_certs: bool,
    /// A PEM file on the host with certificate authorities to trust besides the host's own.
    ca_path: Option<HostPath>,
    /// A PEM file on the host with the certificate to show to the server.
    client_cert: Option<HostPath>,
    /// A PEM file on the host with the certificate's key, where `client_cert` does not hold it.
    client_key: Option<HostPath>,
    /// The name that the server is told.
    #[serde(default = "agent_name")]
    http_agent: String,
    /// A socket on the host to speak to instead of the URL's host.
    unix_socket: Option<HostPath>,
    /// Unpack what the server packed with gzip for the way.
    #[serde(default = "yes")]
    decompress: bool,
    /// Heed `http_proxy`, `https_proxy` and `no_proxy` in the environment.
    #[serde(default = "yes")]
    use_proxy: bool,
    /// The permissions of `dest`.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own `dest`.
    owner: Option<String>,
    /// The name or number of the group that shall own `dest`.
    group: Option<String>,
    /// The content of `src`.
    #[serde(rename = "_content")]
    content: Option<Content>,
    /// The content of the files in a multipart form, by the names of their fields.
    #[serde(rename = "_files", default)]
    files: BTreeMap<String, Content>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum BodyFormat {
    Json,
    #[default]
    Raw,
    FormUrlencoded,
    FormMultipart,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FollowRedirects {
    All,
    No,
    None,
    #[default]
    Safe,
    Urllib2,
    Yes,
}

fn get() -> String {
    "GET".into()
}

fn ok() -> Vec<u16> {
    vec![200]
}

fn timeout() -> u64 {
    30
}

fn yes() -> bool {
    true
}

fn agent_name() -> String {
    "ansible-httpget".into()
}

impl Module for Uri {
    const NAME: &'static str = "uri";
    const ALONE: bool = true;
    const FILES: bool = true;
    type Delta = Exchange;

    fn look(&self, probe: &Probe) -> Result<Look<Exchange>, Failure> {
        if let Some(reason) = self.needless(probe)? {
            let mut data = Object::new();
            data.insert("stdout".into(), reason.into());
            return Ok(Look::same(data));
        }
        let exchange = self.exchange(probe)?;
        match (probe.step().mode, exchange.reads()) {
            (Mode::Apply, true) if self.dest.is_none() => exchange.ask(probe).map(Look::Same),
            (Mode::Look, true) => exchange.foresee(probe),
            _ => Ok(Look::Change(exchange)),
        }
    }
}

impl Uri {
    /// Why there is nothing to do, in Ansible's words.
    fn needless(&self, probe: &Probe) -> Result<Option<String>, Failure> {
        if let Some(path) = &self.creates
            && probe.exists(&path.on(probe)?)?
        {
            let path = path.as_str();
            return Ok(Some(format!("skipped, since '{path}' exists")));
        }
        match &self.removes {
            Some(path) if !probe.exists(&path.on(probe)?)? => {
                let path = path.as_str();
                Ok(Some(format!("skipped, since '{path}' does not exist")))
            }
            _ => Ok(None),
        }
    }

    fn exchange(&self, probe: &Probe) -> Result<Exchange, Failure> {
        let landing = match &self.dest {
            Some(dest) => Some(self.landing(probe, dest)?),
            None => None,
        };
        Ok(Exchange {
            client: self.client(probe)?,
            order: self.order(probe)?,
            statuses: self.status_code.clone(),
            return_content: self.return_content,
            only_newer: !self.force,
            landing,
        })
    }

    /// A directory is completed with the file name once the server has answered.
    fn landing(&self, probe: &Probe, dest: &HostPath) -> Result<Landing, Failure> {
        let path = dest.on(probe)?;
        let ownership = Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        };
        let before = probe.follow(&path)?;
        let is_file = before.as_ref().is_some_and(|inode| inode.is_file());
        if before.is_none() {
            probe.require_parent(&path)?;
        }
        let bits = match &before {
            Some(inode) if is_file => ownership.change(probe, inode)?,
            _ => ownership.create(probe, false)?,
        };
        Ok(Landing {
            path,
            before,
            bits,
            wanted: None,
            backup: false,
            by_way_of: None,
        })
    }

    fn client(&self, probe: &Probe) -> Result<Client, Failure> {
        let on = |path: &Option<HostPath>| path.as_ref().map(|path| path.on(probe)).transpose();
        Ok(Client {
            patience: Duration::from_secs(self.timeout.max(1)),
            trust: Trust {
                blind: !self.validate_certs,
                ca_path: on(&self.ca_path)?,
                client_cert: on(&self.client_cert)?,
                client_key: on(&self.client_key)?,
            },
            use_proxy: self.use_proxy,
            decompress: self.decompress,
            name: self.http_agent.clone(),
            unix_socket: on(&self.unix_socket)?,
        })
    }

    fn order(&self, probe: &Probe) -> Result<Order, Failure> {
        let method = self.method.to_ascii_uppercase();
        if method.is_empty() || !method.chars().all(|c| c.is_ascii_uppercase()) {
            return Err(Failure::refused(
                "Parameter 'method' needs to be a single word in uppercase, like GET or POST.",
            ));
        }
        let address = Address::read(&self.url)?;
        let own = self.url_username.clone().map(|user| Credentials {
            user,
            password: self.url_password.clone().unwrap_or_default(),
        });
        let mut headers = super::headers(&self.headers);
        let (kind, payload) = self.payload(probe)?;
        let mut names = headers.iter().map(|(name, _)| name);
        let given = names.any(|name| name.eq_ignore_ascii_case("content-type"));
        if let Some(kind) = kind
            && !given
        {
            headers.push(("Content-Type".into(), kind));
        }
        Ok(Order {
            method,
            headers,
            unredirected: self.unredirected_headers.clone(),
            payload,
            credentials: own.or_else(|| address.credentials.clone()),
            eager: self.force_basic_auth,
            redirects: match self.follow_redirects {
                FollowRedirects::All | FollowRedirects::Yes => Redirects::All,
                FollowRedirects::No | FollowRedirects::None => Redirects::None,
                FollowRedirects::Safe => Redirects::Safe,
                FollowRedirects::Urllib2 => Redirects::Usual,
            },
            address,
        })
    }

    /// What is sent, and what kind it is.
    fn payload(&self, probe: &Probe) -> Result<(Option<String>, Option<Payload>), Failure> {
        if self.src.is_some() && self.body.is_some() {
            return Err(Failure::refused(
                "parameters are mutually exclusive: body|src",
            ));
        }
        let kind = match self.body_format {
            BodyFormat::Json => Some("application/json".to_owned()),
            BodyFormat::FormUrlencoded => Some("application/x-www-form-urlencoded".to_owned()),
            BodyFormat::Raw | BodyFormat::FormMultipart => None,
        };
        if let Some(payload) = self.file(probe)? {
            return Ok((kind, Some(payload)));
        }
        let Some(body) = &self.body else {
            return Ok((kind, None));
        };
        let text = match (self.body_format, body) {
            (BodyFormat::FormMultipart, body) => {
                let form = multipart::Form::of(body, &self.files, probe)?;
                return Ok((Some(form.kind()), Some(Payload::Bytes(form.bytes()))));
            }
            (_, Value::String(text)) => text.clone(),
            (BodyFormat::FormUrlencoded, body) => encode::form(body)?,
            (_, body) => body.to_string(),
        };
        Ok((kind, Some(Payload::Bytes(text.into_bytes()))))
    }

    fn file(&self, probe: &Probe) -> Result<Option<Payload>, Failure> {
        if let Some(content) = &self.content {
            let body = probe.content(content)?;
            return Ok(Some(Payload::Body(body, content.length)));
        }
        let Some(src) = &self.src else {
            return Ok(None);
        };
        if !self.remote_src {
            return Err(Failure::refused(format!(
                "src {src} did not come from the controller; with remote_src: true it is a file on the host"
            )));
        }
        let path = HostPath::new(src).on(probe)?;
        match probe.follow(&path)? {
            Some(inode) => Ok(Some(Payload::File(path, inode.size))),
            None => Err(Failure::refused(format!(
                "Unable to open source file {src}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
