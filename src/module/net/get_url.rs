mod download;

use {
    super::{
        Address, Answer, Client, Credentials, Landing, Order, Redirects, Trust,
        checksum::{self, Checksum},
        http_date::http_date,
    },
    crate::{
        act::{Acts, Attributes, Delta, Digest, Failure, Host, Inode, Look, Probe, Source, Thing},
        module::{
            HostPath, Module, Ownership, Permissions,
            file::{Placement, report},
        },
        wire::{Diff, Effect, Mode, Object, Outcome},
    },
    download::Download,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::{
        path::{Path, PathBuf},
        time::{Duration, Instant},
    },
};

/// Download a file to hosts, over HTTP or HTTPS, or from a `file://` URL.
///
/// With a `checksum` a file that is there and has it is never fetched again. Without one the server is asked whether it has
/// something newer. The file is downloaded beside its place, checked, and renamed, so that it is whole or not there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GetUrl {
    /// What to download: an `http://`, `https://` or `file://` URL.
    url: String,
    /// Where to: a file, or a directory that is there.
    dest: HostPath,
    /// What the file must be: `ALGORITHM:HASH`, or `ALGORITHM:URL` of a file that lists hashes and names.
    #[serde(default)]
    checksum: String,
    /// Download even if the file is there, and replace it if it is different.
    #[serde(default)]
    force: bool,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// The permissions of the file.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own it.
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    group: Option<String>,
    /// How many seconds to wait for a connection, and for each piece of the answer.
    #[serde(default = "timeout")]
    timeout: u64,
    /// Headers of the request.
    #[serde(default)]
    headers: Object,
    /// The user name to show to the server.
    #[schemars(extend("aliases" = ["username"]))]
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
    /// The directory on the host to download to, before the file is moved to `dest`. Without it, that is the directory of
    /// `dest`.
    tmp_dest: Option<HostPath>,
    /// Headers that are not sent where a redirect leads.
    #[serde(default)]
    unredirected_headers: Vec<String>,
    /// Unpack what the server packed with gzip for the way.
    #[serde(default = "yes")]
    decompress: bool,
    /// Heed `http_proxy`, `https_proxy` and `no_proxy` in the environment.
    #[serde(default = "yes")]
    use_proxy: bool,
}

fn yes() -> bool {
    true
}

fn timeout() -> u64 {
    10
}

fn agent_name() -> String {
    "ansible-httpget".into()
}

impl Module for GetUrl {
    const NAME: &'static str = "get_url";
    const ALONE: bool = true;
    const FILES: bool = true;
    type Delta = Fetch;

    fn look(&self, probe: &Probe) -> Result<Look<Fetch>, Failure> {
        let dest = self.dest.on(probe)?;
        let is_directory = probe
            .follow(&dest)?
            .is_some_and(|inode| inode.is_directory());
        if !is_directory {
            probe.require_parent(&dest)?;
        }
        match self.url.strip_prefix("file://") {
            Some(path) => self.local(probe, Path::new(path), dest, is_directory),
            None => self.remote(probe, dest, is_directory),
        }
    }
}

/// What is to be fetched.
pub enum Fetch {
    /// From the host itself.
    Near(Acts),
    /// From a server that has answered.
    Far(Box<Download>),
}

impl GetUrl {
    fn remote(
        &self,
        probe: &Probe,
        dest: PathBuf,
        is_directory: bool,
    ) -> Result<Look<Fetch>, Failure> {
        let address = Address::read(&self.url)?;
        let client = self.client(probe)?;
        let mut order = self.order(address.clone());
        let wanted = self.wanted(probe, &client, &order)?;
        let inode = probe.follow(&dest)?.filter(|_| !is_directory);
        let mut only_newer = None;
        if let (Some(inode), false) = (&inode, self.force) {
            match &wanted {
                Some(wanted) if wanted.is_met(probe, &dest)? => {
                    return self.there(probe, &dest, inode, "file already exists");
                }
                Some(_) => {}
                None => only_newer = Some(http_date(inode.modified)),
            }
        }
        match only_newer {
            Some(date) => order.headers.push(("If-Modified-Since".into(), date)),
            None if self.force => order
                .headers
                .push(("Cache-Control".into(), "no-cache".into())),
            None => {}
        }
        let started = Instant::now();
        let answered = client.send(probe, &order).map_err(|failure| {
            let (msg, mut data) = match failure {
                Failure::Refused { msg, data } => (msg, data),
                other => return other,
            };
            data.extend(self.values(&dest));
            data.insert("elapsed".into(), started.elapsed().as_secs().into());
            Failure::Refused { msg, data }
        });
        let answer = foreseeing(probe, answered)?;
        if let (304, Some(inode)) = (answer.status, &inode) {
            return self.there(probe, &dest, inode, "HTTP Error 304: Not Modified");
        }
        if answer.status != 200 {
            return foreseeing(probe, Err(refused(&answer, &dest)));
        }
        let path = match is_directory {
            true => dest.join(
                answer
                    .file_name()
                    .unwrap_or_else(|| answer.address.file_name()),
            ),
            false => dest,
        };
        self.differs(probe, path, wanted, (answer, started))
    }

