mod plan;
mod unpack;

use {
    super::{Carton, Member, matches},
    crate::{
        act::{Body, Failure, Look, Probe, Thing},
        module::{
            HostPath, Module, Ownership, Permissions,
            file::report,
            net::{Address, Client, Order, Redirects, Trust},
        },
        wire::{Content, Object},
    },
    plan::Plan,
    schemars::JsonSchema,
    serde::Deserialize,
    std::{path::Path, rc::Rc, time::Duration},
    unpack::Unpack,
};

/// Unpack an archive on hosts: tar (plain, or packed with gzip, bzip2, xz or zstd) or zip.
///
/// Everything in the archive is compared with what is there, so that a second run changes nothing and a dry run lists what
/// would change. What is in `dest` and not in the archive stays. No member may lead out of `dest`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unarchive {
    /// The archive: a file on the controller, or with `remote_src` a file on the host or an HTTP URL.
    src: String,
    /// The directory to unpack to. It must be there.
    dest: HostPath,
    /// `src` is on the host, or a URL.
    #[serde(default)]
    remote_src: bool,
    /// Do nothing if something is there at this path.
    creates: Option<HostPath>,
    /// Unpack only what has one of these names or patterns, and what is below.
    #[serde(default)]
    include: Vec<String>,
    /// Do not unpack what has one of these names or patterns, nor what is below.
    #[serde(default)]
    exclude: Vec<String>,
    /// Leave files alone that are newer than those in the archive.
    #[serde(default)]
    keep_newer: bool,
    /// Give the names in the archive as `files`.
    #[serde(default)]
    list_files: bool,
    /// The permissions of everything that is unpacked; without it they are as in the archive.
    mode: Option<Permissions>,
    /// The name or number of the user that shall own what is unpacked.
    owner: Option<String>,
    /// The name or number of the group that shall own what is unpacked.
    group: Option<String>,
    /// Check the server's certificate, where `src` is a URL.
    #[serde(default = "yes")]
    validate_certs: bool,
    /// The archive, where it is on the controller.
    #[serde(rename = "_content")]
    content: Option<Content>,
}

fn yes() -> bool {
    true
}

impl Module for Unarchive {
    const NAME: &'static str = "unarchive";
    const FILES: bool = true;
    type Delta = Unpack;

    fn look(&self, probe: &Probe) -> Result<Look<Unpack>, Failure> {
        if let Some(creates) = &self.creates
            && probe.exists(&creates.on(probe)?)?
        {
            let msg = format!("skipped, since {} exists", creates.as_str());
            return Ok(Look::skipped(msg, Object::new()));
        }
        if !self.include.is_empty() && !self.exclude.is_empty() {
            return Err(Failure::refused(
                "parameters are mutually exclusive: include|exclude",
            ));
        }
        let dest = self.dest.on(probe)?;
        let mut values = self.values(probe, &dest)?;
        let carton = self.carton(probe)?;
        let contents = carton.open(probe)?;
        let format = contents.format;
        let mut plan = Plan::new(self, probe, &dest);
        contents.walk(&mut |member, content| plan.add(member, content))?;
        values.insert("handler".into(), format.handler().into());
        values.insert("src".into(), carton.name().into());
        if self.list_files {
            values.insert("files".into(), plan.names.clone().into());
        }
        match plan.pieces.values().any(|piece| piece.wanted) {
            false => Ok(Look::same(values)),
            true => Ok(Look::Change(Unpack {
                pieces: plan.pieces,
                carton,
                dest,
                values,
            })),
        }
    }
}

impl Unarchive {
    /// The return values about the directory. Fails if it is none.
    fn values(&self, probe: &Probe, dest: &Path) -> Result<Object, Failure> {
        let shown = dest.display().to_string();
        let Some(inode) = probe.follow(dest)? else {
            return Err(Failure::missing(Thing::Path, shown));
        };
        if !inode.is_directory() {
            let msg = format!("dest '{shown}' must be an existing dir");
            return Err(Failure::refused(msg));
        }
        let bits = crate::act::Bits::of(&inode);
        let mut values = report(probe, bits, inode.size, "directory")?;
        values.insert("dest".into(), shown.into());
        Ok(values)
    }

    fn carton(&self, probe: &Probe) -> Result<Carton, Failure> {
        if let Some(content) = &self.content {
            return Ok(Carton::Body(probe.content(content)?, self.src.clone()));
        }
        if !self.remote_src {
            return Err(Failure::refused(format!(
                "src {} did not come from the controller; with remote_src: true it is a file on the host",
                self.src
            )));
        }
        if self.src.contains("://") {
            return self.fetch(probe);
        }
        let path = HostPath::new(&*self.src).on(probe)?;
        match probe.follow(&path)? {
            Some(inode) if inode.is_directory() => Err(Failure::refused(format!(
                "src {} is a directory, not an archive",
                path.display()
            ))),
            Some(_) => Ok(Carton::File(path)),
            None => Err(Failure::missing(Thing::Path, self.src.clone())),
        }
    }

    /// The archive at a URL. It is kept in memory or in a file without a name.
    fn fetch(&self, probe: &Probe) -> Result<Carton, Failure> {
        let address = Address::read(&self.src)?;
        let client = Client {
            patience: Duration::from_secs(30),
            trust: Trust {
                blind: !self.validate_certs,
                ..Trust::default()
            },
            use_proxy: true,
            decompress: false,
            name: "ansible-httpget".into(),
            unix_socket: None,
        };
        let order = Order {
            method: "GET".into(),
            headers: Vec::new(),
            unredirected: Vec::new(),
            payload: None,
            credentials: address.credentials.clone(),
            eager: true,
            redirects: Redirects::Usual,
            address,
        };
        let mut answer = client.send(probe, &order)?;
        if answer.status != 200 {
            let (address, status) = (&order.address, answer.message());
            return Err(Failure::refused(format!(
                "Request failed: {address}: {status}"
            )));
        }
        let mut body = Body::new();
        answer.pour(probe, &mut Filling(&mut body))?;
        Ok(Carton::Body(Rc::new(body), order.address.to_string()))
    }

    fn ownership(&self) -> Ownership<'_> {
        Ownership {
            mode: self.mode.as_ref(),
            owner: self.owner.as_deref(),
            group: self.group.as_deref(),
        }
    }

    /// Whether a member is asked for.
    fn takes(&self, member: &Member) -> bool {
        let name = member.name.trim_start_matches("./").trim_end_matches('/');
        match self.include.as_slice() {
            [] => !self
                .exclude
                .iter()
                .any(|pattern| covers(pattern, name, true)),
            include => include.iter().any(|pattern| covers(pattern, name, false)),
        }
    }
}

/// Whether a pattern matches a name or a directory above it. A pattern that floats may begin at any `/` of the name.
fn covers(pattern: &str, name: &str, floats: bool) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let starts = name.match_indices('/').map(|(at, _)| at + 1);
    let starts = std::iter::once(0).chain(starts.filter(|_| floats));
    starts.into_iter().any(|start| {
        let rest = &name[start..];
        let ends = rest.match_indices('/').map(|(at, _)| at);
        ends.chain([rest.len()])
            .any(|end| matches(&rest[..end], pattern))
    })
}

struct Filling<'b>(&'b mut Body);

impl std::io::Write for Filling<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend(bytes).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
