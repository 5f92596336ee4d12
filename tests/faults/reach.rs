//! Hosts that cannot be reached, or are not who they should be.

use std::{fs, process::Command};

use super::{Check, ground::Ground};

pub const CHECKS: &[(&str, Check)] = &[
    ("a port where nobody listens", refused),
    ("a name that does not resolve", no_such_name),
    ("an address where no host is", no_route),
    ("a key that the host does not know", wrong_key),
    ("a host whose key is not known", unknown_host_key),
    ("a host whose key has changed", changed_host_key),
];

const PING: &str = "    - ping:\n";

/// One host fails so, and the other goes on.
fn alone(ground: &Ground, inventory: &str, message: &str) -> Result<(), String> {
    let told = ground.apply(inventory, PING)?;
    told.must(4, "debian", message)?;
    told.well("centos")
}

fn refused(ground: &Ground) -> Result<(), String> {
    let place = ground.host("debian")?.address;
    alone(
        ground,
        "debian ansible_port=9\n",
        &format!(
            "{place}:9 refused the connection; check that sshd runs there and listens on this port (`ansible_port`)"
        ),
    )
}

fn no_such_name(ground: &Ground) -> Result<(), String> {
    alone(
        ground,
        "debian ansible_host=no-such-host.invalid\n",
        "the name `no-such-host.invalid` does not resolve; check its spelling, `ansible_host`, and the name service of \
         this machine",
    )
}

fn no_route(ground: &Ground) -> Result<(), String> {
    let [a, b, c, _] = ground.host("debian")?.address.octets();
    alone(
        ground,
        &format!("debian ansible_host={a}.{b}.{c}.250\n"),
        &format!(
            "no way to {a}.{b}.{c}.250: ssh: connect to host {a}.{b}.{c}.250 port 22: No route to host"
        ),
    )
}

fn wrong_key(ground: &Ground) -> Result<(), String> {
    let place = ground.host("debian")?.address;
    let key = key_pair(ground, "stranger")?;
    alone(
        ground,
        &format!("debian ansible_ssh_private_key_file={key}\n"),
        &format!(
            "{place} did not let `operator` log in; tried: the key {key}; the host takes publickey, password; check the user (`ansible_user`), the key \
             (`--private-key`), and that its public half is in `authorized_keys` there"
        ),
    )
}

fn unknown_host_key(ground: &Ground) -> Result<(), String> {
    let place = ground.host("debian")?.address;
    let fingerprint = fingerprint(ground)?;
    let file = ground.file("nobody_known");
    fs::write(&file, "").map_err(|error| error.to_string())?;
    let inventory = format!(
        "debian ansible_ssh_common_args='-o UserKnownHostsFile={}'\n",
        file.display()
    );
    alone(
        ground,
        &inventory,
        &format!(
            "the key of {place} is not known: ssh-ed25519 {fingerprint}; compare it with the host's own (`ssh-keygen -lf \
             /etc/ssh/ssh_host_*_key.pub` on its console), then accept it with `--accept-new-host-keys`"
        ),
    )?;
    accepted(ground, &inventory)
}

/// What was unknown is believed where it was said so, and known from then on.
fn accepted(ground: &Ground, inventory: &str) -> Result<(), String> {
    let verb = ["apply", "--accept-new-host-keys"];
    for verb in [&verb[..], &verb[..1]] {
        let ran = super::farcast_program::Ran::of(ground.call(verb, inventory, PING)?)?;
        if ran.code != 0 {
            return Err(format!("{verb:?}: {}", ran.said()));
        }
    }
    Ok(())
}

fn changed_host_key(ground: &Ground) -> Result<(), String> {
    let place = ground.host("debian")?.address;
    let other = key_pair(ground, "other_host")?;
    let public = fs::read_to_string(format!("{other}.pub")).map_err(|error| error.to_string())?;
    let file = ground.file("once_known");
    fs::write(&file, format!("{place} {public}")).map_err(|error| error.to_string())?;
    let inventory = format!(
        "debian ansible_ssh_common_args='-o UserKnownHostsFile={}'\n",
        file.display()
    );
    let message = format!(
        "THE KEY OF {place} HAS CHANGED, so this may be another machine that poses as it; refused. The key that was known \
         stands in line 1 of {} (ED25519); if the host was really set up anew, remove that line",
        file.display()
    );
    alone(ground, &inventory, &message)?;
    // Nobody can wave this through.
    let trusting = ["apply", "--format", "jsonl", "--accept-new-host-keys"];
    let told = super::running::Told::of(ground.call(&trusting, &inventory, PING)?)?;
    told.must(4, "debian", &message)
}

/// Makes a key pair on the controller.
fn key_pair(ground: &Ground, name: &str) -> Result<String, String> {
    let path = ground.file(name);
    let mut keygen = Command::new("ssh-keygen");
    keygen
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&path);
    let status = keygen.status().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(path.to_string_lossy().into_owned())
    } else {
        Err(format!("ssh-keygen: {status}"))
    }
}

/// The fingerprint of debian's key, as ssh-keygen tells it.
fn fingerprint(ground: &Ground) -> Result<String, String> {
    let place = ground.host("debian")?.address.to_string();
    let mut keygen = Command::new("ssh-keygen");
    keygen.arg("-lf").arg(ground.known_hosts());
    let output = keygen.output().map_err(|error| error.to_string())?;
    let list = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = list.lines().find(|line| line.contains(&place));
    let words = line.and_then(|line| line.split(' ').nth(1));
    words.map(str::to_owned).ok_or(list)
}
