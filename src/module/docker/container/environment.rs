use {
    super::{
        DockerContainer, LabelMismatch,
        options::{Settings, Surroundings},
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::{Failure, Probe},
        module::{
            HostPath,
            docker::text::{label_map, plain},
        },
        wire::Object,
    },
    serde_json::Value,
};

/// The variables: those of the image, of the file, and those given, of which the later win.
pub(super) fn environment(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    if request.env.is_none() && request.env_file.is_none() {
        return Ok(());
    }
    let mut own = match &request.env_file {
        Some(path) => file(around.probe, path)?,
        None => Object::new(),
    };
    for (name, value) in request.env.iter().flatten() {
        let Value::String(value) = value else {
            return Err(Failure::refused(format!(
                "Non-string value found for env option. Ambiguous env options must be wrapped in quotes to avoid them being \
                 interpreted. Key: {name}"
            )));
        };
        own.insert(name.clone(), value.as_str().into());
    }
    let mut expected = Object::new();
    let inherited = around
        .image
        .and_then(|image| image["Config"]["Env"].as_array());
    for line in inherited.into_iter().flatten().filter_map(Value::as_str) {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        expected.insert(name.into(), value.into());
    }
    expected.extend(own.clone());
    let setting = Setting::plain("env", Kind::Set, Section::Config, "Env", lines(&own));
    settings.push(setting.expecting(lines(&expected)));
    Ok(())
}

fn lines(variables: &Object) -> Value {
    let lines = variables
        .iter()
        .map(|(name, value)| format!("{name}={}", plain(value)));
    lines.collect::<Vec<_>>().into()
}

fn file(probe: &Probe, path: &HostPath) -> Result<Object, Failure> {
    let path = path.on(probe)?;
    let text = probe.read(&path)?;
    let mut variables = Object::new();
    for line in String::from_utf8_lossy(&text).lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let Some((name, value)) = line.trim().split_once('=') else {
            return Err(Failure::refused(format!(
                "Invalid line in environment file {}:\n{}",
                path.display(),
                line.trim()
            )));
        };
        variables.insert(name.into(), value.into());
    }
    Ok(variables)
}

/// The labels: those of the image count as well.
pub(super) fn labels(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    let Some(given) = &request.labels else {
        return Ok(());
    };
    let own = label_map(given)?;
    let inherited = around
        .image
        .and_then(|image| image["Config"]["Labels"].as_object());
    let inherited = inherited.cloned().unwrap_or_default();
    let mut expected = Object::new();
    match request.image_label_mismatch {
        LabelMismatch::Ignore => expected.extend(inherited),
        LabelMismatch::Fail => {
            let extra: Vec<String> = inherited
                .keys()
                .filter(|name| !own.contains_key(*name))
                .map(|name| format!("\"{name}\""))
                .collect();
            if around.strict_labels && !extra.is_empty() {
                return Err(Failure::refused(format!(
                    "Some labels should be removed but are present in the base image. You can set image_label_mismatch to \
                     'ignore' to ignore this error. Labels: {}",
                    extra.join(", ")
                )));
            }
        }
    }
    expected.extend(own.clone());
    let setting = Setting::plain("labels", Kind::Map, Section::Config, "Labels", own.into());
    settings.push(setting.expecting(expected.into()));
    Ok(())
}
