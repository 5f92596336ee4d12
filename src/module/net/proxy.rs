use {
    super::Address,
    crate::act::{Failure, Probe},
};

/// The proxy that a request goes through, from `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` in the step's
/// environment or the agent's own (small letters before capitals).
pub fn proxy(probe: &Probe, address: &Address) -> Result<Option<ureq::Proxy>, Failure> {
    let own = match address.is_https() {
        true => "https_proxy",
        false => "http_proxy",
    };
    let Some(proxy) = variable(probe, own).or_else(|| variable(probe, "all_proxy")) else {
        return Ok(None);
    };
    if variable(probe, "no_proxy").is_some_and(|list| spares(&list, address.host())) {
        return Ok(None);
    }
    match proxy.starts_with("socks") {
        true => Err(Failure::refused(
            "SOCKS proxies are not supported; set http_proxy and https_proxy to an HTTP proxy, or use_proxy: false",
        )),
        false => ureq::Proxy::new(&proxy)
            .map(Some)
            .map_err(|_| Failure::refused(format!("{own} is no URL of a proxy"))),
    }
}

fn variable(probe: &Probe, name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let given = &probe.step().environment;
    let value = given
        .get(name)
        .or_else(|| given.get(&upper))
        .cloned()
        .or_else(|| std::env::var(name).ok())
        .or_else(|| std::env::var(upper).ok());
    value.filter(|value| !value.is_empty())
}

/// Whether a `no_proxy` list names a host, or a domain that it is in.
fn spares(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split(',').any(|name| {
        let name = name.trim().to_ascii_lowercase();
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        let below = host
            .strip_suffix(name)
            .is_some_and(|rest| rest.ends_with('.'));
        !name.is_empty() && (name == "*" || host == name || below)
    })
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Step, Watch},
    };

    #[test]
    fn spares_hosts_and_domains() {
        assert!(spares("localhost, .example.org", "a.example.org"));
        assert!(spares("example.org", "example.org") && spares("*", "any"));
        assert!(!spares("example.org,", "badexample.org"));
    }

    #[test]
    fn heeds_the_environment_of_the_step() {
        let mut probe = Probe::new(Box::new(Alone), Watch::default());
        let mut step = Step::default();
        let proxied = "http://proxy.example:3128";
        step.environment.insert("http_proxy".into(), proxied.into());
        step.environment
            .insert("NO_PROXY".into(), "127.0.0.1".into());
        probe.begin(step);
        let through = |url: &str| proxy(&probe, &Address::read(url).unwrap()).unwrap();
        assert_eq!(through("http://a/").unwrap().host(), "proxy.example");
        assert!(through("http://127.0.0.1:1/").is_none());
    }
}
