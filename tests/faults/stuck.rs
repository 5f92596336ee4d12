//! A host that stands still holds the others no longer than the time of its step, and is named meanwhile.

use super::{
    Check,
    ground::Ground,
    running::{Running, Told, wait_for},
};

pub const CHECKS: &[(&str, Check)] = &[("an agent that stands still", frozen_agent)];

/// Neither its step nor what is asked of it afterwards comes to an end by itself.
fn frozen_agent(ground: &Ground) -> Result<(), String> {
    let tasks = "    - command: sleep 4712\n      timeout: 6\n      when: inventory_hostname == 'debian'\n    - command: hostname\n";
    let running = Running::start(ground.call(&["apply", "--format", "jsonl"], "", tasks)?)?;
    wait_for("the step runs", || {
        let sleeping = ground.processes("debian", "sleep 4712")?;
        Ok((!sleeping.is_empty()).then_some(()))
    })?;
    let agents = ground.processes("debian", "/farcast-agent-")?;
    ground.signal("debian", "-STOP", &agents)?;
    let told = Told::after(running.end()?)?;
    // When it goes on, it finds that it is on its own, and ends what it started.
    ground.signal("debian", "-CONT", &agents)?;
    wait_for("nothing of the step is left", || {
        let sleeping = ground.processes("debian", "sleep 4712")?;
        Ok(sleeping.is_empty().then_some(()))
    })?;

    told.well("centos")?;
    if told.waited_for() != ["debian"] {
        return Err(format!("waited for {:?}", told.waited_for()));
    }
    told.must(2, "debian", "Task failed: Timed out after 6 second(s).")
}
