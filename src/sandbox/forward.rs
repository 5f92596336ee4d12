//! Leave for a bridge to forward where a firewall (Docker's, for one) drops whatever it does not know.

use serde_json::Value;

use super::{
    error::SandboxError,
    network::{chain, nft},
};

/// The table and chain in which iptables' nftables form keeps what is forwarded.
const TABLE: &str = "filter";
const CHAIN: &str = "FORWARD";

/// Lets the bridge's packets through when the chain's policy drops them.
pub(super) fn allow(bridge: &str) -> Result<(), SandboxError> {
    let Some(objects) = chain(TABLE, CHAIN)? else {
        return Ok(());
    };
    if !drops(&objects) {
        return Ok(());
    }
    for direction in ["iifname", "oifname"] {
        nft(&[
            "insert",
            "rule",
            "ip",
            TABLE,
            CHAIN,
            direction,
            bridge,
            "counter",
            "accept",
            "comment",
            &quoted(bridge),
        ])?;
    }
    Ok(())
}

/// Takes the leave back.
pub(super) fn forbid(bridge: &str) -> Result<(), SandboxError> {
    let objects = chain(TABLE, CHAIN)?.unwrap_or_default();
    for handle in handles(&objects, bridge) {
        nft(&[
            "delete",
            "rule",
            "ip",
            TABLE,
            CHAIN,
            "handle",
            &handle.to_string(),
        ])?;
    }
    Ok(())
}

/// The mark on our rules, as `nft` wants text within an argument.
fn quoted(bridge: &str) -> String {
    format!("\"{}\"", mark(bridge))
}

fn mark(bridge: &str) -> String {
    format!("farcast sandbox {bridge}")
}

fn drops(objects: &[Value]) -> bool {
    objects
        .iter()
        .any(|object| object["chain"]["policy"] == "drop")
}

/// The handles of the rules that carry the bridge's mark.
fn handles(objects: &[Value], bridge: &str) -> Vec<u64> {
    let rules = objects.iter().map(|object| &object["rule"]);
    let ours = rules.filter(|rule| rule["comment"] == mark(bridge).as_str());
    ours.filter_map(|rule| rule["handle"].as_u64()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_rules_with_our_mark_are_ours() {
        let objects = [
            json!({"chain": {"name": "FORWARD", "policy": "drop"}}),
            json!({"rule": {"handle": 3, "comment": "farcast sandbox fc000001"}}),
            json!({"rule": {"handle": 4, "comment": "farcast sandbox fc000002"}}),
            json!({"rule": {"handle": 5}}),
        ];
        assert!(drops(&objects));
        assert_eq!(handles(&objects, "fc000001"), [3]);
    }
}
