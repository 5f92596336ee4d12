//! All options of a container.

use {
    super::{
        DockerContainer, RestartPolicy,
        environment::{environment, labels},
        isolation::isolation,
        mounts::mounts,
        ports::ports,
        process::process,
        resources::resources,
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::{Failure, Probe},
        module::docker::{Engine, text::plain},
        wire::Object,
    },
    serde_json::{Value, json},
};

/// The options that can be compared, and what they are.
pub(super) const OPTIONS: [(&str, Kind); 77] = [
    ("auto_remove", Kind::Value),
    ("blkio_weight", Kind::Value),
    ("cap_drop", Kind::Set),
    ("capabilities", Kind::Set),
    ("cgroup_parent", Kind::Value),
    ("cgroupns_mode", Kind::Value),
    ("command", Kind::List),
    ("cpu_period", Kind::Value),
    ("cpu_quota", Kind::Value),
    ("cpu_shares", Kind::Value),
    ("cpus", Kind::Value),
    ("cpuset_cpus", Kind::Value),
    ("cpuset_mems", Kind::Value),
    ("detach", Kind::Value),
    ("device_cgroup_rules", Kind::List),
    ("device_read_bps", Kind::Maps),
    ("device_read_iops", Kind::Maps),
    ("device_requests", Kind::Maps),
    ("device_write_bps", Kind::Maps),
    ("device_write_iops", Kind::Maps),
    ("devices", Kind::Maps),
    ("dns_opts", Kind::Set),
    ("dns_search_domains", Kind::List),
    ("dns_servers", Kind::List),
    ("domainname", Kind::Value),
    ("entrypoint", Kind::List),
    ("env", Kind::Set),
    ("etc_hosts", Kind::Set),
    ("exposed_ports", Kind::Set),
    ("groups", Kind::Set),
    ("healthcheck", Kind::Map),
    ("hostname", Kind::Value),
    ("image", Kind::Value),
    ("init", Kind::Value),
    ("interactive", Kind::Value),
    ("ipc_mode", Kind::Value),
    ("kernel_memory", Kind::Value),
    ("labels", Kind::Map),
    ("links", Kind::Set),
    ("log_driver", Kind::Value),
    ("log_options", Kind::Map),
    ("mac_address", Kind::Value),
    ("memory", Kind::Value),
    ("memory_reservation", Kind::Value),
    ("memory_swap", Kind::Value),
    ("memory_swappiness", Kind::Value),
    ("mounts", Kind::Maps),
    ("network_mode", Kind::Value),
    ("networks", Kind::Maps),
    ("oom_killer", Kind::Value),
    ("oom_score_adj", Kind::Value),
    ("pid_mode", Kind::Value),
    ("pids_limit", Kind::Value),
    ("platform", Kind::Value),
    ("privileged", Kind::Value),
    ("publish_all_ports", Kind::Value),
    ("published_ports", Kind::Map),
    ("read_only", Kind::Value),
    ("restart_policy", Kind::Value),
    ("restart_retries", Kind::Value),
    ("runtime", Kind::Value),
    ("security_opts", Kind::Set),
    ("shm_size", Kind::Value),
    ("stop_signal", Kind::Value),
    ("stop_timeout", Kind::Value),
    ("storage_opts", Kind::Map),
    ("sysctls", Kind::Map),
    ("tmpfs", Kind::Map),
    ("tty", Kind::Value),
    ("ulimits", Kind::Maps),
    ("user", Kind::Value),
    ("userns_mode", Kind::Value),
    ("uts", Kind::Value),
    ("volume_driver", Kind::Value),
    ("volumes", Kind::Set),
    ("volumes_from", Kind::Set),
    ("working_dir", Kind::Value),
];

/// Other names of options.
pub(super) const ALIASES: [(&str, &str); 4] = [
    ("expose", "exposed_ports"),
    ("exposed", "exposed_ports"),
    ("log_opt", "log_options"),
    ("ports", "published_ports"),
];

/// What is known of the surroundings.
pub(super) struct Surroundings<'s> {
    pub probe: &'s Probe,
    pub engine: &'s Engine,
    /// The image whose own settings count.
    pub image: Option<&'s Value>,
    /// Labels are compared strictly.
    pub strict_labels: bool,
}

/// Settings in the making.
#[derive(Default)]
pub(super) struct Settings(pub Vec<Setting>);

impl Settings {
    pub(super) fn push(&mut self, setting: Setting) {
        self.0.push(setting);
    }

