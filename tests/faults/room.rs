//! Hosts that have no place for the agent, or none for a file.

use super::{Check, ground::Ground};

pub const CHECKS: &[(&str, Check)] = &[
    ("no space for the agent anywhere", no_space),
    ("programs may run nowhere", noexec_everywhere),
    ("a home where programs may not run", noexec_home),
    ("no space for a file", no_space_for_a_file),
];

/// Every place where the agent of the user `plain` could be kept.
const PLACES: [&str; 4] = ["/home/plain/.cache", "/var/tmp", "/dev/shm", "/tmp"];

/// As a list of reasons names them.
fn reasons(reason: &str, uid: &str) -> String {
    let kept = PLACES.map(|place| match place {
        "/home/plain/.cache" => format!("{place}/farcast: {reason}"),
        place => format!("{place}/farcast-{uid}: {reason}"),
    });
    kept.join("; ")
}

/// Runs as the user `plain` while these directories of debian are small file systems of their own.
fn with_mounts(
    ground: &Ground,
    places: &[&str],
    options: &str,
) -> Result<super::running::Told, String> {
    let mounted = places.iter().try_for_each(|place| {
        let mode = format!("mode=1777,{options}");
        ground
            .on(
                "debian",
                &["mount", "-t", "tmpfs", "-o", &mode, "none", place],
            )
            .map(drop)
    });
    let told = mounted.and_then(|()| ground.apply("debian ansible_user=plain\n", "    - ping:\n"));
    for place in places {
        // It was not mounted where the mount before it failed, which is told.
        let _ = ground.on("debian", &["umount", "-l", place]);
    }
    told
}

fn plain_uid(ground: &Ground) -> Result<String, String> {
    Ok(ground
        .on("debian", &["id", "-u", "plain"])?
        .trim()
        .to_owned())
}

fn no_space(ground: &Ground) -> Result<(), String> {
    let told = with_mounts(ground, &PLACES, "size=64k")?;
    let reasons = reasons("no space", &plain_uid(ground)?);
    told.must(
        4,
        "debian",
        &format!(
            "no space on the host for the agent ({reasons}); free some in one of these directories"
        ),
    )?;
    told.well("centos")
}

fn noexec_everywhere(ground: &Ground) -> Result<(), String> {
    let told = with_mounts(ground, &PLACES, "noexec")?;
    let reasons = reasons("noexec", &plain_uid(ground)?);
    told.must(
        4,
        "debian",
        &format!(
            "programs may not run from any directory where the agent could be kept ({reasons}); mount one of them without \
             `noexec`, or set XDG_CACHE_HOME there"
        ),
    )?;
    told.well("centos")
}

fn noexec_home(ground: &Ground) -> Result<(), String> {
    with_mounts(ground, &PLACES[..1], "noexec")?.well("debian")
}

/// The old file stays as it was, and nothing is left beside it.
fn no_space_for_a_file(ground: &Ground) -> Result<(), String> {
    let small = "/srv/small";
    ground.on("debian", &["mkdir", "-p", small])?;
    ground.on(
        "debian",
        &["mount", "-t", "tmpfs", "-o", "size=64k", "none", small],
    )?;
    ground.on("debian", &["sh", "-c", "echo old >/srv/small/file"])?;
    let content = "x".repeat(200_000);
    std::fs::write(ground.file("large"), content).map_err(|error| error.to_string())?;
    let task = "    - copy: {src: large, dest: /srv/small/file}\n      become: true\n      when: inventory_hostname == 'debian'\n";
    let told = ground.apply("", task)?;
    let left = ground.on(
        "debian",
        &["sh", "-c", "ls -A /srv/small; cat /srv/small/file"],
    )?;
    ground.on("debian", &["umount", small])?;
    if left != "file\nold\n" {
        return Err(format!("the directory holds {left}"));
    }
    let message = told.last("debian")?.msg.clone().unwrap_or_default();
    if told.ran.code == 2
        && message.contains("/srv/small/")
        && message.contains("No space left on device")
    {
        Ok(())
    } else {
        Err(format!("exit code {}: {message}", told.ran.code))
    }
}
