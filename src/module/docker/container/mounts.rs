use {
    super::{
        DockerContainer,
        options::{Settings, Surroundings},
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::{Failure, Probe},
        module::{
            HostPath,
            docker::{Part, text::size},
        },
        wire::Object,
    },
    serde_json::{Value, json},
    std::collections::{BTreeMap, BTreeSet},
};

/// Words behind a volume that say how it is mounted.
const MODES: [&str; 14] = [
    "rw",
    "ro",
    "z",
    "Z",
    "consistent",
    "delegated",
    "cached",
    "rprivate",
    "private",
    "rshared",
    "shared",
    "rslave",
    "slave",
    "nocopy",
];

/// Words that are so by themselves, and that engines may add.
const USUAL: [&str; 6] = ["rw", "rprivate", "rbind", "nosuid", "nodev", "tmpcopyup"];

const KEYS: [&str; 18] = [
    "consistency",
    "create_mountpoint",
    "labels",
    "no_copy",
    "non_recursive",
    "propagation",
    "read_only",
    "read_only_force_recursive",
    "read_only_non_recursive",
    "source",
    "subpath",
    "target",
    "tmpfs_mode",
    "tmpfs_options",
    "tmpfs_size",
    "type",
    "volume_driver",
    "volume_options",
];

/// What only some types of mounts have.
const ONLY: [(&str, &[&str]); 13] = [
    ("create_mountpoint", &["bind"]),
    ("labels", &["volume"]),
    ("no_copy", &["volume"]),
    ("non_recursive", &["bind"]),
    ("propagation", &["bind"]),
    ("read_only_force_recursive", &["bind"]),
    ("read_only_non_recursive", &["bind"]),
    ("subpath", &["volume", "image"]),
    ("tmpfs_mode", &["tmpfs"]),
    ("tmpfs_options", &["tmpfs"]),
    ("tmpfs_size", &["tmpfs"]),
    ("volume_driver", &["volume"]),
    ("volume_options", &["volume"]),
];

/// Volumes, directories of the host, and file systems in memory.
pub(super) fn mounts(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    let mut taken = BTreeMap::new();
    if let Some(given) = &request.mounts {
        let mounts = given.iter().map(|map| mount(map, &mut taken));
        let mounts: Vec<Value> = mounts.collect::<Result<_, _>>()?;
        let expected: Vec<Value> = mounts.iter().map(flat).collect();
        let setting = Setting::plain(
            "mounts",
            Kind::Maps,
            Section::HostConfig,
            "Mounts",
            mounts.into(),
        );
        settings.push(setting.expecting(expected.into()).reading(|container| {
            let found = container["HostConfig"]["Mounts"].as_array();
            found
                .into_iter()
                .flatten()
                .map(flat)
                .collect::<Vec<_>>()
                .into()
        }));
    }
    if let Some(given) = &request.volumes {
        volumes(given, around, &mut taken, settings)?;
    }
    if let Some(given) = &request.tmpfs {
        settings.push(in_memory(given));
    }
    settings.host(
        "volume_driver",
        "VolumeDriver",
        request.volume_driver.clone(),
    );
    settings.host("volumes_from", "VolumesFrom", request.volumes_from.clone());
    Ok(())
}

/// File systems in memory, by their places.
fn in_memory(given: &[String]) -> Setting {
    fn settled(pairs: &Object) -> Value {
        let pairs = pairs.iter().map(|(path, options)| {
            let options = unusual(options.as_str().unwrap_or_default());
            (path.clone(), options.into())
        });
        Value::Object(pairs.collect())
    }
    let pairs = given.iter().map(|text| {
        let (path, options) = text.split_once(':').unwrap_or((text, ""));
        (path.to_owned(), Value::from(options))
    });
    let pairs: Object = pairs.collect();
    let expected = settled(&pairs);
    let setting = Setting::plain(
        "tmpfs",
        Kind::Map,
        Section::HostConfig,
        "Tmpfs",
        pairs.into(),
    );
    setting.expecting(expected).reading(|container| {
        let found = container["HostConfig"]["Tmpfs"].as_object();
        found.map_or(Value::Null, settled)
    })
}

/// Words about a mount without those that are so by themselves, in order.
fn unusual(words: &str) -> String {
    let words = words.split(',');
    let words: BTreeSet<&str> = words
        .filter(|word| !word.is_empty() && !USUAL.contains(word))
        .collect();
    let words: Vec<&str> = words.into_iter().collect();
    words.join(",")
}

fn take(
    taken: &mut BTreeMap<String, &'static str>,
    target: &str,
    option: &'static str,
) -> Result<(), Failure> {
    match taken.insert(target.into(), option) {
        None => Ok(()),
        Some(other) if other == option => Err(Failure::refused(format!(
            "The mount point \"{target}\" appears twice in the {option} option"
        ))),
        Some(other) => Err(Failure::refused(format!(
            "The mount point \"{target}\" appears both in the {option} and {other} option"
        ))),
    }
}