    /// What the answer changes. A dry run compares the content; a run does so while it downloads.
    fn differs(
        &self,
        probe: &Probe,
        path: PathBuf,
        wanted: Option<Checksum>,
        (mut answer, started): (Answer, Instant),
    ) -> Result<Look<Fetch>, Failure> {
        let inode = probe.follow(&path)?;
        if let Some(inode) = &inode {
            if inode.is_directory() {
                return Err(Failure::refused(format!(
                    "{} is a directory",
                    path.display()
                )));
            }
            let same_length = answer.length().is_none_or(|length| length == inode.size);
            if probe.step().mode == Mode::Look && same_length {
                let there = probe.digest(&path, Digest::Sha256)?;
                if answer.sha256(probe)? == there {
                    return self.there(probe, &path, inode, "OK");
                }
            }
        }
        let ownership = self.ownership();
        let bits = match &inode {
            Some(inode) => ownership.change(probe, inode)?,
            None => ownership.create(probe, false)?,
        };
        let tmp_dest = self
            .tmp_dest
            .as_ref()
            .map(|path| path.on(probe))
            .transpose()?;
        if let Some(path) = &tmp_dest
            && !probe
                .follow(path)?
                .is_some_and(|inode| inode.is_directory())
        {
            return Err(Failure::missing(Thing::Path, path.display().to_string()));
        }
        let mut values = self.values(&path);
        values.extend(report(probe, bits, answer.length().unwrap_or(0), "file")?);
        Ok(Look::Change(Fetch::Far(Box::new(Download {
            answer,
            started,
            landing: Landing {
                path,
                before: inode,
                bits,
                wanted,
                backup: self.backup,
                by_way_of: tmp_dest,
            },
            values,
        }))))
    }

    /// The content is there; permissions and owner may still be wrong.
    fn there(
        &self,
        probe: &Probe,
        path: &Path,
        inode: &Inode,
        msg: &str,
    ) -> Result<Look<Fetch>, Failure> {
        let mut acts = Acts::new();
        let bits = self.ownership().change(probe, inode)?;
        acts.extend(Attributes::plan(probe, path, inode, bits)?);
        acts.values(self.values(path));
        acts.values(report(probe, bits, inode.size, "file")?);
        acts.msg(match acts.is_empty() {
            true => msg,
            false => "file already exists but file attributes changed",
        });
        near(acts)
    }

    fn local(
        &self,
        probe: &Probe,
        from: &Path,
        dest: PathBuf,
        is_directory: bool,
    ) -> Result<Look<Fetch>, Failure> {
        let path = match from.file_name() {
            Some(name) if is_directory => dest.join(name),
            _ => dest,
        };
        if let Some(wanted) = Checksum::read(&self.checksum)?.known(from)? {
            wanted.verify(&wanted.of(probe.open(from)?.as_mut(), from)?, from)?;
        }
        let mut acts = Acts::new();
        acts.values(self.values(&path));
        if let Some(inode) = probe.follow(from)? {
            acts.msg(format!("OK ({} bytes)", inode.size));
            acts.value("checksum_src", probe.digest(from, Digest::Sha1)?);
            acts.value("md5sum", probe.digest(from, Digest::Md5)?);
        }
        if probe.exists(&path)? {
            acts.value("checksum_dest", probe.digest(&path, Digest::Sha1)?);
        }
        acts.value("status_code", Value::Null);
        Placement {
            source: Source::file(probe, from)?,
            path,
            ownership: self.ownership(),
            follow: false,
            backup: self.backup,
            validate: None,
            in_place: false,
        }
        .plan(probe, &mut acts)?;
        near(acts)
    }

