use {
    super::{
        DockerContainer,
        options::Settings,
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::Failure,
        module::docker::{
            Part,
            text::{limit, size},
        },
        wire::Object,
    },
    serde_json::{Value, json},
};

/// Processors, memory, disks and other things that are counted.
pub(super) fn resources(request: &DockerContainer, settings: &mut Settings) -> Result<(), Failure> {
    processors(request, settings);
    memory(request, settings)?;
    devices(request, settings)?;
    settings.limit("blkio_weight", "BlkioWeight", request.blkio_weight);
    settings.host("pids_limit", "PidsLimit", request.pids_limit);
    let limits = request.ulimits.as_deref().map(ulimits).transpose()?;
    if let Some(limits) = limits {
        let host = Section::HostConfig;
        let setting = Setting::plain("ulimits", Kind::Maps, host, "Ulimits", limits.into());
        settings.push(setting.reading(|container| {
            normal(&container["HostConfig"]["Ulimits"], "Name", |name| {
                name.trim_start_matches("RLIMIT_").to_ascii_lowercase()
            })
        }));
    }
    let options = request.storage_opts.clone();
    settings.host("storage_opts", "StorageOpt", options);
    Ok(())
}

fn processors(request: &DockerContainer, settings: &mut Settings) {
    let nano = request.cpus.map(|cpus| (cpus * 1e9).round() as i64);
    settings.host("cpus", "NanoCpus", nano);
    settings.limit("cpu_period", "CpuPeriod", request.cpu_period);
    settings.limit("cpu_quota", "CpuQuota", request.cpu_quota);
    settings.limit("cpu_shares", "CpuShares", request.cpu_shares);
    settings.limit("cpuset_cpus", "CpusetCpus", request.cpuset_cpus.clone());
    settings.limit("cpuset_mems", "CpusetMems", request.cpuset_mems.clone());
}

fn memory(request: &DockerContainer, settings: &mut Settings) -> Result<(), Failure> {
    for (name, key, given) in [
        ("memory", "Memory", &request.memory),
        (
            "memory_reservation",
            "MemoryReservation",
            &request.memory_reservation,
        ),
        ("kernel_memory", "KernelMemory", &request.kernel_memory),
    ] {
        let bytes = given.as_ref().map(|text| size(name, text)).transpose()?;
        settings.limit(name, key, bytes);
    }
    let swap = request.memory_swap.as_ref();
    let swap = swap.map(|text| limit("memory_swap", text)).transpose()?;
    settings.limit("memory_swap", "MemorySwap", swap);
    settings.host(
        "memory_swappiness",
        "MemorySwappiness",
        request.memory_swappiness,
    );
    let shared = request.shm_size.as_ref();
    let shared = shared.map(|text| size("shm_size", text)).transpose()?;
    settings.host("shm_size", "ShmSize", shared);
    settings.host("oom_killer", "OomKillDisable", request.oom_killer);
    settings.host("oom_score_adj", "OomScoreAdj", request.oom_score_adj);
    Ok(())
}

fn devices(request: &DockerContainer, settings: &mut Settings) -> Result<(), Failure> {
    let listed = request.devices.as_ref();
    let listed: Option<Vec<Value>> =
        listed.map(|list| list.iter().map(|one| device(one)).collect());
    if let Some(listed) = listed {
        let host = Section::HostConfig;
        let setting = Setting::plain("devices", Kind::Maps, host, "Devices", listed.into());
        settings.push(setting.reading(|container| {
            normal(
                &container["HostConfig"]["Devices"],
                "CgroupPermissions",
                |rights| match rights {
                    "" => "rwm".into(),
                    rights => rights.into(),
                },
            )
        }));
    }
    for (name, key, given, counts) in [
        (
            "device_read_bps",
            "BlkioDeviceReadBps",
            &request.device_read_bps,
            false,
        ),
        (
            "device_write_bps",
            "BlkioDeviceWriteBps",
            &request.device_write_bps,
            false,
        ),
        (
            "device_read_iops",
            "BlkioDeviceReadIOps",
            &request.device_read_iops,
            true,
        ),
        (
            "device_write_iops",
            "BlkioDeviceWriteIOps",
            &request.device_write_iops,
            true,
        ),
    ] {
        let rates = given.as_ref().map(|given| {
            let rates = given.iter().map(|map| rate(name, map, counts));
            rates.collect::<Result<Vec<Value>, _>>()
        });
        settings.host(name, key, rates.transpose()?);
    }
    let requests = request.device_requests.as_ref().map(|given| {
        let requests = given.iter().map(device_request);
        requests.collect::<Result<Vec<Value>, _>>()
    });
    settings.host("device_requests", "DeviceRequests", requests.transpose()?);
    let rules = request.device_cgroup_rules.clone();
    settings.host("device_cgroup_rules", "DeviceCgroupRules", rules);
    Ok(())
}

/// A list of maps, one of whose values engines write in more than one way.
fn normal(list: &Value, key: &str, change: fn(&str) -> String) -> Value {
    let mut list = list.clone();
    for map in list.as_array_mut().into_iter().flatten() {
        if let Some(text) = map[key].as_str() {
            map[key] = change(text).into();
        }
    }
    list
}

/// `HOST:CONTAINER:rwm`, of which the last two may be missing.
fn device(text: &str) -> Value {
    let mut parts = text.splitn(3, ':');
    let host = parts.next().unwrap_or_default();
    json!({
        "PathOnHost": host,
        "PathInContainer": parts.next().unwrap_or(host),
        "CgroupPermissions": parts.next().unwrap_or("rwm"),
    })
}

fn rate(name: &'static str, map: &Object, counts: bool) -> Result<Value, Failure> {
    let part = Part::new(name, map, &["path", "rate"])?;
    let text = part.required("rate")?;
    let rate = match counts {
        true => part.number("rate")?.unwrap_or(0),
        false => size(name, &text)?,
    };
    Ok(json!({"Path": part.required("path")?, "Rate": rate}))
}

fn device_request(map: &Object) -> Result<Value, Failure> {
    let keys = ["capabilities", "count", "device_ids", "driver", "options"];
    let part = Part::new("device_requests", map, &keys)?;
    let mut request = Object::new();
    let mut add = |key: &str, value: Option<Value>| {
        request.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("Driver", part.text("driver")?.map(Into::into));
    add("Count", part.number("count")?.map(Into::into));
    add("DeviceIDs", part.texts("device_ids")?.map(Into::into));
    add("Capabilities", part.value("capabilities").cloned());
    add("Options", part.map("options")?.map(Into::into));
    Ok(request.into())
}

/// `NAME:SOFT:HARD`; without a hard limit it is the soft one.
fn ulimits(list: &[String]) -> Result<Vec<Value>, Failure> {
    let limit = |text: &String| {
        let mut parts = text.splitn(3, ':');
        let name = parts.next()?;
        let soft: i64 = parts.next()?.trim().parse().ok()?;
        let hard = match parts.next() {
            Some(hard) => hard.trim().parse().ok()?,
            None => soft,
        };
        Some(json!({"Name": name, "Soft": soft, "Hard": hard}))
    };
    let limits = list.iter().map(|text| {
        limit(text).ok_or_else(|| {
            Failure::refused(format!("ulimits: {text} is none; write NAME:SOFT:HARD"))
        })
    });
    limits.collect()
}
