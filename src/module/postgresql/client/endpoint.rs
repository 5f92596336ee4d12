use {
    super::Login,
    crate::act::{Failure, Probe},
    std::{
        net::SocketAddr,
        path::{Path, PathBuf},
    },
};

/// Where distributions have the server make its socket.
const DIRECTORIES: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// One place to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Socket(PathBuf),
    /// An address, and the name that it was found by.
    Network(SocketAddr, String),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Socket(path) => {
                write!(f, "connection to server on socket \"{}\"", path.display())
            }
            Self::Network(address, name) => write!(
                f,
                "connection to server at \"{name}\" ({}), port {}",
                address.ip(),
                address.port()
            ),
        }
    }
}

/// The places that a login means, in the order in which they are to be tried; never none.
pub fn endpoints(probe: &Probe, login: &Login) -> Result<Vec<Endpoint>, Failure> {
    let socket = |directory: &str| {
        Endpoint::Socket(Path::new(directory).join(format!(".s.PGSQL.{}", login.port)))
    };
    if login.host.is_empty() {
        let found = DIRECTORIES.map(socket).into_iter().find(is_there);
        return Ok(vec![found.unwrap_or_else(|| socket(DIRECTORIES[0]))]);
    }
    let mut all = Vec::new();
    for host in login.host.split(',').map(str::trim) {
        if host.starts_with('/') {
            all.push(socket(host));
            continue;
        }
        let addresses = probe.addresses(host)?;
        if addresses.is_empty() {
            return Err(Failure::refused(format!(
                "unable to connect to database: could not translate host name \"{host}\" to address"
            )));
        }
        let network = |ip| Endpoint::Network(SocketAddr::new(ip, login.port), host.into());
        all.extend(addresses.into_iter().map(network));
    }
    Ok(all)
}

fn is_there(endpoint: &Endpoint) -> bool {
    matches!(endpoint, Endpoint::Socket(path) if path.exists())
}

#[cfg(test)]
mod tests {
    use {super::*, crate::module::trial::Trial};

    #[test]
    fn tries_each_host_in_turn() {
        let login = Login {
            host: "/srv/a, 127.0.0.1".into(),
            port: 5433,
            ..Login::default()
        };
        let found = endpoints(&Trial::new().probe, &login).unwrap();
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "connection to server on socket \"/srv/a/.s.PGSQL.5433\"",
                "connection to server at \"127.0.0.1\" (127.0.0.1), port 5433"
            ]
        );
    }
}
