//! The arguments of `docker_container`, and its look.

mod change;
mod comparison;
mod environment;
mod isolation;
mod mounts;
mod networks;
mod options;
mod plan;
mod ports;
mod process;
mod resources;
mod setting;
mod work;

use {
    super::arguments::with_engine,
    crate::{
        act::{Failure, Look, Probe},
        module::{HostPath, Module},
        wire::{Mode, Object},
    },
    change::ContainerChange,
    plan::Plan,
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
};

with_engine! {
    /// Manage containers: make, start, stop, change and remove them.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub struct DockerContainer {
        /// The name, or the number of a container that is there.
        name: String,
        /// What it shall be: made and running (`started`), and passing its health check (`healthy`), made (`present`), not running
        /// (`stopped`), or not there (`absent`).
        #[serde(default)]
        state: State,
        /// The image, with its tag; or the number of one that is there.
        image: Option<String>,
        /// When to pull the image: `missing` (the default), `always`, `never`; `true` is `always`, `false` is `missing`.
        pull: Option<Value>,
        /// What a dry run says of `pull: always` where the image is there: nothing, or that it would change.
        #[serde(default)]
        pull_check_mode_behavior: PullForecast,
        /// How options are compared with those of the container, by their names: `strict`, `ignore`, `allow_more_present`; `*` stands
        /// for all.
        comparisons: Option<Object>,
        /// Make it anew even if nothing differs.
        #[serde(default)]
        recreate: bool,
        /// Restart it if it runs and nothing else is to be done.
        #[serde(default)]
        restart: bool,
        /// Kill it where it has to stop.
        #[schemars(extend("aliases" = ["forcekill"]))]
        #[serde(default)]
        force_kill: bool,
        /// The signal that kills it.
        kill_signal: Option<String>,
        /// Keep its volumes without names when it is removed.
        #[serde(default = "yes")]
        keep_volumes: bool,
        /// Freeze its processes, or let them go on.
        paused: Option<bool>,
        /// How many seconds its removal may take; without it, as long as it takes.
        removal_wait_timeout: Option<f64>,
        /// With `state: healthy`, how many seconds to wait for that; 0: as long as it takes.
        #[serde(default = "five_minutes")]
        healthy_wait_timeout: f64,
        /// Do not wait for its end. With false, the step fails if its command does.
        detach: Option<bool>,
        /// Without effect: with `detach: false`, what it says is in the result (`container.Output`).
        #[serde(default)]
        #[serde(rename = "output_logs")]
        _output_logs: bool,
        /// With `detach: false`, remove it after its end.
        #[serde(default)]
        cleanup: bool,
        /// With `compatibility`, options that are not given have the values that they had before version 2 of the collection.
        #[serde(default)]
        container_default_behavior: Defaults,
        /// With `compatibility`, lists are joined by spaces and split anew.
        #[serde(default)]
        command_handling: CommandHandling,
        /// Which image's own environment, labels, ports and volumes count: that which is asked for, or that which the container has.
        #[serde(default)]
        image_comparison: ImageComparison,
        /// Whether labels of the image that are not in `labels` are a fault, where labels are compared strictly.
        #[serde(default)]
        image_label_mismatch: LabelMismatch,
        /// Whether another name of the same image makes it anew.
        #[serde(default)]
        image_name_mismatch: NameMismatch,
        /// The address of the host for published ports that name none.
        default_host_ip: Option<String>,
        /// Join the first of `networks` instead of the usual network, as `docker run --network` does.
        #[serde(default = "yes")]
        networks_cli_compatible: bool,
        /// The engine removes it when its command ends.
        auto_remove: Option<bool>,
        /// The weight of its disk accesses, 10 to 1000.
        blkio_weight: Option<i64>,
        /// Capabilities that it has besides the usual ones.
        capabilities: Option<Vec<String>>,
        /// Capabilities that it does not have.
        cap_drop: Option<Vec<String>>,
        /// Its namespace of control groups.
        cgroupns_mode: Option<CgroupNamespace>,
        /// The control group above its own.
        cgroup_parent: Option<String>,
        /// The command: a list, or text that is split as a shell does.
        command: Option<Value>,
        /// The period in which `cpu_quota` counts, in microseconds.
        cpu_period: Option<i64>,
        /// How much of each period it may run, in microseconds.
        cpu_quota: Option<i64>,
        /// How many processors it may use.
        cpus: Option<f64>,
        /// On which processors it may run: `0-3` or `0,1`.
        cpuset_cpus: Option<String>,
        /// Which memory nodes it may use.
        cpuset_mems: Option<String>,
        /// The weight of its processor time.
        cpu_shares: Option<i64>,
        /// Devices of the host: `HOST:CONTAINER:rwm`.
        devices: Option<Vec<String>>,
        /// How many bytes a second it may read from devices: maps of `path` and `rate`.
        device_read_bps: Option<Vec<Object>>,
        /// How many bytes a second it may write to devices: maps of `path` and `rate`.
        device_write_bps: Option<Vec<Object>>,
        /// How often a second it may read from devices: maps of `path` and `rate`.
        device_read_iops: Option<Vec<Object>>,
        /// How often a second it may write to devices: maps of `path` and `rate`.
        device_write_iops: Option<Vec<Object>>,
        /// Requests for GPUs and the like: maps of `driver`, `count`, `device_ids`, `capabilities`, `options`.
        device_requests: Option<Vec<Object>>,
        /// Rules of the control group for devices.
        device_cgroup_rules: Option<Vec<String>>,
        /// Its DNS servers.
        dns_servers: Option<Vec<String>>,
        /// Its DNS options.
        dns_opts: Option<Vec<String>>,
        /// Its DNS search domains.
        dns_search_domains: Option<Vec<String>>,
        /// Its domain.
        domainname: Option<String>,
        /// Variables of its environment. Values have to be text.
        env: Option<Object>,
        /// A file on the host with lines `NAME=value` for its environment.
        env_file: Option<HostPath>,
        /// The command that the image's own gives way to.
        entrypoint: Option<Vec<String>>,
        /// Host names and addresses for its `/etc/hosts`.
        etc_hosts: Option<Object>,
        /// Ports that it listens on, besides those of the image.
        #[schemars(extend("aliases" = ["exposed", "expose"]))]
        exposed_ports: Option<Vec<String>>,
        /// Groups that its command is in, besides its own.
        groups: Option<Vec<String>>,
        /// How to see that it is well: `test`, `interval`, `timeout`, `retries`, `start_period`, `start_interval`,
        /// `test_cli_compatible`.
        healthcheck: Option<Object>,
        /// Its host name.
        hostname: Option<String>,
        /// Run an init that passes signals on and reaps processes.
        init: Option<bool>,
        /// Keep its standard input open.
        interactive: Option<bool>,
        /// Its namespace for interprocess communication.
        ipc_mode: Option<String>,
        /// The limit of the kernel's memory for it.
        kernel_memory: Option<String>,
        /// Its labels.
        labels: Option<Object>,
        /// Containers that it knows by name: `CONTAINER:ALIAS`.
        links: Option<Vec<String>>,
        /// What becomes of its output: `json-file`, `journald`, `none`, …
        log_driver: Option<String>,
        /// Options of the `log_driver`.
        #[schemars(extend("aliases" = ["log_opt"]))]
        log_options: Option<Object>,
        /// Its MAC address.
        mac_address: Option<String>,
        /// The limit of its memory: `512M`.
        memory: Option<String>,
        /// The memory that it keeps when there is little.
        memory_reservation: Option<String>,
        /// The limit of memory and swap together; `unlimited`: none.
        memory_swap: Option<String>,
        /// How readily its memory is swapped, 0 to 100.
        memory_swappiness: Option<i64>,
        /// What is mounted in it: maps of `target`, `source`, `type`, `read_only`, and more.
        mounts: Option<Vec<Object>>,
        /// Its network: `bridge`, `host`, `none`, `container:NAME`, or a network's name.
        network_mode: Option<String>,
        /// The networks that it is in: maps of `name`, `ipv4_address`, `ipv6_address`, `aliases`, `links`, `mac_address`.
        networks: Option<Vec<Object>>,
        /// Whether the kernel may not kill it when memory runs out.
        oom_killer: Option<bool>,
        /// How readily the kernel kills it when memory runs out.
        oom_score_adj: Option<i64>,
        /// Its namespace of processes.
        pid_mode: Option<String>,
        /// How many processes it may have; -1: any number.
        pids_limit: Option<i64>,
        /// The platform: `linux/amd64`.
        platform: Option<String>,
        /// Give it all that root on the host may do.
        privileged: Option<bool>,
        /// Publish all its ports at free ports of the host.
        publish_all_ports: Option<bool>,
        /// Ports of the host that lead to it: `8080:80`, `127.0.0.1:8080:80/tcp`, `9000-9010:9000-9010`, `80`.
        #[schemars(extend("aliases" = ["ports"]))]
        published_ports: Option<Vec<String>>,
        /// Its root file system is read only.
        read_only: Option<bool>,
        /// When the engine starts it again.
        restart_policy: Option<RestartPolicy>,
        /// How often, with `restart_policy: on-failure`.
        restart_retries: Option<i64>,
        /// The runtime.
        runtime: Option<String>,
        /// Security options.
        security_opts: Option<Vec<String>>,
        /// The size of its `/dev/shm`.
        shm_size: Option<String>,
        /// The signal that tells it to end.
        stop_signal: Option<String>,
        /// How many seconds it may take to end.
        stop_timeout: Option<i64>,
        /// Options of the storage driver.
        storage_opts: Option<Object>,
        /// Settings of the kernel in it.
        sysctls: Option<Object>,
        /// Where file systems in memory are mounted: `PATH` or `PATH:OPTIONS`.
        tmpfs: Option<Vec<String>>,
        /// It has a terminal.
        tty: Option<bool>,
        /// Limits: `nofile:1024:2048`.
        ulimits: Option<Vec<String>>,
        /// The user, or `USER:GROUP`, that its command runs as.
        user: Option<String>,
        /// Its namespace of users.
        userns_mode: Option<String>,
        /// Its namespace of host names.
        uts: Option<String>,
        /// The driver of its volumes.
        volume_driver: Option<String>,
        /// Volumes and directories of the host: `SOURCE:TARGET:ro`, or a path alone.
        volumes: Option<Vec<String>>,
        /// Containers whose volumes it has, too.
        volumes_from: Option<Vec<String>>,
        /// The directory that its command starts in.
        working_dir: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Absent,
    Healthy,
    Present,
    #[default]
    Started,
    Stopped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PullForecast {
    #[default]
    ImageNotPresent,
    Always,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Defaults {
    Compatibility,
    #[default]
    NoDefaults,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CommandHandling {
    Compatibility,
    #[default]
    Correct,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ImageComparison {
    CurrentImage,
    #[default]
    DesiredImage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum LabelMismatch {
    Fail,
    #[default]
    Ignore,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum NameMismatch {
    Ignore,
    #[default]
    Recreate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CgroupNamespace {
    Host,
    Private,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RestartPolicy {
    Always,
    No,
    OnFailure,
    UnlessStopped,
}

/// When to pull the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pull {
    Always,
    Missing,
    Never,
}

fn yes() -> bool {
    true
}

fn five_minutes() -> f64 {
    300.0
}

impl Module for DockerContainer {
    const NAME: &'static str = "docker_container";
    const COLLECTION: &'static str = "community.docker";
    type Delta = ContainerChange;

    fn look(&self, probe: &Probe) -> Result<Look<ContainerChange>, Failure> {
        let request = self.settled();
        let engine = request.engine(probe)?;
        let plan = Plan::make(&request, probe, &engine, false)?;
        let waits = plan.waits && probe.step().mode == Mode::Apply;
        if !plan.changes() && !waits {
            return Ok(Look::same(plan.values()));
        }
        Ok(Look::Change(ContainerChange {
            request,
            engine,
            plan,
        }))
    }
}

impl DockerContainer {
    /// With what follows from other arguments.
    fn settled(&self) -> Self {
        let mut request = self.clone();
        if self.container_default_behavior == Defaults::Compatibility {
            request.auto_remove.get_or_insert(false);
            request.detach.get_or_insert(true);
            request.init.get_or_insert(false);
            request.interactive.get_or_insert(false);
            request.memory.get_or_insert_with(|| "0".into());
            request.paused.get_or_insert(false);
            request.privileged.get_or_insert(false);
            request.read_only.get_or_insert(false);
            request.tty.get_or_insert(false);
        }
        let first = request.networks.iter().flatten().next();
        let first = first.and_then(|network| network.get("name")?.as_str());
        if request.networks_cli_compatible && request.network_mode.is_none() {
            request.network_mode = first.map(Into::into);
        }
        request
    }

    fn pull(&self) -> Result<Pull, Failure> {
        match &self.pull {
            None => Ok(Pull::Missing),
            Some(Value::Bool(true)) => Ok(Pull::Always),
            Some(Value::Bool(false)) => Ok(Pull::Missing),
            Some(Value::String(word)) => match word.to_ascii_lowercase().as_str() {
                "always" | "true" | "yes" => Ok(Pull::Always),
                "missing" | "false" | "no" => Ok(Pull::Missing),
                "never" => Ok(Pull::Never),
                _ => Err(wrong_pull(word)),
            },
            Some(other) => Err(wrong_pull(&other.to_string())),
        }
    }
}

fn wrong_pull(word: &str) -> Failure {
    Failure::refused(format!(
        "value of pull must be one of: never, missing, always, true, false, got: {word}"
    ))
}
