use {
    super::{
        CommandHandling, DockerContainer,
        options::{Settings, Surroundings},
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::Failure,
        module::docker::{
            Part,
            text::{duration, plain},
        },
        wire::Object,
    },
    serde_json::{Value, json},
};

/// What runs in it, and how.
pub(super) fn process(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    command(request, around, settings)?;
    let entrypoint = request.entrypoint.clone();
    let entrypoint = match (entrypoint, request.command_handling) {
        (Some(words), CommandHandling::Compatibility) => again(&words)?,
        (words, _) => words,
    };
    settings.config("entrypoint", "Entrypoint", entrypoint);
    settings.config("user", "User", request.user.clone());
    settings.config("working_dir", "WorkingDir", request.working_dir.clone());
    settings.config("tty", "Tty", request.tty);
    settings.config("stop_signal", "StopSignal", request.stop_signal.clone());
    settings.config("stop_timeout", "StopTimeout", request.stop_timeout);
    settings.host("init", "Init", request.init);
    settings.host("auto_remove", "AutoRemove", request.auto_remove);
    streams(request, settings);
    if let Some(given) = &request.healthcheck {
        let check = health(given)?;
        let setting = Setting::plain(
            "healthcheck",
            Kind::Map,
            Section::Config,
            "Healthcheck",
            check,
        );
        settings.push(
            setting.reading(|container| match &container["Config"]["Healthcheck"] {
                Value::Null => json!({"Test": ["NONE"]}),
                check => check.clone(),
            }),
        );
    }
    Ok(())
}

fn command(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    let words = match &request.command {
        None => return Ok(()),
        Some(Value::Array(words)) => words.iter().map(plain).collect(),
        Some(text) => split(&plain(text))?,
    };
    let words: Vec<String> = match request.command_handling {
        CommandHandling::Correct => words,
        CommandHandling::Compatibility => match again(&words)? {
            Some(words) => words,
            None => return Ok(()),
        },
    };
    let usual = around.image.map(|image| image["Config"]["Cmd"].clone());
    let usual = usual.filter(|usual| words.is_empty() && !usual.is_null());
    let sent = Value::from(words);
    let expected = usual.unwrap_or_else(|| sent.clone());
    let setting = Setting::plain("command", Kind::List, Section::Config, "Cmd", sent);
    settings.push(setting.expecting(expected));
    Ok(())
}

/// Words as old versions of the collection took them: joined and split again. No words count as none given.
fn again(words: &[String]) -> Result<Option<Vec<String>>, Failure> {
    match words.is_empty() {
        true => Ok(None),
        false => split(&words.join(" ")).map(Some),
    }
}

fn split(text: &str) -> Result<Vec<String>, Failure> {
    shlex::split(text)
        .ok_or_else(|| Failure::refused(format!("command: a quotation in {text} does not end")))
}

/// Standard input and output.
fn streams(request: &DockerContainer, settings: &mut Settings) {
    if request.interactive.is_none() && request.detach.is_none() {
        return;
    }
    let interactive = request.interactive.unwrap_or(false);
    let attached = request.detach == Some(false);
    let config = Section::Config;
    for (key, value) in [
        ("AttachStdout", attached),
        ("AttachStderr", attached),
        ("AttachStdin", attached && interactive),
        ("StdinOnce", attached && interactive),
    ] {
        let setting = Setting::plain("", Kind::Value, config, key, value.into());
        settings.push(setting.expecting(Value::Null).reading(|_| Value::Null));
    }
    let name = if request.interactive.is_some() {
        "interactive"
    } else {
        ""
    };
    let setting = Setting::plain(name, Kind::Value, config, "OpenStdin", interactive.into());
    let compared = request.interactive.is_some();
    settings.push(setting.reading(move |container| {
        let open = container["Config"]["OpenStdin"].as_bool().unwrap_or(false);
        (open && compared).into()
    }));
    if let Some(detach) = request.detach {
        let setting = Setting::plain("detach", Kind::Value, config, "AttachStdout", detach.into());
        settings.push(setting.unsent().reading(|container| {
            let attached = |key: &str| container["Config"][key].as_bool().unwrap_or(false);
            Value::from(!(attached("AttachStdout") && attached("AttachStderr")))
        }));
    }
}

/// A health check as the engine takes it. Without a test there is to be none.
fn health(given: &Object) -> Result<Value, Failure> {
    let keys = [
        "test",
        "test_cli_compatible",
        "interval",
        "timeout",
        "start_period",
        "start_interval",
        "retries",
    ];
    let part = Part::new("healthcheck", given, &keys)?;
    let test = match part.value("test") {
        None => None,
        Some(Value::Array(words)) => Some(words.iter().map(plain).collect()),
        Some(text) => Some(vec!["CMD-SHELL".to_owned(), plain(text)]),
    };
    let inherits = part.flag("test_cli_compatible")? == Some(true);
    let test = test.filter(|words| !words.is_empty());
    let mut check = Object::new();
    match test {
        Some(test) => drop(check.insert("Test".into(), test.into())),
        None if inherits => {}
        None => drop(check.insert("Test".into(), json!(["NONE"]))),
    }
    for (key, name) in [
        ("interval", "Interval"),
        ("timeout", "Timeout"),
        ("start_period", "StartPeriod"),
        ("start_interval", "StartInterval"),
    ] {
        let time = part.text(key)?.map(|text| duration(&text)).transpose()?;
        if let Some(time @ 1..) = time {
            check.insert(name.into(), time.into());
        }
    }
    if let Some(retries @ 1..) = part.number("retries")? {
        check.insert("Retries".into(), retries.into());
    }
    Ok(check.into())
}