fn volumes(
    given: &[String],
    around: &Surroundings,
    taken: &mut BTreeMap<String, &'static str>,
    settings: &mut Settings,
) -> Result<(), Failure> {
    let mut binds = Vec::new();
    let mut nameless = Object::new();
    for text in given {
        match volume(around.probe, text)? {
            Volume::Bind {
                source,
                target,
                mode,
            } => {
                take(taken, &target, "volumes")?;
                binds.push(format!("{source}:{target}:{mode}"));
            }
            Volume::Nameless { target } => {
                take(
                    taken,
                    target.split(':').next().unwrap_or_default(),
                    "volumes",
                )?;
                nameless.insert(target, json!({}));
            }
        }
    }
    let expected: Vec<String> = binds.iter().map(|bind| canonical(bind)).collect();
    let setting = Setting::plain(
        "volumes",
        Kind::Set,
        Section::HostConfig,
        "Binds",
        binds.into(),
    );
    settings.push(setting.expecting(expected.into()).reading(|container| {
        let found = container["HostConfig"]["Binds"]
            .as_array()
            .into_iter()
            .flatten();
        let found = found.filter_map(Value::as_str).map(canonical);
        found.collect::<Vec<_>>().into()
    }));
    if !nameless.is_empty() {
        let inherited = around
            .image
            .and_then(|image| image["Config"]["Volumes"].as_object());
        let inherited = inherited.into_iter().flatten().map(|(path, _)| path);
        let expected: BTreeSet<&String> = nameless.keys().chain(inherited).collect();
        let expected = json!(expected);
        let setting = Setting::plain(
            "volumes",
            Kind::Set,
            Section::Config,
            "Volumes",
            nameless.into(),
        );
        settings.push(setting.expecting(expected).reading(|container| {
            let found = container["Config"]["Volumes"]
                .as_object()
                .into_iter()
                .flatten();
            found
                .map(|(path, _)| path.clone())
                .collect::<Vec<_>>()
                .into()
        }));
    }
    Ok(())
}

/// What a text in `volumes` means.
enum Volume {
    Bind {
        source: String,
        target: String,
        mode: String,
    },
    /// A new volume without a name.
    Nameless { target: String },
}

fn volume(probe: &Probe, text: &str) -> Result<Volume, Failure> {
    let is_mode = |word: &str| word.split(',').all(|one| MODES.contains(&one));
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, mode) = match parts.as_slice() {
        [source, target, mode] if is_mode(mode) => (*source, *target, *mode),
        [_, _, mode] => {
            return Err(Failure::refused(format!(
                "Found invalid volumes mode: {mode}"
            )));
        }
        [source, target] if !is_mode(target) => (*source, *target, "rw"),
        _ => {
            return Ok(Volume::Nameless {
                target: text.into(),
            });
        }
    };
    let source = match source.starts_with(['.', '~']) {
        true => {
            let path = HostPath::new(source).on(probe)?;
            let path = std::path::absolute(&path).map_err(Failure::io("find", &path))?;
            path.display().to_string()
        }
        false => source.to_owned(),
    };
    Ok(Volume::Bind {
        source,
        target: target.into(),
        mode: mode.into(),
    })
}

/// A bind in the form that is compared.
fn canonical(bind: &str) -> String {
    let mut parts = bind.splitn(3, ':');
    let (source, target) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let mode = parts.next().unwrap_or_default();
    match unusual(mode).as_str() {
        "" => format!("{source}:{target}"),
        mode => format!("{source}:{target}:{mode}"),
    }
}

