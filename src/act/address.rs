use {
    super::{Failure, Probe, Question},
    std::net::IpAddr,
};

impl Probe {
    /// The addresses of a name, none where nobody knows it. They are asked of the host's own `getent`, which knows all the
    /// sources of names that the host is set up with; the agent, being static, cannot load them.
    ///
    /// # Errors
    /// The host has no `getent`, or the step was cancelled.
    pub fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        let bare = host.trim_matches(['[', ']']);
        match bare.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => Ok(read(&self.ask(&Question::Addresses(bare.into()))?.text())),
        }
    }
}

/// The first word of each line is an address, once for each kind of socket.
fn read(lines: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for line in lines.lines() {
        let address = line
            .split_whitespace()
            .next()
            .and_then(|word| word.parse().ok());
        match address {
            Some(address) if !found.contains(&address) => found.push(address),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_address_once() {
        let lines = "::1             STREAM localhost\n::1  DGRAM\n127.0.0.1 STREAM\n\n";
        let found: Vec<String> = read(lines).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["::1", "127.0.0.1"]);
    }
}