    /// An option in the container's own configuration.
    pub(super) fn config(
        &mut self,
        name: &'static str,
        key: &'static str,
        value: Option<impl Into<Value>>,
    ) {
        self.plain(name, Section::Config, key, value);
    }

    /// An option in the container's configuration by the host.
    pub(super) fn host(
        &mut self,
        name: &'static str,
        key: &'static str,
        value: Option<impl Into<Value>>,
    ) {
        self.plain(name, Section::HostConfig, key, value);
    }

    /// The same, for one that can be changed while the container is there.
    pub(super) fn limit(
        &mut self,
        name: &'static str,
        key: &'static str,
        value: Option<impl Into<Value>>,
    ) {
        if let Some(value) = value {
            let setting = Setting::plain(name, kind(name), Section::HostConfig, key, value.into());
            self.push(setting.updating(key));
        }
    }

    fn plain(
        &mut self,
        name: &'static str,
        section: Section,
        key: &'static str,
        value: Option<impl Into<Value>>,
    ) {
        if let Some(value) = value {
            self.push(Setting::plain(name, kind(name), section, key, value.into()));
        }
    }
}

fn kind(name: &str) -> Kind {
    let known = OPTIONS.iter().find(|(known, _)| *known == name);
    known.map_or(Kind::Value, |(_, kind)| *kind)
}

/// All that is asked for.
pub(super) fn settings(
    request: &DockerContainer,
    around: &Surroundings,
) -> Result<Vec<Setting>, Failure> {
    let mut settings = Settings::default();
    process(request, around, &mut settings)?;
    environment(request, around, &mut settings)?;
    labels(request, around, &mut settings)?;
    resources(request, &mut settings)?;
    isolation(request, around, &mut settings)?;
    mounts(request, around, &mut settings)?;
    ports(request, around, &mut settings)?;
    logging(request, &mut settings)?;
    restarting(request, &mut settings)?;
    Ok(settings.0)
}

fn logging(request: &DockerContainer, settings: &mut Settings) -> Result<(), Failure> {
    let Some(driver) = &request.log_driver else {
        return match request.log_options {
            None => Ok(()),
            Some(_) => Err(Failure::refused(
                "missing parameter(s) required by 'log_options': log_driver",
            )),
        };
    };
    let options = request.log_options.iter().flatten();
    let options: Object = options
        .map(|(name, value)| (name.clone(), plain(value).into()))
        .collect();
    let sent = json!({"Type": driver, "Config": options});
    let host = Section::HostConfig;
    let setting = Setting::plain("log_driver", Kind::Value, host, "LogConfig", sent);
    settings.push(
        setting
            .expecting(driver.as_str().into())
            .reading(|container| container["HostConfig"]["LogConfig"]["Type"].clone()),
    );
    if request.log_options.is_some() {
        let setting = Setting::plain("log_options", Kind::Map, host, "LogConfig", options.into());
        settings.push(
            setting
                .unsent()
                .reading(|container| container["HostConfig"]["LogConfig"]["Config"].clone()),
        );
    }
    Ok(())
}

fn restarting(request: &DockerContainer, settings: &mut Settings) -> Result<(), Failure> {
    let Some(policy) = request.restart_policy else {
        return match request.restart_retries {
            None => Ok(()),
            Some(_) => Err(Failure::refused(
                "missing parameter(s) required by 'restart_retries': restart_policy",
            )),
        };
    };
    let name = match policy {
        RestartPolicy::Always => "always",
        RestartPolicy::No => "no",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::UnlessStopped => "unless-stopped",
    };
    let key = "RestartPolicy";
    let retries = request.restart_retries.unwrap_or(0);
    let sent = json!({"Name": name, "MaximumRetryCount": retries});
    let setting = Setting::plain(
        "restart_policy",
        Kind::Value,
        Section::HostConfig,
        key,
        sent,
    );
    let setting = setting.updating(key).expecting(name.into());
    settings.push(setting.reading(|container| {
        match container["HostConfig"]["RestartPolicy"]["Name"].as_str() {
            None | Some("") => "no".into(),
            Some(name) => name.into(),
        }
    }));
    if let Some(retries) = request.restart_retries {
        let host = Section::HostConfig;
        let sent = json!({"Name": name, "MaximumRetryCount": retries});
        let setting = Setting::plain("restart_retries", Kind::Value, host, key, sent);
        let setting = setting.updating(key).expecting(retries.into());
        settings.push(setting.reading(|container| {
            container["HostConfig"]["RestartPolicy"]["MaximumRetryCount"].clone()
        }));
    }
    Ok(())
}
