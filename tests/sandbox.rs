//! Throwaway hosts, for real: needs root and systemd-nspawn.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use farcast::sandbox::{HostSpec, Image, Sandbox, SandboxError, Scoped, Settings, of_place};

/// The machine's usual state directory, so that images are built once for everything on it.
fn settings() -> Settings {
    Settings::default()
}

fn run_name(purpose: &str) -> String {
    of_place(purpose, Path::new(env!("CARGO_MANIFEST_DIR")))
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

/// What this machine has of a run.
fn traces(directory: &Path) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    let place = directory.to_str().unwrap();
    let mut traces: Vec<String> = mounts
        .lines()
        .filter(|line| line.contains(place))
        .map(str::to_owned)
        .collect();
    traces.extend(directory.exists().then(|| place.to_owned()));
    traces.extend(
        directory
            .with_extension("lock")
            .exists()
            .then(|| format!("{place}.lock")),
    );
    traces
}

fn bridges() -> Vec<String> {
    let links = fs::read_dir("/sys/class/net").unwrap().flatten();
    links
        .filter_map(|link| link.file_name().into_string().ok())
        .filter(|name| name.starts_with("fc"))
        .collect()
}

#[test]
fn a_debian_host_is_debian_and_installs_nginx_by_apt() {
    let sandbox = up("debian", &[spec("web", Image::Debian12)]);
    assert!(as_root(&sandbox, "web", &["cat", "/etc/os-release"]).contains("ID=debian\n"));
    assert_eq!(
        as_operator(&sandbox, "web", "hostname; sudo -n id -un"),
        "web\nroot\n"
    );
    assert!(
        !sandbox
            .exec("web", &["test", "-e", "/usr/bin/python3"])
            .unwrap()
            .status
            .success()
    );
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
    sandbox.down().unwrap();
}

#[test]
fn a_centos_host_looks_like_el_and_installs_nginx_by_dnf() {
    let sandbox = up("centos", &[spec("web", Image::Centos9)]);
    assert!(as_root(&sandbox, "web", &["cat", "/etc/os-release"]).contains("ID=\"centos\"\n"));
    assert_eq!(
        as_operator(&sandbox, "web", "hostname; sudo -n id -un"),
        "web\nroot\n"
    );
    as_root(&sandbox, "web", &["dnf", "install", "-y", "nginx"]);
    as_root(&sandbox, "web", &["systemctl", "start", "nginx"]);
    assert!(page(&sandbox, "web").contains("Welcome to nginx!"));
    sandbox.down().unwrap();
}