    fn values(&self, path: &Path) -> Object {
        let url = Address::read(&self.url).map_or_else(|_| self.url.clone(), |url| url.to_string());
        let values: [(&str, Value); 5] = [
            ("url", url.into()),
            ("dest", path.display().to_string().into()),
            ("elapsed", 0.into()),
            ("checksum_src", Value::Null),
            ("checksum_dest", Value::Null),
        ];
        let values = values.into_iter();
        values.map(|(name, value)| (name.into(), value)).collect()
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
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
            unix_socket: None,
        })
    }

    fn order(&self, address: Address) -> Order {
        let own = self.url_username.clone().map(|user| Credentials {
            user,
            password: self.url_password.clone().unwrap_or_default(),
        });
        Order {
            method: "GET".into(),
            headers: super::headers(&self.headers),
            unredirected: self.unredirected_headers.clone(),
            payload: None,
            credentials: own.or_else(|| address.credentials.clone()),
            eager: self.force_basic_auth,
            redirects: Redirects::Usual,
            address,
        }
    }

    /// The hash that the file must have; fetched where it stands in a file elsewhere.
    fn wanted(
        &self,
        probe: &Probe,
        client: &Client,
        order: &Order,
    ) -> Result<Option<Checksum>, Failure> {
        let stated = Checksum::read(&self.checksum)?;
        let Some(url) = stated.url() else {
            return stated.known(Path::new(""));
        };
        let address = Address::read(url)?;
        let name = order.address.file_name();
        let order = Order {
            credentials: address.credentials.clone().or(order.credentials.clone()),
            address,
            ..order.clone()
        };
        let mut answer = foreseeing(probe, client.send(probe, &order))?;
        if answer.status != 200 {
            return foreseeing(probe, Err(refused(&answer, Path::new(""))));
        }
        let sums = answer.content(probe, checksum::LIMIT)?;
        stated
            .listed(&String::from_utf8_lossy(&sums), &name, &order.address)
            .map(Some)
    }
}

/// In a dry run a server that does not answer yet may be one that an earlier step would start.
fn foreseeing<T>(probe: &Probe, answered: Result<T, Failure>) -> Result<T, Failure> {
    match (answered, probe.pending()) {
        (Err(failure @ Failure::Refused { .. }), Some(pending)) => Err(Failure::Unforeseeable(
            format!("{failure}; may come with {pending}"),
        )),
        (answered, _) => answered,
    }
}

fn refused(answer: &Answer, dest: &Path) -> Failure {
    let response = format!("HTTP Error {}: {}", answer.status, answer.reason);
    let mut data = Object::new();
    data.insert("status_code".into(), answer.status.into());
    data.insert("response".into(), response.clone().into());
    data.insert("url".into(), answer.address.to_string().into());
    data.insert("dest".into(), dest.display().to_string().into());
    let hint = match answer.status {
        401 if answer
            .header("www-authenticate")
            .is_some_and(|wanted| wanted.contains("Digest")) =>
        {
            "; the server asks for Digest authentication, which is not supported"
        }
        401 => "; the server wants to know who asks: url_username and url_password",
        _ => "",
    };
    let msg = format!("Request failed: {}: {response}{hint}", answer.address);
    Failure::Refused { msg, data }
}

fn near(acts: Acts) -> Result<Look<Fetch>, Failure> {
    Ok(match acts.into_look() {
        Look::Same(outcome) => Look::Same(outcome),
        Look::Change(acts) => Look::Change(Fetch::Near(acts)),
    })
}

impl Delta for Fetch {
    fn diff(&self) -> Vec<Diff> {
        match self {
            Self::Near(acts) => acts.diff(),
            Self::Far(download) => vec![download.landing.diff(download.answer.length())],
        }
    }

    fn effects(&self) -> Vec<Effect> {
        match self {
            Self::Near(acts) => acts.effects(),
            Self::Far(download) => vec![download.landing.effect(download.answer.length())],
        }
    }

    fn predicted(&self) -> Object {
        match self {
            Self::Near(acts) => acts.predicted(),
            Self::Far(download) => download.values.clone(),
        }
    }

    fn message(&self) -> Option<String> {
        match self {
            Self::Near(acts) => acts.message(),
            Self::Far(download) => Some(download.message()),
        }
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        match self {
            Self::Near(acts) => acts.apply(host),
            Self::Far(download) => download.fetch(host),
        }
    }
}

#[cfg(test)]
mod tests;
