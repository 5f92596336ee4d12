use {
    crate::{
        act::{Bits, Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
};

/// The return values that all file modules have about what stands at a path in the end: `mode`, `owner`, `group`, `uid`,
/// `gid`, `size` (in bytes) and `state`.
pub fn report(probe: &Probe, bits: Bits, size: u64, state: &str) -> Result<Object, Failure> {
    let values: [(&str, Value); 7] = [
        ("mode", format!("{:04o}", bits.mode).into()),
        ("owner", probe.owner(bits.uid)?.into()),
        ("group", probe.group_name(bits.gid)?.into()),
        ("uid", bits.uid.into()),
        ("gid", bits.gid.into()),
        ("size", size.into()),
        ("state", state.into()),
    ];
    let values = values.into_iter();
    Ok(values.map(|(name, value)| (name.into(), value)).collect())
}
