//! How a run ends, and what its exit code says.

use super::{
    Check,
    farcast_program::Ran,
    ground::Ground,
    running::{Running, wait_for},
};

pub const CHECKS: &[(&str, Check)] = &[
    (
        "Ctrl-C ends the agents and says what is unknown",
        interrupted,
    ),
    ("exit codes say how it went", exit_codes),
    ("bad input touches no host", bad_input),
];

fn interrupted(ground: &Ground) -> Result<(), String> {
    let tasks = "    - name: A long step\n      command: sleep 4712\n      become: true\n    - name: Never reached\n      ping:\n";
    let running = Running::start(ground.call(&["apply"], "", tasks)?)?;
    for host in ["debian", "centos"] {
        wait_for("the step runs", || {
            let sleeping = ground.processes(host, "sleep 4712")?;
            Ok((!sleeping.is_empty()).then_some(()))
        })?;
    }
    running.interrupt()?;
    let ran = running.end()?;

    for host in ["debian", "centos"] {
        wait_for("nothing is left running", || {
            let left = [
                ground.processes(host, "sleep 4712")?,
                ground.processes(host, "farcast-agent")?,
            ];
            Ok(left.concat().is_empty().then_some(()))
        })?;
    }
    let wanted = "Interrupted; whether these steps were carried out is not known:\n    centos: [A long step]\n    debian: [A long step]\n";
    if ran.code == 130 && ran.stdout.contains(wanted) && !ran.stdout.contains("Never reached") {
        Ok(())
    } else {
        Err(ran.said())
    }
}

fn exit_codes(ground: &Ground) -> Result<(), String> {
    let touch = "    - copy: {content: x, dest: /tmp/farcast-exit-code}\n";
    let codes = [
        ("apply", "    - ping:\n", 0),
        ("apply", "    - command: \"false\"\n", 2),
        ("plan", touch, 3),
        ("apply", touch, 0),
        ("plan", touch, 0),
        ("apply", "    - pign:\n", 1),
    ];
    for (verb, tasks, code) in codes {
        let ran = Ran::of(ground.call(&[verb], "", tasks)?)?;
        if ran.code != code {
            return Err(format!(
                "{verb} of {tasks} should end with {code}: {}",
                ran.said()
            ));
        }
    }
    let ran = Ran::of(ground.call(&["apply"], "debian ansible_port=9\n", "    - ping:\n")?)?;
    if ran.code == 4 {
        Ok(())
    } else {
        Err(ran.said())
    }
}

/// The mistake is in the last task; the first would change something.
fn bad_input(ground: &Ground) -> Result<(), String> {
    let tasks = "    - copy: {content: x, dest: /tmp/farcast-untouched}\n    - copy: {contents: x, dest: /tmp/other}\n";
    let ran = Ran::of(ground.call(&["apply"], "", tasks)?)?;
    for host in ["debian", "centos"] {
        ground.on(host, &["test", "!", "-e", "/tmp/farcast-untouched"])?;
    }
    let said = format!("{}{}", ran.stdout, ran.stderr);
    let places = ["playbook.yml", "contents", "content"];
    if ran.code == 1 && places.iter().all(|word| said.contains(word)) {
        Ok(())
    } else {
        Err(ran.said())
    }
}
