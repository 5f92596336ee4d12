//! The filters by their names; each reads its arguments here.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{hardware, merge, network::Network, query, shape, subnet, within};
use crate::template::{
    builtin::Run,
    call::{Call, describe, items},
    collection::{Named, arguments::Arguments},
    failure, print,
};

pub(in crate::template::collection) const ALL: &[Named<Run>] = &[
    ("ansible.utils.ipaddr", ipaddr),
    ("ansible.utils.ipv4", |call| of_version(call, 4)),
    ("ansible.utils.ipv6", |call| of_version(call, 6)),
    ("ansible.utils.ipwrap", ipwrap),
    ("ansible.utils.ipsubnet", |call| {
        let given = Arguments::of(call, &["value", "query", "index"])?;
        let query = given.text("query").unwrap_or_default();
        subnet::subnet(&given.need_text("value")?, &query, given.int("index")?)
    }),
    ("ansible.utils.nthhost", |call| {
        let given = Arguments::of(call, &["value", "query"])?;
        let query = given.text("query").unwrap_or_default();
        subnet::nth_host(&given.need_text("value")?, &query)
    }),
    ("ansible.utils.next_nth_usable", |call| usable(call, 1)),
    ("ansible.utils.previous_nth_usable", |call| usable(call, -1)),
    ("ansible.utils.network_in_network", |call| {
        let given = Arguments::of(call, &["value", "test"])?;
        let test = given.text("test").unwrap_or_default();
        within::in_network(&given.need_text("value")?, &test).map(Value::from)
    }),
    ("ansible.utils.network_in_usable", |call| {
        let given = Arguments::of(call, &["value", "test"])?;
        let test = given.text("test").unwrap_or_default();
        within::in_usable(&given.need_text("value")?, &test).map(Value::from)
    }),
    ("ansible.utils.reduce_on_network", |call| {
        let given = Arguments::of(call, &["value", "network"])?;
        let network = given.text("network").unwrap_or_default();
        within::reduced(given.texts("value")?, &network).map(Value::from)
    }),
    ("ansible.utils.ipmath", |call| {
        let given = Arguments::of(call, &["value", "amount"])?;
        shape::moved(&given.need_text("value")?, given.need_int("amount")?)
    }),
    ("ansible.utils.ip4_hex", |call| {
        let given = Arguments::of(call, &["arg", "delimiter"])?;
        let delimiter = given.text("delimiter").unwrap_or_default();
        shape::hexadecimal(&given.need_text("arg")?, &delimiter)
    }),
    ("ansible.utils.ipcut", |call| {
        let given = Arguments::of(call, &["value", "amount"])?;
        shape::cut(&given.need_text("value")?, given.need_int("amount")?)
    }),
    ("ansible.utils.ipv6form", |call| {
        let given = Arguments::of(call, &["value", "format"])?;
        given.need("format")?;
        let form = given.choice("format", &["compress", "expand", "x509"])?;
        shape::form(&given.need_text("value")?, form)
    }),
    ("ansible.utils.cidr_merge", |call| {
        let given = Arguments::of(call, &["value", "action"])?;
        let action = given.text("action").unwrap_or_else(|| "merge".into());
        merge::merge(&given.texts("value")?, &action)
    }),
    ("ansible.utils.usable_range", |call| {
        let given = Arguments::of(call, &["ip"])?;
        shape::range(&given.need_text("ip")?)
    }),
    ("ansible.utils.hwaddr", |call| {
        hardware(call, &["value", "query", "alias"])
    }),
    ("ansible.utils.macaddr", |call| {
        hardware(call, &["value", "query"])
    }),
    ("ansible.utils.slaac", |call| {
        let given = Arguments::of(call, &["value", "query"])?;
        let mac = given.text("query").unwrap_or_default();
        hardware::slaac(&given.need_text("value")?, &mac)
    }),
];

/// What may be asked about: text, a list, or a whole number.
fn subject(given: &Arguments) -> Result<Value, Error> {
    let value = given.need("value")?;
    let fits = match value.kind() {
        ValueKind::Number => value.is_integer(),
        ValueKind::Seq | ValueKind::Iterable => !value.is_tuple(),
        kind => matches!(kind, ValueKind::String | ValueKind::Bool),
    };
    match fits {
        true => Ok(value),
        false => Err(failure::plain(format!(
            "an address is text or a number, not {}",
            describe(&value)
        ))),
    }
}

fn ipaddr(call: &mut Call) -> Result<Value, Error> {
    let given = Arguments::of(call, &["value", "query", "version", "alias"])?;
    let version = match given.int("version")? {
        None | Some(0) => None,
        Some(version) => Some(u8::try_from(version).unwrap_or(u8::MAX)),
    };
    let query = given.text("query").unwrap_or_default();
    query::ipaddr(&subject(&given)?, &query, version)
}

fn of_version(call: &mut Call, version: u8) -> Result<Value, Error> {
    let given = Arguments::of(call, &["value", "query"])?;
    let query = given.text("query").unwrap_or_default();
    query::ipaddr(&subject(&given)?, &query, Some(version))
}

/// Puts addresses of IPv6 in brackets and leaves everything else as it is.
fn ipwrap(call: &mut Call) -> Result<Value, Error> {
    let query = call
        .named("query")
        .map_or_else(String::new, |query| print::text(&query));
    let value = Arguments::of(call, &["value", "query"])?.need("value")?;
    let wrap = |item: &Value, last: bool| match query::ipaddr(item, &query, None) {
        Ok(found) if found.is_true() => {
            let wrapped = query::ipaddr(if last { &found } else { item }, "wrap", None);
            wrapped.unwrap_or_else(|_| item.clone())
        }
        _ => item.clone(),
    };
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable if !value.is_tuple() => Ok(items(&value)?
            .iter()
            .map(|item| wrap(item, false))
            .collect()),
        ValueKind::String | ValueKind::Bool => Ok(wrap(&value, true)),
        _ => Err(failure::plain(format!(
            "an address is text, not {}",
            describe(&value)
        ))),
    }
}

fn usable(call: &mut Call, direction: i64) -> Result<Value, Error> {
    let given = Arguments::of(call, &["value", "offset"])?;
    let value = given.need_text("value")?;
    match subnet::read(&value)? {
        Some(network) => subnet::usable(&network, given.need_int("offset")?, direction),
        None => Ok(false.into()),
    }
}

fn hardware(call: &mut Call, names: &'static [&'static str]) -> Result<Value, Error> {
    let given = Arguments::of(call, names)?;
    let query = given.text("query").unwrap_or_default();
    hardware::hwaddr(&given.need_text("value")?, &query)
}

/// Reads an address without a prefix.
pub(super) fn host(text: &str) -> Result<Network, Error> {
    let host = text.parse::<std::net::IpAddr>();
    host.map(Network::from)
        .map_err(|_| failure::plain(format!("{} is no IP address", print::repr(&text.into()))))
}
