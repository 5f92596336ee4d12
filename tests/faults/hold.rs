//! Two runs that would change the same host at once.

use super::{
    Check,
    ground::Ground,
    running::{Running, Told, wait_for},
};

pub const CHECKS: &[(&str, Check)] = &[(
    "a run does not change what another is changing",
    held_by_another,
)];

const LONG: &str =
    "    - command: sleep 4712\n      become: true\n      when: inventory_hostname == 'debian'\n";
const SHORT: &str = "    - file: {path: /srv/held, state: touch, modification_time: preserve, access_time: preserve}\n      become: true\n";

/// The second is refused on that host alone, a dry run looks all the same, and a run that was killed holds nothing.
fn held_by_another(ground: &Ground) -> Result<(), String> {
    let running = Running::start(ground.call(&["apply", "--format", "jsonl"], "", LONG)?)?;
    let sleeping = || ground.processes("debian", "sleep 4712");
    wait_for("the first run changes the host", || {
        Ok((!sleeping()?.is_empty()).then_some(()))
    })?;

    let told = ground.apply("", SHORT)?;
    told.well("centos")?;
    let message = told.last("debian")?.msg.clone().unwrap_or_default();
    if told.ran.code != 2 || !message.starts_with("another run of farcast is changing this host (")
    {
        return Err(format!("exit code {}: {message}", told.ran.code));
    }
    let plan = Running::start(ground.call(&["plan", "--format", "jsonl"], "", SHORT)?)?;
    Told::after(plan.end()?)?.well("debian")?;

    drop(running);
    wait_for("nothing of the first run is left", || {
        Ok(sleeping()?.is_empty().then_some(()))
    })?;
    let agents = || ground.processes("debian", "farcast-agent-");
    wait_for("its agents are gone", || {
        Ok(agents()?.is_empty().then_some(()))
    })?;
    ground.apply("", SHORT)?.well("debian")
}
