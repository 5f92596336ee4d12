//! Throwaway hosts, for real: needs root and systemd-nspawn.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Output},
};

use farcast::sandbox::{HostSpec, Image, Sandbox, SandboxError, Scoped, Settings, run_name_for};

/// The machine's usual state directory, so that images are built once for everything on it.
fn settings() -> Settings {
    Settings::default()
}

fn run_name(purpose: &str) -> String {
    run_name_for(purpose, Path::new(env!("CARGO_MANIFEST_DIR")))
}

fn spec(name: &str, image: Image) -> HostSpec {
    HostSpec {
        name: name.to_owned(),
        image,
    }
}

fn up(purpose: &str, hosts: &[HostSpec]) -> Scoped {
    let made = Sandbox::up(&settings(), &run_name(purpose), hosts, &|line| {
        eprintln!("{line}")
    });
    made.unwrap_or_else(|error| panic!("{error}")).scoped()
}

/// The output of a program that must have ended well.
fn good(what: &str, output: &Output) -> String {
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{what}: {said}");
    said
}

fn as_root(sandbox: &Sandbox, host: &str, argv: &[&str]) -> String {
    good(&argv.join(" "), &sandbox.exec(host, argv).unwrap())
}

fn as_operator(sandbox: &Sandbox, host: &str, command: &str) -> String {
    let argv = sandbox.ssh_command(host).unwrap();
    good(
        command,
        &Command::new(&argv[0])
            .args(&argv[1..])
            .arg(command)
            .output()
            .unwrap(),
    )
}

