use {
    crate::act::{Failure, Probe, Thing},
    std::{
        net::{IpAddr, Ipv4Addr, Ipv6Addr},
        path::Path,
    },
};

/// The states of a TCP connection that is in use, as the kernel numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Established = 1,
    SynSent = 2,
    SynRecv = 3,
    FinWait1 = 4,
    FinWait2 = 5,
    TimeWait = 6,
}

impl State {
    pub(super) const ALL: [Self; 6] = [
        Self::Established,
        Self::FinWait1,
        Self::FinWait2,
        Self::SynRecv,
        Self::SynSent,
        Self::TimeWait,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Failure::refused(format!(
                "unknown active_connection_state ({name}) defined; known ones are {known}"
            ))
        })
    }
}

/// The connections to a port of this host.
pub(super) struct Connections {
    pub port: u16,
    pub host: String,
    /// Connections from these do not count.
    pub exclude: Vec<String>,
    pub states: Vec<State>,
}

impl Connections {
    /// How many there are.
    pub(super) fn count(&self, probe: &Probe) -> Result<usize, Failure> {
        let own = addresses(probe, &self.host)?;
        let exclude = self.exclude.iter().map(|host| addresses(probe, host));
        let exclude: Vec<IpAddr> = exclude.collect::<Result<Vec<_>, _>>()?.concat();
        let everywhere = own.iter().any(IpAddr::is_unspecified);
        let mut count = 0;
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let bytes = match probe.read(Path::new(table)) {
                Err(Failure::Missing {
                    what: Thing::Path, ..
                }) => continue,
                read => read?,
            };
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.lines().skip(1).filter_map(Connection::read);
            count += lines
                .filter(|line| line.port == self.port && self.counts(line.state))
                .filter(|line| everywhere || own.contains(&line.local))
                .filter(|line| !exclude.contains(&line.remote))
                .count();
        }
        Ok(count)
    }

    fn counts(&self, state: u8) -> bool {
        self.states.iter().any(|known| *known as u8 == state)
    }
}

/// A line of the kernel's table.
#[derive(Debug, PartialEq, Eq)]
struct Connection {
    local: IpAddr,
    port: u16,
    remote: IpAddr,
    state: u8,
}

impl Connection {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split_whitespace().skip(1);
        let (local, port) = fields.next()?.split_once(':')?;
        let (remote, _) = fields.next()?.split_once(':')?;
        Some(Self {
            local: address(local)?,
            port: u16::from_str_radix(port, 16).ok()?,
            remote: address(remote)?,
            state: u8::from_str_radix(fields.next()?, 16).ok()?,
        })
    }
}

/// An address as the kernel writes it: words of four bytes in the machine's own order. IPv4 in IPv6 becomes IPv4.
fn address(hexadecimal: &str) -> Option<IpAddr> {
    let words = (0..hexadecimal.len()).step_by(8);
    let words = words.map(|at| {
        let word = u32::from_str_radix(hexadecimal.get(at..at + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes = words.collect::<Option<Vec<_>>>()?.concat();
    match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => Some(Ipv4Addr::from(four).into()),
        Err(_) => {
            let sixteen = <[u8; 16]>::try_from(bytes.as_slice()).ok()?;
            Some(Ipv6Addr::from(sixteen).to_canonical())
        }
    }
}

fn addresses(probe: &Probe, host: &str) -> Result<Vec<IpAddr>, Failure> {
    let found = probe.addresses(host)?;
    if found.is_empty() {
        return Err(Failure::refused(format!(
            "nobody knows the address of {host}"
        )));
    }
    Ok(found.iter().map(IpAddr::to_canonical).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_tables() {
        let word = |bytes: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(bytes));
        let local = word([127, 0, 0, 1]);
        let line = format!(" 0: {local}:1F90 {local}:C350 01 00000000:00000000 00:0 0");
        let connection = Connection::read(&line).unwrap();
        assert_eq!((connection.port, connection.state), (8080, 1));
        assert_eq!(connection.local, IpAddr::from([127, 0, 0, 1]));
        let mapped = [word([0; 4]), word([0; 4]), word([0, 0, 255, 255]), local].concat();
        assert_eq!(address(&mapped), Some(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(address("xx"), None);
    }
}
