use {
    super::{
        Call, Engine,
        engine::{read, refusal},
    },
    crate::{
        act::{Failure, Host, Probe},
        module::net::Payload,
    },
    serde_json::Value,
    std::{
        io::{self, Write},
        time::Duration,
    },
};

/// How long a build or a pull may be silent.
pub const LONG: Duration = Duration::from_secs(7 * 24 * 3600);

/// A container engine that may be told what to do: only an apply has a host, and so one of these.
pub struct Control<'c, 'h> {
    pub engine: &'c Engine,
    pub host: &'c mut Host<'h>,
}

impl<'c, 'h> Control<'c, 'h> {
    pub fn new(engine: &'c Engine, host: &'c mut Host<'h>) -> Self {
        Self { engine, host }
    }

    /// The host, for looking at it.
    pub fn probe(&self) -> &Probe {
        self.host
    }

    /// Tells the engine to do something; gives its answer.
    pub fn post(&self, call: &Call, body: Option<&Value>) -> Result<Value, Failure> {
        let call = match body {
            Some(_) => call.clone().header("Content-Type", "application/json"),
            None => call.clone(),
        };
        // An empty body has a length, too: without one, engines take it for one that is to come.
        let body = body.map(Value::to_string).unwrap_or_default();
        let payload = Payload::Bytes(body.into_bytes());
        let mut answer = self
            .engine
            .send(self.probe(), "POST", &call, Some(payload))?;
        read(self.probe(), &mut answer)
    }

    /// Removes something. What is gone already is as good.
    pub fn delete(&self, call: &Call) -> Result<Value, Failure> {
        let mut answer = self.engine.send(self.probe(), "DELETE", call, None)?;
        match answer.status {
            404 => Ok(Value::Null),
            _ => read(self.probe(), &mut answer),
        }
    }

    /// Tells the engine to do something that it reports about, a value a line.
    pub fn follow(
        &self,
        call: &Call,
        payload: Option<Payload>,
        listen: &mut dyn FnMut(&Value),
    ) -> Result<(), Failure> {
        let payload = payload.unwrap_or(Payload::Bytes(Vec::new()));
        let mut answer = self
            .engine
            .send(self.probe(), "POST", call, Some(payload))?;
        if answer.status >= 400 {
            return Err(refusal(self.probe(), &mut answer));
        }
        let mut lines = Lines {
            held: Vec::new(),
            listen,
        };
        answer.pour(self.probe(), &mut lines)?;
        lines.rest();
        Ok(())
    }
}

/// Splits what comes into values, each of which ends a line.
struct Lines<'l> {
    held: Vec<u8>,
    listen: &'l mut dyn FnMut(&Value),
}

impl Lines<'_> {
    fn rest(&mut self) {
        let line = std::mem::take(&mut self.held);
        // Anything else than JSON is no report.
        if let Ok(value) = serde_json::from_slice(&line) {
            (self.listen)(&value);
        }
    }
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.held.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.rest();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_wherever_they_are_cut() {
        let mut seen = Vec::new();
        let mut listen = |value: &Value| seen.push(value["a"].clone());
        let mut lines = Lines {
            held: Vec::new(),
            listen: &mut listen,
        };
        for piece in ["{\"a\"", ":1}\r\n{\"a\":2}\nno", " json\n{\"a\":3}"] {
            lines.write_all(piece.as_bytes()).unwrap();
        }
        lines.rest();
        assert_eq!(seen, [1, 2, 3]);
    }
}
