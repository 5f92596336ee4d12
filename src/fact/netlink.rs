//! The addresses of the host, asked from the kernel (rtnetlink): the only source that has them all and needs no program.

use {
    rustix::net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with,
    },
    std::{
        io,
        net::{IpAddr, Ipv4Addr, Ipv6Addr},
    },
};

const GET_ADDRESS: u16 = 22;
const NEW_ADDRESS: u16 = 20;
const DONE: u16 = 3;
const ERROR: u16 = 2;
/// A request for the whole table.
const DUMP: u16 = 0x301;
const HEADER: usize = 16;
/// What stands before the attributes of an address.
const ADDRESS_HEADER: usize = 8;

/// One address of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The interface's number.
    pub interface: u32,
    pub address: IpAddr,
    /// In bits.
    pub prefix: u8,
    pub broadcast: Option<Ipv4Addr>,
    /// The interface's name, or that of an alias (`eth0:1`).
    pub label: Option<String>,
    /// `global`, `link`, `host` or `site`.
    pub scope: &'static str,
}

/// All addresses, in the kernel's order.
pub(super) fn addresses() -> io::Result<Vec<Address>> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        // Protocol 0 is the routing table.
        None,
    )?;
    send(&socket, &request(), SendFlags::empty())?;
    let mut addresses = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (count, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        if count == 0 || !parse(&buffer[..count], &mut addresses) {
            return Ok(addresses);
        }
    }
}

fn request() -> Vec<u8> {
    let mut request = Vec::new();
    let length = (HEADER + ADDRESS_HEADER) as u32;
    request.extend(length.to_ne_bytes());
    request.extend(GET_ADDRESS.to_ne_bytes());
    request.extend(DUMP.to_ne_bytes());
    request.extend([0; 8 + ADDRESS_HEADER]);
    request
}

fn number16(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.first_chunk()?))
}

fn number32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.first_chunk()?))
}

/// Reads the messages of one answer; false: it was the last one.
fn parse(mut bytes: &[u8], addresses: &mut Vec<Address>) -> bool {
    while let Some(length) = number32(bytes).map(|length| length as usize) {
        let Some(message) = bytes.get(..length).filter(|_| length >= HEADER) else {
            return false;
        };
        match number16(&message[4..]) {
            Some(DONE | ERROR) | None => return false,
            Some(NEW_ADDRESS) => addresses.extend(address(&message[HEADER..])),
            Some(_) => {}
        }
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
    }
    true
}

fn aligned(length: usize) -> usize {
    length.div_ceil(4) * 4
}

fn address(message: &[u8]) -> Option<Address> {
    let [_, prefix, _, scope, ..] = *message else {
        return None;
    };
    let interface = number32(message.get(4..)?)?;
    let (mut own, mut peer, mut broadcast, mut label) = (None, None, None, None);
    let mut rest = message.get(ADDRESS_HEADER..)?;
    while let Some(length) = number16(rest).map(usize::from).filter(|l| *l >= 4) {
        let value = rest.get(4..length)?;
        match number16(&rest[2..])? {
            1 => peer = ip(value),
            2 => own = ip(value),
            3 => label = Some(String::from_utf8_lossy(value).trim_end_matches('\0').into()),
            4 => {
                broadcast = match ip(value) {
                    Some(IpAddr::V4(address)) => Some(address),
                    _ => None,
                }
            }
            _ => {}
        }
        rest = rest.get(aligned(length)..).unwrap_or_default();
    }
    Some(Address {
        interface,
        address: own.or(peer)?,
        prefix,
        broadcast,
        label,
        scope: match scope {
            0 => "global",
            253 => "link",
            254 => "host",
            _ => "site",
        },
    })
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(Ipv4Addr::from(*bytes.first_chunk::<4>()?).into()),
        16 => Some(Ipv6Addr::from(*bytes.first_chunk::<16>()?).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_address_and_survives_rubbish() {
        let mut message = vec![2, 24, 0, 0, 7, 0, 0, 0];
        message.extend([
            8, 0, 2, 0, 192, 0, 2, 2, 9, 0, 3, 0, b'e', b't', b'h', b'0', 0, 0, 0, 0,
        ]);
        let read = address(&message).unwrap();
        assert_eq!((read.interface, read.prefix), (7, 24));
        assert_eq!(read.address.to_string(), "192.0.2.2");
        assert_eq!(read.label.as_deref(), Some("eth0"));
        for length in 0..message.len() {
            address(&message[..length]);
            parse(&message[..length], &mut Vec::new());
        }
    }

    #[test]
    fn every_host_has_a_loopback_address() {
        let found = addresses().unwrap();
        assert!(found.iter().any(|known| known.address.is_loopback()));
    }
}