/// A mount as the engine takes it.
fn mount(map: &Object, taken: &mut BTreeMap<String, &'static str>) -> Result<Value, Failure> {
    let part = Part::new("mounts", map, &KEYS)?;
    let target = part.required("target")?;
    let kind = part.text("type")?.unwrap_or_else(|| "volume".into());
    if !["bind", "volume", "tmpfs", "npipe", "cluster", "image"].contains(&kind.as_str()) {
        return Err(Failure::refused(format!(
            "value of type must be one of: bind, volume, tmpfs, npipe, cluster, image, got: {kind} found in mounts"
        )));
    }
    take(taken, &target, "mounts")?;
    for (key, kinds) in ONLY.iter().filter(|(key, _)| part.value(key).is_some()) {
        if !kinds.contains(&kind.as_str()) {
            return Err(Failure::refused(format!(
                "{key} cannot be specified for mount \"{target}\" of type \"{kind}\" (needs type \"{}\")",
                kinds.join("\", \"")
            )));
        }
    }
    let source = part.text("source")?;
    if source.is_none() && ["bind", "npipe"].contains(&kind.as_str()) {
        return Err(Failure::refused(format!(
            "source must be specified for mount \"{target}\" of type \"{kind}\""
        )));
    }
    let mut mount = Object::new();
    let mut add = |key: &str, value: Option<Value>| {
        mount.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("Target", Some(target.clone().into()));
    add("Type", Some(kind.clone().into()));
    add("Source", source.map(Into::into));
    add("ReadOnly", part.flag("read_only")?.map(Into::into));
    add("Consistency", part.text("consistency")?.map(Into::into));
    let options = match kind.as_str() {
        "bind" => Some(("BindOptions", bind_options(&part)?)),
        "volume" => Some(("VolumeOptions", volume_options(&part)?)),
        "tmpfs" => Some(("TmpfsOptions", tmpfs_options(&part, &target)?)),
        "image" => Some(("ImageOptions", given(&part, &[("subpath", "Subpath")])?)),
        _ => None,
    };
    if let Some((key, options)) = options.filter(|(_, options)| !options.is_empty()) {
        add(key, Some(options.into()));
    }
    Ok(mount.into())
}

/// Those of these keys that are given, under the engine's names: flags as such, all else as text.
fn given(part: &Part, keys: &[(&str, &str)]) -> Result<Object, Failure> {
    let mut options = Object::new();
    for (key, name) in keys {
        let value = match *key {
            "propagation" | "subpath" => part.text(key)?.map(Value::from),
            _ => part.flag(key)?.map(Value::from),
        };
        options.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    Ok(options)
}

fn bind_options(part: &Part) -> Result<Object, Failure> {
    given(
        part,
        &[
            ("propagation", "Propagation"),
            ("non_recursive", "NonRecursive"),
            ("create_mountpoint", "CreateMountpoint"),
            ("read_only_non_recursive", "ReadOnlyNonRecursive"),
            ("read_only_force_recursive", "ReadOnlyForceRecursive"),
        ],
    )
}

fn volume_options(part: &Part) -> Result<Object, Failure> {
    let mut options = given(part, &[("no_copy", "NoCopy"), ("subpath", "Subpath")])?;
    if let Some(labels) = part.map("labels")? {
        options.insert("Labels".into(), labels.into());
    }
    if let Some(driver) = part.text("volume_driver")? {
        let mut config = Object::from_iter([("Name".to_owned(), driver.into())]);
        if let Some(given) = part.map("volume_options")? {
            config.insert("Options".into(), given.into());
        }
        options.insert("DriverConfig".into(), config.into());
    }
    Ok(options)
}

fn tmpfs_options(part: &Part, target: &str) -> Result<Object, Failure> {
    let mut options = Object::new();
    if let Some(text) = part.text("tmpfs_mode")? {
        let mode = u32::from_str_radix(&text, 8).map_err(|_| {
            Failure::refused(format!(
                "tmp_fs mode of mount \"{target}\" is not an octal string!"
            ))
        })?;
        options.insert("Mode".into(), mode.into());
    }
    if let Some(text) = part.text("tmpfs_size")? {
        options.insert("SizeBytes".into(), size("tmpfs_size", &text)?.into());
    }
    if let Some(Value::Array(given)) = part.value("tmpfs_options") {
        let pairs = given.iter().filter_map(Value::as_object).flatten();
        let pairs = pairs.map(|(name, value)| match value {
            Value::Null => json!([name]),
            value => json!([name, value]),
        });
        options.insert("Options".into(), pairs.collect::<Vec<_>>().into());
    }
    Ok(options)
}

/// A mount as one map, in which what is not said is as it is by itself.
fn flat(mount: &Value) -> Value {
    let mut map = Object::new();
    let mut walk = vec![(String::new(), mount)];
    while let Some((prefix, value)) = walk.pop() {
        match value {
            Value::Object(inner) => {
                let inner = inner
                    .iter()
                    .map(|(key, value)| (format!("{prefix}/{key}"), value));
                walk.extend(inner);
            }
            Value::Null | Value::Bool(false) => {}
            value => drop(map.insert(prefix, value.clone())),
        }
    }
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_are_the_same_however_an_engine_writes_them() {
        assert_eq!(canonical("/a:/b"), canonical("/a:/b:rw,rprivate,rbind"));
        assert_eq!(canonical("/a:/b:ro,Z"), canonical("/a:/b:Z,ro"));
        assert_ne!(canonical("/a:/b:ro"), canonical("/a:/b"));
    }

    #[test]
    fn mounts_say_what_belongs_to_their_type() {
        let read = |value: Value| {
            let Value::Object(map) = value else {
                unreachable!()
            };
            mount(&map, &mut BTreeMap::new()).map_err(|failure| failure.to_string())
        };
        let found = read(
            json!({"target": "/t", "type": "tmpfs", "tmpfs_size": "1M", "tmpfs_mode": "1777"}),
        )
        .unwrap();
        assert_eq!(
            found["TmpfsOptions"],
            json!({"SizeBytes": 1_048_576, "Mode": 0o1777})
        );
        let wrong = read(json!({"target": "/t", "type": "bind", "source": "/s", "no_copy": true}));
        assert!(wrong.unwrap_err().contains("no_copy cannot be specified"));
        assert!(
            read(json!({"target": "/t", "type": "bind"}))
                .unwrap_err()
                .contains("source must")
        );
        let plain = json!({"Target": "/t", "Type": "volume", "ReadOnly": false});
        assert_eq!(flat(&plain), json!({"/Target": "/t", "/Type": "volume"}));
    }
}
