//! Tests of strings: patterns, addresses, vaults, words of truth.

use minijinja::{Error, value::Value};

use super::core::yes;
use crate::template::{builtin::Run, call::Call, failure, filter};

pub(super) const ALL: &[(&str, Run)] = &[
    ("match", |call| pattern(call, "match")),
    ("search", |call| pattern(call, "search")),
    ("regex", |call| {
        let kind = call
            .text(4, "match_type")
            .unwrap_or_else(|| "search".into());
        pattern(call, &kind)
    }),
    ("truthy", |call| yes(truth(call)?)),
    ("falsy", |call| yes(!truth(call)?)),
    ("uri", |call| yes(is_address(call, Address::Any))),
    ("url", |call| yes(is_address(call, Address::Located))),
    ("urn", |call| yes(is_address(call, Address::Named))),
    ("vault_encrypted", |call| {
        yes(call.subject().trim_start().starts_with("$ANSIBLE_VAULT;"))
    }),
];

fn pattern(call: &mut Call, kind: &str) -> Result<Value, Error> {
    let pattern = call.text(1, "pattern").unwrap_or_default();
    let pattern = match kind {
        "fullmatch" => format!("(?:{pattern})\\z"),
        _ => pattern,
    };
    let regex = filter::compile(
        &pattern,
        call.flag(2, "ignorecase"),
        call.flag(3, "multiline"),
    )?;
    let subject = call.subject();
    match kind {
        "match" | "fullmatch" => {
            // A pattern anchored at the start, since an alternative could match later.
            let anchored = filter::compile(
                &format!("\\A(?:{pattern})"),
                call.flag(2, "ignorecase"),
                call.flag(3, "multiline"),
            )?;
            yes(filter::found(&anchored, &subject, true)?)
        }
        "search" => yes(filter::found(&regex, &subject, false)?),
        other => Err(failure::plain(format!(
            "'{other}' is no match_type; search, match and fullmatch are"
        ))),
    }
}

fn truth(call: &Call) -> Result<bool, Error> {
    let value = call.value();
    if call.flag(1, "convert_bool") {
        return Ok(filter::truth(&value).unwrap_or_else(|| value.is_true()));
    }
    Ok(value.is_true())
}

/// Kinds of addresses.
#[derive(Clone, Copy, PartialEq)]
enum Address {
    Any,
    Located,
    Named,
}

fn is_address(call: &Call, wanted: Address) -> bool {
    let text = call.subject();
    // A text without a scheme is an address, too, as long as no scheme is asked for.
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) if filter::is_scheme(scheme) => (scheme, rest),
        _ => ("", text.as_str()),
    };
    let schemes = call.arg(1, "schemes").filter(|schemes| !schemes.is_none());
    let allowed = schemes.is_none_or(|schemes| {
        schemes
            .try_iter()
            .is_ok_and(|mut all| all.any(|known| known.as_str() == Some(&scheme.to_lowercase())))
    });
    let urn = scheme.eq_ignore_ascii_case("urn");
    let host = rest
        .strip_prefix("//")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    allowed
        && match wanted {
            Address::Any => true,
            Address::Located => host || scheme.eq_ignore_ascii_case("file"),
            Address::Named => urn,
        }
}
