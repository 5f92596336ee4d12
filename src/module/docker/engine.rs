use {
    super::Call,
    crate::{
        act::{Failure, Probe},
        module::net::{Address, Answer, Client, Order, Payload, Redirects},
    },
    serde_json::Value,
};

/// The longest answer that is read whole.
const LIMIT: usize = 64 * 1024 * 1024;

/// A container engine (Docker, Podman) as a look sees it: it can be asked, and there is no way to tell it anything.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) client: Client,
    /// What all URLs begin with.
    pub(super) root: String,
}

impl Engine {
    /// Asks for something; `None`: there is no such thing.
    pub fn get(&self, probe: &Probe, call: &Call) -> Result<Option<Value>, Failure> {
        let mut answer = self.send(probe, "GET", call, None)?;
        match answer.status {
            404 => Ok(None),
            _ => read(probe, &mut answer).map(Some),
        }
    }

    /// Asks for bytes: logs, archives. Any status below 400 is an answer.
    pub fn open(&self, probe: &Probe, call: &Call) -> Result<Answer, Failure> {
        let mut answer = self.send(probe, "GET", call, None)?;
        match answer.status {
            400.. => Err(refusal(probe, &mut answer)),
            _ => Ok(answer),
        }
    }

    /// A container by its name or number.
    pub fn container(&self, probe: &Probe, name: &str) -> Result<Option<Value>, Failure> {
        let name = name.trim_start_matches('/');
        self.get(probe, &Call::new(&["containers", name, "json"]))
    }

    /// An image by its name with a tag or digest, or by its number.
    pub fn image(&self, probe: &Probe, name: &str) -> Result<Option<Value>, Failure> {
        self.get(probe, &Call::new(&["images", name, "json"]))
    }

    /// A network by its name or number.
    pub fn network(&self, probe: &Probe, name: &str) -> Result<Option<Value>, Failure> {
        self.get(probe, &Call::new(&["networks", name]))
    }

    pub(super) fn send(
        &self,
        probe: &Probe,
        method: &str,
        call: &Call,
        payload: Option<Payload>,
    ) -> Result<Answer, Failure> {
        let order = Order {
            method: method.into(),
            address: Address::read(&format!("{}{}", self.root, call.target()))?,
            headers: call.headers.clone(),
            unredirected: Vec::new(),
            payload,
            credentials: None,
            eager: false,
            redirects: Redirects::None,
        };
        let mut client = self.client.clone();
        client.patience = call.patience.unwrap_or(client.patience);
        client.send(probe, &order)
    }
}

/// The answer as a value; `null`, where there is nothing in it. Fails with the engine's own words.
pub(super) fn read(probe: &Probe, answer: &mut Answer) -> Result<Value, Failure> {
    if answer.status >= 400 {
        return Err(refusal(probe, answer));
    }
    let content = answer.content(probe, LIMIT)?;
    if content.trim_ascii().is_empty() || !answer.says_json() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&content).map_err(|error| {
        Failure::refused(format!(
            "{}: the container engine answered with what is no JSON: {error}",
            answer.address
        ))
    })
}

/// What the engine says is wrong.
pub(super) fn refusal(probe: &Probe, answer: &mut Answer) -> Failure {
    let content = answer.content(probe, LIMIT).unwrap_or_default();
    let said = match serde_json::from_slice::<Value>(&content) {
        Ok(value) => value["message"].as_str().map(Into::into),
        Err(_) => None,
    };
    let said: String = said.unwrap_or_else(|| String::from_utf8_lossy(&content).trim().into());
    Failure::refused(format!(
        "the container engine refused: {} {}: {said}",
        answer.status, answer.reason
    ))
}
