use {
    super::{
        CgroupNamespace, DockerContainer,
        options::{Settings, Surroundings},
        setting::{Kind, Section, Setting},
    },
    crate::{
        act::Failure,
        module::docker::{foresight::Foreseen, text::plain},
        wire::Object,
    },
    serde_json::Value,
};

/// What it may do, and what it shares with the host and other containers.
pub(super) fn isolation(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    capabilities(
        "capabilities",
        "CapAdd",
        request.capabilities.as_ref(),
        settings,
    );
    capabilities("cap_drop", "CapDrop", request.cap_drop.as_ref(), settings);
    settings.host("privileged", "Privileged", request.privileged);
    settings.host(
        "security_opts",
        "SecurityOpt",
        request.security_opts.clone(),
    );
    settings.host("read_only", "ReadonlyRootfs", request.read_only);
    settings.host("groups", "GroupAdd", request.groups.clone());
    settings.host("runtime", "Runtime", request.runtime.clone());
    settings.host(
        "cgroup_parent",
        "CgroupParent",
        request.cgroup_parent.clone(),
    );
    let cgroups = request.cgroupns_mode.map(|mode| match mode {
        CgroupNamespace::Host => "host",
        CgroupNamespace::Private => "private",
    });
    settings.host("cgroupns_mode", "CgroupnsMode", cgroups);
    settings.host("userns_mode", "UsernsMode", request.userns_mode.clone());
    settings.host("uts", "UTSMode", request.uts.clone());
    let of = |given: &Option<String>| given.as_ref().map(|mode| other(mode, around)).transpose();
    settings.host("ipc_mode", "IpcMode", of(&request.ipc_mode)?);
    settings.host("pid_mode", "PidMode", of(&request.pid_mode)?);
    let sysctls = request.sysctls.as_ref().map(|given| {
        let pairs = given
            .iter()
            .map(|(name, value)| (name.clone(), plain(value).into()));
        pairs.collect::<Object>()
    });
    settings.host("sysctls", "Sysctls", sysctls);
    network(request, around, settings)?;
    names(request, settings);
    Ok(())
}

/// Engines have them with `CAP_` or without.
fn capabilities(
    name: &'static str,
    key: &'static str,
    given: Option<&Vec<String>>,
    settings: &mut Settings,
) {
    fn short(name: &str) -> String {
        let name = name.to_ascii_uppercase();
        name.strip_prefix("CAP_").unwrap_or(&name).into()
    }
    let Some(given) = given else {
        return;
    };
    let expected: Vec<String> = given.iter().map(|name| short(name)).collect();
    let host = Section::HostConfig;
    let setting = Setting::plain(name, Kind::Set, host, key, given.clone().into());
    settings.push(
        setting
            .expecting(expected.into())
            .reading(move |container| {
                let found = container["HostConfig"][key]
                    .as_array()
                    .into_iter()
                    .flatten();
                let found = found.filter_map(Value::as_str).map(short);
                found.collect::<Vec<_>>().into()
            }),
    );
}

fn network(
    request: &DockerContainer,
    around: &Surroundings,
    settings: &mut Settings,
) -> Result<(), Failure> {
    let mode = request.network_mode.as_ref();
    if let Some(mode) = mode.map(|mode| other(mode, around)).transpose()? {
        let host = Section::HostConfig;
        let sent = Value::from(mode.as_str());
        let setting = Setting::plain("network_mode", Kind::Value, host, "NetworkMode", sent);
        settings.push(setting.reading(move |container| {
            let networks = &container["NetworkSettings"]["Networks"];
            let joined = !networks[mode.as_str()].is_null() && networks["bridge"].is_null();
            match container["HostConfig"]["NetworkMode"].as_str() {
                // What Podman calls any network that is a bridge.
                Some("bridge") if mode == "default" || joined => mode.as_str().into(),
                found => found.into(),
            }
        }));
    }
    let mac = request
        .mac_address
        .as_ref()
        .map(|mac| mac.replace('-', ":"));
    settings.config("mac_address", "MacAddress", mac);
    settings.config("hostname", "Hostname", request.hostname.clone());
    settings.config("domainname", "Domainname", request.domainname.clone());
    Ok(())
}

/// How it finds other hosts.
fn names(request: &DockerContainer, settings: &mut Settings) {
    settings.host("dns_servers", "Dns", request.dns_servers.clone());
    settings.host("dns_opts", "DnsOptions", request.dns_opts.clone());
    settings.host(
        "dns_search_domains",
        "DnsSearch",
        request.dns_search_domains.clone(),
    );
    let hosts = request.etc_hosts.as_ref().map(|given| {
        let lines = given
            .iter()
            .map(|(name, address)| format!("{name}:{}", plain(address)));
        lines.collect::<Vec<_>>()
    });
    settings.host("etc_hosts", "ExtraHosts", hosts);
    let links = request.links.as_ref().map(|given| {
        let links = given.iter().map(|link| {
            let (container, alias) = link.split_once(':').unwrap_or((link, link));
            format!("/{container}:/{}/{alias}", request.name)
        });
        links.collect::<Vec<_>>()
    });
    if let (Some(links), Some(given)) = (links, &request.links) {
        let host = Section::HostConfig;
        let setting = Setting::plain("links", Kind::Set, host, "Links", given.clone().into());
        settings.push(setting.expecting(links.into()));
    }
}

/// A mode that may name another container, which the engine knows by its number.
fn other(mode: &str, around: &Surroundings) -> Result<String, Failure> {
    let Some(name) = mode.strip_prefix("container:") else {
        return Ok(mode.into());
    };
    match around.engine.container(around.probe, name)? {
        Some(container) => Ok(format!("container:{}", plain(&container["Id"]))),
        None if Foreseen::container(name).there(around.probe) == Some(true) => Ok(mode.into()),
        None => Err(Failure::refused(format!(
            "Cannot find a container with name or ID \"{name}\""
        ))),
    }
}
