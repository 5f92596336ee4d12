//! Modules that are not farcast's own, on real hosts: of every kind, in a dry run, as jobs, as another user, and when they fail.
//!
//! Needs `FARCAST_ORACLE`: the directory of ansible-core's programs, whose `python` packs modules in Python.
#![cfg(feature = "controller")]

#[path = "../farcast/mod.rs"]
mod farcast_program;

use std::path::{Path, PathBuf};

use farcast::{
    event::{Event, Status},
    sandbox::{HostSpec, Image, Sandbox, Scoped, Settings, run_name_for},
};

use farcast_program::{Farcast, Ran};

/// The hosts: `debian` has no Python, `centos` has one.
struct Ground {
    sandbox: Scoped,
    farcast: Farcast,
    home: tempfile::TempDir,
}

impl Ground {
    fn up() -> Self {
        let home = tempfile::tempdir().unwrap();
        let hosts = [("debian", Image::Debian12), ("centos", Image::Centos9)];
        let hosts = hosts.map(|(name, image)| HostSpec {
            name: name.to_owned(),
            image,
        });
        let run = run_name_for("foreign", Path::new(env!("CARGO_MANIFEST_DIR")));
        let sandbox = Sandbox::up(&Settings::default(), &run, &hosts, &|line| {
            eprintln!("{line}")
        });
        Self {
            sandbox: sandbox.unwrap().scoped(),
            farcast: Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path()).unwrap(),
            home,
        }
    }

    /// Calls farcast with a playbook of `site`.
    fn call(&self, verb: &str, playbook: &str) -> Ran {
        let oracle = std::env::var_os("FARCAST_ORACLE").map(PathBuf::from);
        let python = oracle.expect("FARCAST_ORACLE names the directory of ansible-core's programs");
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/site");
        let verb = [verb, "--format", "jsonl"];
        let mut command = self.farcast.command(self.home.path(), &verb);
        command.env("FARCAST_ANSIBLE_PYTHON", python.join("python"));
        command.arg("-i").arg(self.sandbox.inventory());
        command.arg(site.join(playbook));
        Ran::of(command).unwrap()
    }

    /// What stands at a path of a host.
    fn there(&self, host: &str, path: &str) -> bool {
        let tested = self.sandbox.exec(host, &["test", "-e", path]);
        tested.unwrap().status.success()
    }
}

/// How the steps of a run ended, in order.
fn ends(ran: &Ran) -> Vec<(Status, String)> {
    let events = ran.events().unwrap();
    let ends = events.into_iter().filter_map(|event| match event {
        Event::HostFinished { result, .. } => Some((result.status, result.msg.unwrap_or_default())),
        _ => None,
    });
    ends.collect()
}

#[test]
fn foreign_modules_run_on_hosts_that_have_what_they_need() {
    let ground = Ground::up();
    plan(&ground);
    for playbook in ["kinds.yml", "python.yml", "jobs.yml", "plain_user.yml"] {
        let ran = ground.call("apply", playbook);
        assert_eq!(ran.code, 0, "{playbook}: {}", ran.said());
    }
    missing(&ground);
    ground.sandbox.down().unwrap();
}

/// Nothing was made, and only the module that promises to look said what it would do.
fn plan(ground: &Ground) {
    let ran = ground.call("plan", "plan.yml");
    let statuses: Vec<Status> = ends(&ran).into_iter().map(|(status, _)| status).collect();
    let wanted = [Status::Unknown, Status::Changed, Status::Unknown];
    assert_eq!(statuses, wanted, "{}", ran.said());
    assert_eq!(ran.code, 3, "{}", ran.said());
    for (host, path) in [
        ("debian", "/tmp/told"),
        ("centos", "/tmp/made"),
        ("centos", "/tmp/bold"),
    ] {
        assert!(!ground.there(host, path), "{path}");
    }
}

/// What is missing is named: the module, the Python that it needs, or the half that would run on the controller.
fn missing(ground: &Ground) {
    for (playbook, names) in [
        ("missing.yml", "there is no module `nobody.knows.this`"),
        ("missing.yml", "ansible_collections/nobody/knows"),
        ("no_python.yml", "python3 is not there"),
        ("two_halves.yml", "action_plugins/two_halves.py"),
        (
            "shadowed.yml",
            "library/copy.sh here, which would get the arguments",
        ),
    ] {
        let ran = ground.call("apply", playbook);
        let (status, msg) = ends(&ran).pop().unwrap();
        assert_eq!((ran.code, status), (2, Status::Failed), "{}", ran.said());
        assert!(msg.contains(names), "{msg}");
    }
}