/// Gets a page over HTTP with nothing but a shell on the host's side and a socket on ours.
fn page(sandbox: &Sandbox, host: &str) -> String {
    use std::io::{Read, Write};
    let address = sandbox
        .hosts()
        .into_iter()
        .find(|view| view.name == host)
        .unwrap()
        .address;
    let mut stream = std::net::TcpStream::connect((address, 80)).unwrap();
    write!(stream, "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

/// The run's own record of what it made.
fn record(sandbox: &Sandbox) -> serde_json::Value {
    serde_json::from_slice(&fs::read(sandbox.directory().join("state.json")).unwrap()).unwrap()
}

/// What this machine still has of a run whose record this was.
fn traces(directory: &Path, record: &serde_json::Value) -> Vec<String> {
    let bridge = record["bridge"].as_str().unwrap();
    let place = directory.to_str().unwrap();
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    let mut traces: Vec<String> = mounts
        .lines()
        .filter(|line| line.contains(place))
        .map(str::to_owned)
        .collect();
    let files = [
        directory.to_owned(),
        directory.with_extension("lock"),
        Path::new("/sys/class/net").join(bridge),
        Path::new("/sys/fs/cgroup").join(format!("{bridge}0")),
        Path::new("/sys/fs/cgroup/systemd").join(format!("{bridge}0")),
        Path::new("/run/systemd/nspawn/propagate").join(format!("{bridge}0")),
    ];
    traces.extend(
        files
            .iter()
            .filter(|file| file.exists())
            .map(|file| file.display().to_string()),
    );
    let rules = Command::new("nft")
        .args(["list", "ruleset"])
        .output()
        .unwrap();
    let rules = String::from_utf8_lossy(&rules.stdout).into_owned();
    traces.extend(
        rules
            .lines()
            .filter(|line| line.contains(bridge))
            .map(str::to_owned),
    );
    traces
}

#[test]
fn a_debian_host_is_debian_and_leaves_nothing() {
    let sandbox = up("debian", &[spec("web", Image::Debian12)]);
    assert!(as_root(&sandbox, "web", &["cat", "/etc/os-release"]).contains("ID=debian\n"));
    assert_eq!(
        as_operator(&sandbox, "web", "hostname; sudo -n true && sudo -n id -un"),
        "web\nroot\n"
    );
    let python = sandbox
        .exec("web", &["test", "-e", "/usr/bin/python3"])
        .unwrap();
    assert_eq!(python.status.code(), Some(1), "a host needs no Python");
    let login = as_root(&sandbox, "web", &["sshd", "-T"]);
    assert!(login.contains("passwordauthentication yes"), "{login}");
    as_root(
        &sandbox,
        "web",
        &[
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "nginx",
        ],
    );
    assert!(page(&sandbox, "web").contains("Welcome to nginx!"));

    let (directory, record) = (sandbox.directory().to_owned(), record(&sandbox));
    let root = fs::metadata(directory.join("hosts/web/root")).unwrap();
    let nspawn_lock = format!(
        "/run/systemd/nspawn/locks/inode-{}:{}",
        root.dev(),
        root.ino()
    );
    assert!(Path::new(&nspawn_lock).exists());
    sandbox.down().unwrap();
    assert_eq!(traces(&directory, &record), [""; 0]);
    assert!(
        !Path::new(&nspawn_lock).exists(),
        "nspawn had time to clear up"
    );
}

#[test]
fn a_centos_host_looks_like_el_and_its_packages_work() {
    let sandbox = up("centos", &[spec("web", Image::Centos9)]);
    assert!(as_root(&sandbox, "web", &["cat", "/etc/os-release"]).contains("ID=\"centos\"\n"));
    assert_eq!(
        as_operator(&sandbox, "web", "hostname; sudo -n true && sudo -n id -un"),
        "web\nroot\n"
    );
    for absent in ["apt-get", "dpkg"] {
        assert!(
            !sandbox
                .exec("web", &["which", absent])
                .unwrap()
                .status
                .success(),
            "{absent}"
        );
    }
    as_root(
        &sandbox,
        "web",
        &["systemctl", "is-active", "sshd.service", "crond.service"],
    );

    as_root(&sandbox, "web", &["dnf", "install", "-y", "nginx"]);
    assert!(as_root(&sandbox, "web", &["rpm", "-q", "nginx"]).starts_with("nginx-1."));
    as_root(&sandbox, "web", &["systemctl", "start", "nginx"]);
    assert!(page(&sandbox, "web").contains("Welcome to nginx!"));
    as_root(&sandbox, "web", &["yum", "remove", "-y", "nginx"]);
    assert_eq!(
        sandbox
            .exec("web", &["rpm", "-q", "nginx"])
            .unwrap()
            .status
            .code(),
        Some(1)
    );

    let mut install = vec!["dnf", "install", "-y", "supervisor", "postgresql-server"];
    install.extend([
        "curl",
        "wget",
        "vim-enhanced",
        "nano",
        "jq",
        "tar",
        "unzip",
        "rsync",
    ]);
    as_root(&sandbox, "web", &install);
    for program in ["curl", "wget", "vim", "nano", "jq", "tar", "rsync"] {
        as_root(&sandbox, "web", &[program, "--version"]);
    }
    as_root(&sandbox, "web", &["unzip", "-v"]);
    as_root(&sandbox, "web", &["systemctl", "start", "supervisord"]);
    assert!(
        as_root(&sandbox, "web", &["supervisorctl", "pid"])
            .trim()
            .parse::<u32>()
            .is_ok()
    );
    as_root(&sandbox, "web", &["postgresql-setup", "--initdb"]);
    as_root(&sandbox, "web", &["systemctl", "start", "postgresql"]);
    let one = as_root(
        &sandbox,
        "web",
        &[
            "runuser",
            "-l",
            "postgres",
            "-c",
            "psql -Atc 'show server_encoding'",
        ],
    );
    assert_eq!(one, "UTF8\n");
    sandbox.down().unwrap();
}

#[test]
fn hosts_of_a_run_know_each_other_and_a_question_changes_no_disk() {
    let hosts = [spec("db", Image::Debian12), spec("app", Image::Centos9)];
    let sandbox = up("pair", &hosts);
    let inventory = fs::read_to_string(sandbox.inventory()).unwrap();
    assert!(
        inventory.contains("[debian_12]\ndb ansible_host=10."),
        "{inventory}"
    );
    as_root(
        &sandbox,
        "db",
        &[
            "bash",
            "-c",
            "exec 3<>/dev/tcp/app/22 && read -r line <&3 && [[ $line == SSH-* ]]",
        ],
    );

    as_root(
        &sandbox,
        "db",
        &["systemctl", "is-system-running", "--wait"],
    );
    as_root(
        &sandbox,
        "app",
        &["systemctl", "is-system-running", "--wait"],
    );
    let disks = || ["db", "app"].map(|host| sandbox.fingerprint(host).unwrap());
    let before = disks();
    as_root(&sandbox, "db", &["apt-get", "-s", "install", "nginx"]);
    as_root(&sandbox, "app", &["rpm", "-qa"]);
    as_root(&sandbox, "app", &["dnf", "-q", "list", "jq"]);
    assert_eq!(disks(), before);
    as_root(&sandbox, "app", &["touch", "/etc/new"]);
    assert_eq!(disks()[0], before[0]);
    assert_ne!(disks()[1], before[1]);
    assert!(sandbox.upper("app").unwrap().join("etc/new").exists());
    sandbox.down().unwrap();
}

#[test]
fn a_machine_that_lost_its_nspawn_is_found_and_cleared_by_the_next_run() {
    let purpose = "lost";
    let sandbox = up(purpose, &[spec("a", Image::Debian12)]);
    let (directory, lost) = (sandbox.directory().to_owned(), record(&sandbox));
    let nspawn = lost["hosts"][0]["nspawn"]["pid"].to_string();
    assert!(
        Command::new("kill")
            .args(["-9", &nspawn])
            .status()
            .unwrap()
            .success()
    );
    // The machine goes on without its parent, on its file system, and still answers.
    as_root(&sandbox, "a", &["touch", "/etc/old"]);

    let again = up(purpose, &[spec("a", Image::Debian12)]);
    assert_eq!(
        again
            .exec("a", &["test", "-e", "/etc/old"])
            .unwrap()
            .status
            .code(),
        Some(1)
    );
    let record = record(&again);
    again.down().unwrap();
    assert_eq!(traces(&directory, &record), [""; 0]);
    assert_eq!(traces(&directory, &lost), [""; 0]);
    // The first value still believes in its run; ending what has ended is fine.
    sandbox.down().unwrap();
}

#[test]
fn a_run_that_is_not_there_says_which_are() {
    let name = run_name("absent");
    let error = Sandbox::open(&settings(), &name).unwrap_err();
    assert!(matches!(error, SandboxError::NoRun { run, .. } if run == name));
}
