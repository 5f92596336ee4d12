//! Modules that speak HTTP from the host.

mod address;
mod answer;
mod checksum;
mod client;
mod complaint;
mod cookie;
mod credentials;
pub mod get_url;
mod http_date;
#[cfg(feature = "full")]
pub mod iptables;
mod landing;
mod payload;
mod proxy;
mod resolver;
#[cfg(test)]
pub mod server;
mod trust;
mod unix_socket;
pub mod uri;

use crate::wire::Object;
pub use {
    address::Address,
    answer::Answer,
    client::{Client, Order, Redirects},
    credentials::Credentials,
    landing::Landing,
    payload::Payload,
    trust::Trust,
};

/// The argument `headers` as names and values.
fn headers(given: &Object) -> Vec<(String, String)> {
    let headers = given.iter().map(|(name, value)| {
        let value = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (name.clone(), value)
    });
    headers.collect()
}
