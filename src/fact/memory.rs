use {
    super::{object, text},
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    serde_json::Value,
};

/// Memory and swap, in MiB.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    Ok(facts(&text(probe, "/proc/meminfo")))
}

fn facts(meminfo: &str) -> Object {
    let kib = |name: &str| -> u64 {
        let mut lines = meminfo.lines().filter_map(|line| line.split_once(':'));
        let value = lines
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value);
        let digits = value.and_then(|value| value.split_whitespace().next());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let mib = |name| kib(name) / 1024;
    let (total, free) = (mib("MemTotal"), mib("MemFree"));
    let (swap, swap_free) = (mib("SwapTotal"), mib("SwapFree"));
    let idle = (kib("MemFree") + kib("Cached") + kib("Buffers")) / 1024;
    let used = |total: u64, free: u64| Value::from(total.saturating_sub(free));
    let real = object([
        ("total", total.into()),
        ("used", used(total, free)),
        ("free", free.into()),
    ]);
    let nocache = object([("free", idle.into()), ("used", used(total, idle))]);
    let swapped = object([
        ("total", swap.into()),
        ("free", swap_free.into()),
        ("used", used(swap, swap_free)),
        ("cached", mib("SwapCached").into()),
    ]);
    let all = object([
        ("real", Value::Object(real)),
        ("nocache", Value::Object(nocache)),
        ("swap", Value::Object(swapped)),
    ]);
    object([
        ("memtotal_mb", total.into()),
        ("memfree_mb", free.into()),
        ("swaptotal_mb", swap.into()),
        ("swapfree_mb", swap_free.into()),
        ("memory_mb", Value::Object(all)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_mebibytes() {
        let facts = facts(
            "MemTotal: 4096 kB\nMemFree: 1024 kB\nBuffers: 512 kB\nCached: 512 kB\nSwapCached: 0 kB\n",
        );
        assert_eq!(
            (&facts["memtotal_mb"], &facts["memfree_mb"]),
            (&4.into(), &1.into())
        );
        assert_eq!(facts["memory_mb"]["nocache"]["free"], 2);
        assert_eq!(facts["swaptotal_mb"], 0);
    }
}
