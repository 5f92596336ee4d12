use {
    super::{Client, Landing, Order},
    crate::{
        act::{Delta, Digest, Failure, Host, Look, Probe},
        module::net::{Answer, http_date::http_date},
        wire::{Diff, Effect, Object, Outcome},
    },
    serde_json::Value,
    std::time::Instant,
};

/// The most bytes of an answer that become values.
const LIMIT: usize = 8 * 1024 * 1024;

/// A request, and what is made of its answer.
#[derive(Debug)]
pub struct Exchange {
    pub client: Client,
    pub order: Order,
    pub statuses: Vec<u16>,
    pub return_content: bool,
    pub only_newer: bool,
    /// Where the answer is written.
    pub landing: Option<Landing>,
}

impl Exchange {
    /// Whether the request only reads.
    pub fn reads(&self) -> bool {
        matches!(self.order.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// Sends the request; gives the answer's values. Fails if the status is not right.
    pub fn ask(&self, probe: &Probe) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let mut answer = self.send(probe)?;
        let content = match answer.says_json() || self.return_content || !self.is_right(&answer) {
            true => Some(answer.content(probe, LIMIT)?),
            false => None,
        };
        self.judge(&answer, started, content.as_deref())
    }

    /// A dry run asks, too. What it does not get may be there once earlier steps are applied.
    pub fn foresee(self, probe: &Probe) -> Result<Look<Self>, Failure> {
        let unknown = |failure: Failure| match failure {
            Failure::Refused { msg, .. } => Failure::Unforeseeable(msg),
            other => other,
        };
        if self.landing.is_none() {
            return self.ask(probe).map(Look::Same).map_err(unknown);
        }
        let started = Instant::now();
        let mut answer = self.send(probe).map_err(unknown)?;
        let mut outcome = self.judge(&answer, started, None).map_err(unknown)?;
        let mut landing = self.landing(&answer);
        let same = match landing.as_mut() {
            Some(landing) if answer.status != 304 => {
                refresh(probe, landing)?;
                let there = match &landing.before {
                    Some(_) => Some(probe.digest(&landing.path, Digest::Sha256)?),
                    None => None,
                };
                there.is_some() && there == Some(answer.sha256(probe)?)
            }
            _ => true,
        };
        if let Some(landing) = &landing {
            let path = landing.path.display().to_string();
            outcome.data.insert("path".into(), path.into());
        }
        Ok(match same {
            true => Look::Same(outcome),
            false => Look::Change(Self { landing, ..self }),
        })
    }

    fn send(&self, probe: &Probe) -> Result<Answer, Failure> {
        let mut order = self.order.clone();
        let landing = self.landing.iter().filter(|_| self.only_newer);
        let there = landing.filter_map(|landing| landing.before.as_ref());
        for inode in there.filter(|inode| inode.is_file()) {
            let date = http_date(inode.modified);
            order.headers.push(("If-Modified-Since".into(), date));
        }
        let started = Instant::now();
        let answered = self.client.send(probe, &order);
        answered.map_err(|failure| self.unanswered(failure, started))
    }

    /// In Ansible's words and values, so that `until: result.status == 200` goes on trying.
    fn unanswered(&self, failure: Failure, started: Instant) -> Failure {
        let (msg, mut data) = match failure {
            Failure::Refused { msg, data } => (msg, data),
            other => return other,
        };
        data.insert("status".into(), (-1).into());
        data.insert("url".into(), self.order.address.to_string().into());
        data.insert("redirected".into(), false.into());
        data.insert("elapsed".into(), started.elapsed().as_secs().into());
        Failure::Refused {
            msg: self.wrong("-1", &msg),
            data,
        }
    }

    fn wrong(&self, status: &str, msg: &str) -> String {
        let statuses: Vec<String> = self.statuses.iter().map(ToString::to_string).collect();
        let statuses = statuses.join(", ");
        format!("Status code was {status} and not [{statuses}]: {msg}")
    }

    /// An answer that `dest` is up to date is right, too, where that was asked.
    fn is_right(&self, answer: &Answer) -> bool {
        let up_to_date = answer.status == 304 && self.landing.is_some() && self.only_newer;
        self.statuses.contains(&answer.status) || up_to_date
    }

    fn judge(
        &self,
        answer: &Answer,
        started: Instant,
        content: Option<&[u8]>,
    ) -> Result<Outcome, Failure> {
        let mut data = answer.values();
        let redirected = answer.address != self.order.address;
        data.insert("redirected".into(), redirected.into());
        data.insert("elapsed".into(), started.elapsed().as_secs().into());
        if let Some(content) = content {
            let text = answer.text(content);
            let json = serde_json::from_str::<Value>(&text);
            if let (Ok(json), true) = (json, answer.says_json()) {
                data.insert("json".into(), json);
            }
            if self.return_content {
                data.insert("content".into(), text.into());
            }
        }
        let msg = answer.message();
        if self.is_right(answer) {
            return Ok(Outcome {
                msg: Some(msg),
                data,
                ..Outcome::default()
            });
        }
        Err(Failure::Refused {
            msg: self.wrong(&answer.status.to_string(), &msg),
            data,
        })
    }

    /// Where the answer goes, with its file name where that is a directory.
    fn landing(&self, answer: &Answer) -> Option<Landing> {
        let landing = self.landing.as_ref()?;
        let is_directory = landing
            .before
            .as_ref()
            .is_some_and(|inode| inode.is_directory());
        let path = match is_directory {
            true => {
                let name = answer.file_name();
                landing
                    .path
                    .join(name.unwrap_or_else(|| answer.address.file_name()))
            }
            false => landing.path.clone(),
        };
        let before = landing.before.clone().filter(|_| !is_directory);
        Some(Landing {
            path,
            before,
            bits: landing.bits,
            wanted: None,
            backup: false,
            by_way_of: None,
        })
    }

    /// Writes the answer to its file; gives what it holds where values are made of it.
    fn keep(
        &self,
        host: &mut Host,
        answer: &mut Answer,
        mut landing: Landing,
    ) -> Result<(bool, Option<Vec<u8>>), Failure> {
        refresh(host, &mut landing)?;
        let landed = landing.land(host, answer)?;
        let wanted = answer.says_json() || self.return_content;
        let content = match wanted && landed.length <= LIMIT as u64 {
            true => Some(host.read(&landing.path)?),
            false => None,
        };
        Ok((landed.changed, content))
    }
}

/// What stands in the place now.
fn refresh(probe: &Probe, landing: &mut Landing) -> Result<(), Failure> {
    landing.before = probe.follow(&landing.path)?;
    Ok(())
}

impl Delta for Exchange {
    fn diff(&self) -> Vec<Diff> {
        let landing = self.landing.iter().filter(|_| self.reads());
        landing.map(|landing| landing.diff(None)).collect()
    }

    fn effects(&self) -> Vec<Effect> {
        match &self.landing {
            Some(landing) => vec![landing.effect(None)],
            None => Vec::new(),
        }
    }

    fn predicted(&self) -> Object {
        let mut values = Object::new();
        values.insert("url".into(), self.order.address.to_string().into());
        values
    }

    fn unknown(&self) -> Option<String> {
        let Order {
            method, address, ..
        } = &self.order;
        (!self.reads()).then(|| format!("{method} {address}"))
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        if self.landing.is_none() {
            return self.ask(host);
        }
        let started = Instant::now();
        let mut answer = self.send(host)?;
        let landing = self.landing(&answer);
        let path = landing
            .as_ref()
            .map(|landing| landing.path.display().to_string());
        let (changed, content) = match landing {
            Some(landing) if self.is_right(&answer) && answer.status != 304 => {
                self.keep(host, &mut answer, landing)?
            }
            _ => (false, Some(answer.content(host, LIMIT)?)),
        };
        let mut outcome = self.judge(&answer, started, content.as_deref())?;
        outcome.changed = changed;
        outcome.data.insert("path".into(), path.into());
        Ok(outcome)
    }
}
