use {
    super::{object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    std::collections::BTreeSet,
};

/// Processors.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let usable = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(facts(&text(probe, "/proc/cpuinfo"), usable))
}

/// Takes `/proc/cpuinfo`, and how many processors the agent may use.
fn facts(info: &str, usable: usize) -> Object {
    let mut list = Vec::new();
    let (mut sockets, mut cores) = (BTreeSet::new(), BTreeSet::new());
    let mut socket = "0";
    let mut logical = 0;
    for line in info.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.trim() {
            "processor" => {
                logical += 1;
                list.push(value);
            }
            "vendor_id" | "model name" | "Processor" => list.push(value),
            "physical id" => {
                socket = value;
                sockets.insert(value);
            }
            "core id" => {
                cores.insert((socket, value));
            }
            _ => {}
        }
    }
    let logical = logical.max(1);
    let sockets = sockets.len().max(1);
    let cores = if cores.is_empty() {
        logical
    } else {
        cores.len()
    };
    object([
        ("processor", list.into()),
        ("processor_count", sockets.into()),
        ("processor_cores", (cores / sockets).max(1).into()),
        (
            "processor_threads_per_core",
            (logical / cores).max(1).into(),
        ),
        ("processor_vcpus", logical.into()),
        ("processor_nproc", usable.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sockets_cores_and_threads() {
        let one = |number: u32, core: u32| {
            format!(
                "processor : {number}\nvendor_id : V\nmodel name : M\nphysical id : 0\ncore id : {core}\n\n"
            )
        };
        let info: String = [one(0, 0), one(1, 1), one(2, 0), one(3, 1)].concat();
        let facts = facts(&info, 4);
        let numbers = ["count", "cores", "threads_per_core", "vcpus"];
        let numbers = numbers.map(|name| facts[&format!("processor_{name}")].as_u64().unwrap());
        assert_eq!(numbers, [1, 2, 2, 4]);
        assert_eq!(facts["processor"][1], "V");
    }
}
