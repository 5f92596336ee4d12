//! A real host that nobody pushes to: a commit, the timer, the state.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use farcast::sandbox::{HostSpec, Image, Sandbox, Scoped, Settings, run_name_for};

use super::farcast_program::{Farcast, Ran};

/// How long the timer may take to bring a commit about.
const DEADLINE: Duration = Duration::from_secs(90);

/// Brings git, farcast, a repository and the key that is trusted to the host.
const PREPARE: &str = "
- hosts: all
  become: true
  gather_facts: false
  tasks:
    - name: Install git
      apt:
        name: [git, openssh-client]
        install_recommends: false
        update_cache: true
    - name: Install farcast
      copy:
        src: '{{ item.src }}'
        dest: '/usr/local/bin/{{ item.name }}'
        mode: '0755'
      loop: '{{ programs }}'
    - name: Make the repository
      command:
        argv: [git, init, --quiet, --initial-branch=main, /srv/site]
        creates: /srv/site/.git
    - name: Make a key
      command:
        argv: [ssh-keygen, -q, -t, ed25519, -N, '', -f, /root/signing]
        creates: /root/signing
    - name: Trust it
      shell: echo \"ada@example.org $(cat /root/signing.pub)\" > /etc/farcast-signers
      args:
        creates: /etc/farcast-signers
";

/// So that the timer comes at once, and again soon.
const SOON: &str =
    "[Timer]\nOnActiveSec=1s\nOnUnitInactiveSec=2s\nRandomizedDelaySec=0\nAccuracySec=100ms\n";

const PULL: [&str; 11] = [
    "/usr/local/bin/farcast",
    "pull",
    "--url",
    "file:///srv/site",
    "--directory",
    "/var/lib/farcast/pull",
    "--verify-commit",
    "--allowed-signers",
    "/etc/farcast-signers",
    "--extra-vars",
    "who=\"50% $HOME\"",
];

struct Host(Scoped);

impl Host {
    fn up() -> Self {
        let host = HostSpec {
            name: "puller".to_owned(),
            image: Image::Debian12,
        };
        let run = run_name_for("pull", Path::new(env!("CARGO_MANIFEST_DIR")));
        let sandbox = Sandbox::up(&Settings::default(), &run, &[host], &|line| {
            eprintln!("{line}")
        });
        let host = Self(sandbox.unwrap().scoped());
        host.prepare();
        host
    }

    fn prepare(&self) {
        let home = tempfile::tempdir().unwrap();
        let farcast = Farcast::new(env!("CARGO_BIN_EXE_farcast"), home.path()).unwrap();
        fs::write(home.path().join("prepare.yml"), PREPARE).unwrap();
        let agent = std::env::var("FARCAST_AGENT_DIR").unwrap() + "/farcast-agent";
        let programs = serde_json::json!({"programs": [
            {"name": "farcast", "src": env!("CARGO_BIN_EXE_farcast")},
            {"name": "farcast-agent", "src": agent},
        ]});
        let mut command = farcast.command(home.path(), &["apply"]);
        command.arg("-e").arg(programs.to_string());
        command.arg("-i").arg(self.0.inventory()).arg("prepare.yml");
        let ran = Ran::of(command).unwrap();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }

    /// Runs a program as root; it must end well.
    fn on(&self, argv: &[&str]) -> String {
        let output = self.0.exec("puller", argv).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{argv:?}: {stdout}{stderr}");
        stdout
    }

    fn write(&self, path: &str, text: &str) {
        self.on(&[
            "sh",
            "-c",
            "mkdir -p \"${1%/*}\" && printf %s \"$2\" > \"$1\"",
            "sh",
            path,
            text,
        ]);
    }

    /// Commits a playbook; Ada signs it, or nobody.
    fn commit(&self, playbook: &str, signed: bool) {
        self.write("/srv/site/local.yml", playbook);
        self.on(&["git", "-C", "/srv/site", "add", "."]);
        let git = [
            "git",
            "-C",
            "/srv/site",
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.org",
            "-c",
            "gpg.format=ssh",
            "-c",
            "user.signingkey=/root/signing",
            "commit",
            "--quiet",
            "-m",
            "change",
        ];
        let signs: &[&str] = if signed { &["-S"] } else { &[] };
        self.on(&[&git[..], signs].concat());
    }

    fn journal(&self) -> String {
        self.on(&["journalctl", "--no-pager", "-u", "farcast-pull.service"])
    }

    /// Waits until it is so, by what the timer does.
    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(
                began.elapsed() < DEADLINE,
                "it did not come about: {what}\n{}",
                self.journal()
            );
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn state(&self) -> String {
        let output = self.0.exec("puller", &["cat", "/etc/motd"]).unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn playbook(text: &str) -> String {
    format!(
        "- hosts: localhost\n  tasks:\n    - copy:\n        content: '{text} for {{{{ who }}}} on {{{{ ansible_distribution }}}}'\n        dest: /etc/motd\n"
    )
}

#[test]
fn a_commit_reaches_a_host_by_its_timer() {
    let host = Host::up();
    for unit in ["service", "timer"] {
        let text = host.on(&[&PULL[..], &["--print-unit", unit]].concat());
        host.write(&format!("/etc/systemd/system/farcast-pull.{unit}"), &text);
    }
    let units = [
        "/etc/systemd/system/farcast-pull.service",
        "/etc/systemd/system/farcast-pull.timer",
    ];
    let said = host.on(&[
        "sh",
        "-c",
        "systemd-analyze verify \"$@\" 2>&1",
        "sh",
        units[0],
        units[1],
    ]);
    assert_eq!(said, "");
    host.commit(&playbook("Hello"), true);
    host.write("/etc/systemd/system/farcast-pull.timer.d/soon.conf", SOON);
    host.on(&["systemctl", "daemon-reload"]);
    host.on(&[
        "systemctl",
        "enable",
        "--now",
        "--quiet",
        "farcast-pull.timer",
    ]);
    host.until("the first commit", || {
        host.state() == "Hello for 50% $HOME on Debian"
    });
    host.commit(&playbook("Goodbye"), true);
    host.until("the second commit", || {
        host.state() == "Goodbye for 50% $HOME on Debian"
    });
    host.commit(&playbook("Gotcha"), false);
    host.until("the refusal", || {
        host.journal()
            .contains("is not signed by anybody who is trusted")
    });
    assert_eq!(host.state(), "Goodbye for 50% $HOME on Debian");
    host.on(&["systemctl", "stop", "farcast-pull.timer"]);
    host.0.down().unwrap();
}
