//! What a client of the greeting service sees.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use farcast::sandbox::HostView;
use rustls::crypto::ring;
use serde_json::{Value, json};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{authority::Authority, proof::until, stage::Stage};

/// An HTTPS client that believes one authority.
pub struct Web {
    agent: Agent,
    address: Ipv4Addr,
}

impl Web {
    /// # Errors
    /// When the authority's certificate is none.
    pub fn new(address: Ipv4Addr, authority: &str) -> Result<Self, String> {
        let certificate =
            Certificate::from_pem(authority.as_bytes()).map_err(|error| error.to_string())?;
        let config = Agent::config_builder()
            .tls_config(
                TlsConfig::builder()
                    .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
                    .root_certs(RootCerts::new_with_certs(&[certificate]))
                    .build(),
            )
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        Ok(Self {
            agent: config.into(),
            address,
        })
    }

    /// The status and the body, which is JSON, of a page.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn get(&self, path: &str) -> Result<(u16, Value), String> {
        let url = format!("https://{}{path}", self.address);
        let answer = self.agent.get(&url).call();
        let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
        let text = answer.body_mut().read_to_string();
        let text = text.map_err(|error| format!("{url}: {error}"))?;
        let body = serde_json::from_str(&text).map_err(|_| format!("{url}: no JSON: {text}"))?;
        Ok((answer.status().as_u16(), body))
    }

    /// Where plain HTTP sends a client.
    fn sent_to(&self) -> Result<String, String> {
        let url = format!("http://{}/greet/Ada", self.address);
        let answer = self.agent.get(&url).call();
        let answer = answer.map_err(|error| format!("{url}: {error}"))?;
        let place = answer.headers().get("location");
        let place = place.ok_or_else(|| format!("{url}: {}, and no redirect", answer.status()))?;
        Ok(String::from_utf8_lossy(place.as_bytes()).into_owned())
    }
}

pub fn greets(stage: &Stage, host: &HostView) -> Result<(), String> {
    let web = stage.web(host.address)?;
    for message in ["Nice to meet you Ada", "Hello again Ada"] {
        let answer = web.get("/greet/Ada")?;
        if answer != (200, json!({"message": message})) {
            return Err(format!("{answer:?} is not `{message}`"));
        }
    }
    Ok(())
}

pub fn proves_who_it_is(stage: &Stage, host: &HostView) -> Result<(), String> {
    let other = Web::new(host.address, &Authority::new()?.certificate())?;
    match other.get("/") {
        Err(error) if error.contains("certificate") => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err("a client that trusts another authority was answered".to_owned()),
    }?;
    let place = stage.web(host.address)?.sent_to()?;
    if place == format!("https://{}/greet/Ada", host.address) {
        Ok(())
    } else {
        Err(format!("plain HTTP leads to {place}"))
    }
}

pub fn comes_back(stage: &Stage, host: &HostView) -> Result<(), String> {
    let pid = |stage: &Stage| -> Result<u32, String> {
        let said = stage.on(host, &["supervisorctl", "pid", "greeting"])?;
        said.trim().parse().map_err(|_| said)
    };
    let killed = pid(stage)?;
    stage.on(host, &["kill", "-KILL", &killed.to_string()])?;
    until("the service is back", || {
        let now = pid(stage)?;
        let (status, _) = stage.web(host.address)?.get("/")?;
        if now != killed && now != 0 && status == 200 {
            Ok(())
        } else {
            Err(format!(
                "process {now} instead of {killed}, status {status}"
            ))
        }
    })
}
